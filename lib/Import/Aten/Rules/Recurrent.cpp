// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of recurrent networks: one product for the inputs of all steps, then a
// loop over time that carries the state.
#include "lib/Import/Aten/Rules/Helpers.h"

#include "dialects/lc/IR/Numbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

enum class Cell { lstm, gru, tanh, relu };

/// The weights of one layer in one direction.
struct Weights {
  Value input, hidden, inputBias, hiddenBias, projection;
};

/// h, and c of an LSTM.
using State = SmallVector<Value>;

/// Part `i` of `count` equal parts of the last dimension.
Value gate(AtenCall &call, Value gates, int64_t i, int64_t count) {
  if (call.refused())
    return {};
  int64_t dim = call.rankOf(gates) - 1;
  int64_t size = call.typeOf(gates).getDimSize(dim) / count;
  return call.slice(gates, dim, call.constant(i * size), call.constant(size));
}

Value product(AtenCall &call, Value x, Value weight, Value bias) {
  return call.make<lc::MatmulOp>(x, weight, bias, /*transpose_a=*/false,
                                 /*transpose_b=*/true);
}

/// One step from the gates' share of the input, [batch, gates * hidden].
State step(AtenCall &call, Cell cell, Value fromInput, State state,
           const Weights &w) {
  auto sigmoid = [&](Value v) { return call.make<lc::SigmoidOp>(v); };
  auto tanh = [&](Value v) { return call.make<lc::TanhOp>(v); };
  auto add = [&](Value x, Value y) { return call.make<lc::AddOp>(x, y); };
  auto mul = [&](Value x, Value y) { return call.make<lc::MulOp>(x, y); };
  Value h = state[0];
  Value fromHidden = product(call, h, w.hidden, w.hiddenBias);
  switch (cell) {
  case Cell::lstm: {
    Value gates = add(fromInput, fromHidden);
    Value i = sigmoid(gate(call, gates, 0, 4)),
          f = sigmoid(gate(call, gates, 1, 4));
    Value g = tanh(gate(call, gates, 2, 4)),
          o = sigmoid(gate(call, gates, 3, 4));
    Value c = add(mul(f, state[1]), mul(i, g));
    h = mul(o, tanh(c));
    if (w.projection)
      h = product(call, h, w.projection, Value());
    return {h, c};
  }
  case Cell::gru: {
    auto both = [&](int64_t i) {
      return add(gate(call, fromInput, i, 3), gate(call, fromHidden, i, 3));
    };
    Value r = sigmoid(both(0)), z = sigmoid(both(1));
    Value n = tanh(
        add(gate(call, fromInput, 2, 3), mul(r, gate(call, fromHidden, 2, 3))));
    // (1 - z) * n + z * h
    return {add(n, mul(z, call.make<lc::SubOp>(h, n)))};
  }
  case Cell::tanh:
    return {tanh(add(fromInput, fromHidden))};
  case Cell::relu:
    return {call.make<lc::ReluOp>(add(fromInput, fromHidden))};
  }
  llvm_unreachable("not a cell");
}

/// One layer in one direction over x [time, batch, features]. Gives the outputs
/// of all steps and leaves the last state in `state`.
Value layer(AtenCall &call, Cell cell, Value x, State &state, const Weights &w,
            bool reverse) {
  Value gates = product(call, x, w.input, w.inputBias);
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(gates), sequence = {dims[0], dims[1]};
  if (!dims[0]) {
    call.refuse("the number of steps is not known");
    return {};
  }
  // The loop carries the state in the input's form of the batch size.
  for (Value &v : state) {
    v = call.reshape(v, {dims[1], lc::getDims(v)[1]});
    if (call.refused())
      return {};
  }
  sequence.push_back(lc::getDims(state[0])[1]);
  SmallVector<Value> carried(state);
  carried.push_back(call.full(sequence, call.elementOf(x), 0));
  Value zero = lc::makeNumber(call.b, call.b.getLoc(), call.constant(0)),
        one = lc::makeNumber(call.b, call.b.getLoc(), call.constant(1));
  Value steps = lc::makeNumber(call.b, call.b.getLoc(), dims[0]);
  if (call.refused())
    return {};
  auto loop = scf::ForOp::create(call.b, zero, steps, one, carried);
  {
    OpBuilder::InsertionGuard guard(call.b);
    Block *body = loop.getBody();
    if (!body->empty())
      body->clear();
    call.b.setInsertionPointToStart(body);
    Value time = loop.getInductionVar();
    if (reverse)
      time = arith::SubIOp::create(
          call.b, arith::SubIOp::create(call.b, steps, one), time);
    Value place = scalar(call, Datum(time), call.i64());
    lc::Dims slice = dims;
    slice[0] = call.constant(1);
    int64_t first = 0;
    Value now = dropDim(call,
                        call.makeTyped<lc::DynamicSliceOp>(
                            lc::makeTensorType(slice, call.elementOf(gates)),
                            gates, place, first),
                        0);
    auto args = loop.getRegionIterArgs();
    State next = step(call, cell, now, State(args.begin(), args.end() - 1), w);
    SmallVector<Value> yielded(next);
    yielded.push_back(call.make<lc::DynamicUpdateSliceOp>(
        args.back(), unsqueeze(call, next[0], 0), place, first));
    for (auto [value, arg] : llvm::zip(yielded, args))
      if (!call.refused() && value.getType() != arg.getType())
        call.refuse("the state changes its type from " +
                    Datum(Value(arg)).describe() + " to " +
                    Datum(value).describe());
    if (!call.refused())
      scf::YieldOp::create(call.b, yielded);
  }
  if (call.refused()) {
    loop.erase();
    return {};
  }
  std::copy_n(loop.getResults().begin(), state.size(), state.begin());
  return loop.getResults().back();
}

/// The weights, layer by layer and direction by direction.
SmallVector<Weights> weightsOf(AtenCall &call, int64_t count) {
  SmallVector<Value> params = call.tensors("params");
  SmallVector<Weights> all;
  if (call.refused() || count < 1 || params.size() % count) {
    call.refuse("expected equally many weights for each layer and direction");
    return all;
  }
  size_t each = params.size() / count;
  bool biases = call.boolean("has_biases");
  size_t plain = biases ? 4 : 2;
  if (each != plain && each != plain + 1)
    call.refuse("expected " + Twine(plain) + " weights a layer, found " +
                Twine(each));
  for (int64_t i = 0; i < count && !call.refused(); ++i) {
    Value *p = &params[i * each];
    all.push_back({p[0], p[1], biases ? p[2] : Value(), biases ? p[3] : Value(),
                   each > plain ? p[plain] : Value()});
  }
  return all;
}

template <Cell cell> void recurrent(AtenCall &call) {
  Value x = call.tensor("input");
  SmallVector<Value> initial = cell == Cell::lstm
                                   ? call.tensors("hx")
                                   : SmallVector<Value>{call.tensor("hx")};
  bool batchFirst = call.boolean("batch_first");
  int64_t layers = call.integer("num_layers", 1);
  int64_t directions = call.boolean("bidirectional") ? 2 : 1;
  double dropped = call.boolean("train") ? call.number("dropout") : 0;
  SmallVector<Weights> weights = weightsOf(call, layers * directions);
  if (call.refused())
    return;
  if (call.rankOf(x) != 3 || initial.size() != (cell == Cell::lstm ? 2 : 1))
    return call.refuse("expected an input of rank 3 and the initial state");
  for (Value v : initial)
    if (call.rankOf(v) != 3)
      return call.refuse("expected an initial state of rank 3, found " +
                         Datum(v).describe());
  if (batchFirst)
    x = swapDims(call, x, 0, 1);
  SmallVector<SmallVector<Value>> last(initial.size());
  for (int64_t l = 0; l < layers; ++l) {
    SmallVector<Value> outputs;
    for (int64_t d = 0; d < directions; ++d) {
      int64_t index = l * directions + d;
      State state;
      for (Value v : initial)
        state.push_back(dropDim(
            call, call.slice(v, 0, call.constant(index), call.constant(1)), 0));
      outputs.push_back(layer(call, cell, x, state, weights[index], d == 1));
      if (call.refused())
        return;
      for (auto [k, v] : llvm::enumerate(state))
        last[k].push_back(unsqueeze(call, v, 0));
    }
    x = concat(call, outputs, 2);
    if (dropped && l + 1 < layers)
      x = dropElements(call, x, dropped).first;
    if (call.refused())
      return;
  }
  call.result(batchFirst ? swapDims(call, x, 0, 1) : x);
  for (ArrayRef<Value> parts : last)
    call.result(concat(call, parts, 0));
}

/// One step: lstm_cell and its relatives.
template <Cell cell> void oneStep(AtenCall &call) {
  Value x = call.tensor("input");
  SmallVector<Value> hx = cell == Cell::lstm
                              ? call.tensors("hx")
                              : SmallVector<Value>{call.tensor("hx")};
  Weights w = {call.tensor("w_ih"), call.tensor("w_hh"),
               call.tensorOrNull("b_ih"), call.tensorOrNull("b_hh"), Value()};
  if (call.refused())
    return;
  bool vector = call.rankOf(x) == 1;
  State state(hx.begin(), hx.end());
  for (Value v : state)
    if (call.rankOf(v) != call.rankOf(x))
      return call.refuse("expected a state of the input's rank, found " +
                         Datum(v).describe());
  if (vector) {
    x = unsqueeze(call, x, 0);
    for (Value &v : state)
      v = unsqueeze(call, v, 0);
  }
  if (state.size() != (cell == Cell::lstm ? 2 : 1))
    return call.refuse("expected the whole state");
  for (Value v :
       step(call, cell, product(call, x, w.input, w.inputBias), state, w))
    call.result(vector ? dropDim(call, v, 0) : v);
}

} // namespace

void lcompile::import::addRecurrentRules(AtenTable &table) {
  table.add("aten::lstm.input", recurrent<Cell::lstm>);
  table.add("aten::gru.input", recurrent<Cell::gru>);
  table.add("aten::rnn_tanh.input", recurrent<Cell::tanh>);
  table.add("aten::rnn_relu.input", recurrent<Cell::relu>);
  table.add("aten::lstm_cell", oneStep<Cell::lstm>);
  table.add("aten::gru_cell", oneStep<Cell::gru>);
  table.add("aten::rnn_tanh_cell", oneStep<Cell::tanh>);
  table.add("aten::rnn_relu_cell", oneStep<Cell::relu>);
}
