// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients through branches and loops.
#include "passes/2_train/AutodiffRegions.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/Numbers.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "passes/2_train/Autodiff.h"

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

bool isFloatTensor(Value v) {
  auto type = dyn_cast<RankedTensorType>(v.getType());
  return type && isa<FloatType>(type.getElementType());
}

/// What the regions of `op` read from outside and gradients are wanted of.
SmallVector<Value> wantedCaptures(Operation *op, lc::GradientBuilder &g) {
  llvm::SetVector<Value> found;
  op->walk([&](Operation *inner) {
    if (inner == op)
      return;
    for (Value v : inner->getOperands())
      if (g.wants(v) && !op->isAncestor(v.getParentBlock()->getParentOp()))
        found.insert(v);
  });
  return found.takeVector();
}

SmallVector<Value> orZeros(ImplicitLocOpBuilder &b, ArrayRef<Value> gradients,
                           ValueRange like) {
  lc::TensorMath m(b);
  SmallVector<Value> result;
  for (auto [gradient, v] : llvm::zip_equal(gradients, like))
    result.push_back(gradient ? gradient : m.zeros(v));
  return result;
}

/// Copies the operations of a block, without its terminator; gives the copies
/// of the terminator's operands.
SmallVector<Value> copyOps(Block &from, ImplicitLocOpBuilder &b,
                           IRMapping &map) {
  for (Operation &op : from.without_terminator())
    b.clone(op, map);
  return llvm::map_to_vector(from.getTerminator()->getOperands(),
                             [&](Value v) { return map.lookupOrDefault(v); });
}

void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// How often the loop runs, as an expression of sizes; null when data decides.
AffineExpr roundsOf(scf::ForOp loop) {
  AffineExpr first = lc::expressionOf(loop.getLowerBound()),
             end = lc::expressionOf(loop.getUpperBound()),
             step = lc::expressionOf(loop.getStep());
  bool counts = first && end && lc::isConstant(first, 0) && step &&
                lc::isConstant(step, 1);
  return counts ? end : AffineExpr();
}

/// Reverses one loop.
class LoopReversal {
public:
  LoopReversal(scf::ForOp loop, lc::GradientBuilder &g, AffineExpr rounds)
      : loop(loop), g(g), b(g.b), rounds(rounds),
        captures(wantedCaptures(loop, g)) {}

  LogicalResult run() {
    for (Value v : loop.getRegionIterArgs()) {
      if (!isa<RankedTensorType>(v.getType()))
        return loop.emitError(
            "cannot differentiate a loop that carries numbers");
      carried.push_back(v);
    }
    // Stands in for what the rounds began with until we know what is needed.
    for (Value v : carried)
      kept.push_back(g.full(0, keptType(v)));
    if (failed(reverse()))
      return failure();
    keep();
    return success();
  }

private:
  RankedTensorType keptType(Value v) {
    lc::Dims dims = lc::getDims(v);
    dims.insert(dims.begin(), rounds);
    return lc::makeTensorType(dims, typeOf(v).getElementType());
  }

  Value place(ImplicitLocOpBuilder &at, Value round) {
    return lc::ScalarOp::create(at, RankedTensorType::get({}, round.getType()),
                                round);
  }

  /// The value that the given round began with.
  Value load(ImplicitLocOpBuilder &at, Value all, Value round, Value like) {
    lc::Dims dims = lc::getDims(all);
    dims[0] = lc::constant(at.getContext(), 1);
    Value one = lc::DynamicSliceOp::create(
        at, lc::makeTensorType(dims, typeOf(all).getElementType()), all,
        place(at, round), 0);
    return lc::reshape(at, at.getLoc(), one, lc::getDims(like));
  }

  Value store(ImplicitLocOpBuilder &at, Value all, Value round, Value v) {
    lc::Dims dims = lc::getDims(v);
    dims.insert(dims.begin(), lc::constant(at.getContext(), 1));
    return lc::DynamicUpdateSliceOp::create(
        at, all, lc::reshape(at, at.getLoc(), v, dims), place(at, round), 0);
  }

  LogicalResult reverse() {
    SmallVector<Value> floats, seeds; // carried, and gradients of the results
    for (auto [v, result] : llvm::zip_equal(carried, loop.getResults()))
      if (isFloatTensor(v)) {
        floats.push_back(v);
        seeds.push_back(g.of(result));
      }
    SmallVector<Value> inits = orZeros(b, seeds, floats);
    llvm::append_range(
        inits, orZeros(b, SmallVector<Value>(captures.size()), captures));
    auto back = scf::ForOp::create(b, loop.getLowerBound(),
                                   loop.getUpperBound(), loop.getStep(), inits);
    ImplicitLocOpBuilder in(b.getLoc(), b.getContext());
    Block *body = back.getBody();
    if (!body->empty())
      body->clear();
    in.setInsertionPointToStart(body);
    Value one = loop.getStep();
    Value last = arith::SubIOp::create(in, loop.getUpperBound(), one);
    Value round = arith::SubIOp::create(in, last, back.getInductionVar());
    IRMapping map;
    map.map(loop.getInductionVar(), round);
    SmallVector<Value> inputs;
    for (auto [v, all] : llvm::zip_equal(carried, kept)) {
      Value loaded = load(in, all, round, v);
      map.map(v, loaded);
      if (isFloatTensor(v))
        inputs.push_back(loaded);
    }
    llvm::append_range(inputs, captures);
    SmallVector<Value> yields = copyOps(*loop.getBody(), in, map), outputs;
    for (auto [v, yield] : llvm::zip_equal(carried, yields))
      if (isFloatTensor(v))
        outputs.push_back(yield);
    ValueRange arguments = back.getRegionIterArgs();
    FailureOr<SmallVector<Value>> gradients =
        differentiate(in, outputs, arguments.take_front(floats.size()), inputs);
    if (failed(gradients))
      return failure();
    ArrayRef<Value> all = *gradients;
    SmallVector<Value> results =
        orZeros(in, all.take_front(floats.size()), floats);
    for (auto [sum, gradient] :
         llvm::zip_equal(arguments.drop_front(floats.size()),
                         all.drop_front(floats.size())))
      results.push_back(gradient ? Value(lc::AddOp::create(in, sum, gradient))
                                 : Value(sum));
    scf::YieldOp::create(in, results);
    eraseDead(*body);
    // The first round's gradients are those of what the loop began with.
    size_t next = 0;
    for (auto [v, init] : llvm::zip_equal(carried, loop.getInitArgs()))
      if (isFloatTensor(v))
        g.give(init, back.getResult(next++));
    for (Value capture : captures)
      g.give(capture, back.getResult(next++));
    return success();
  }

  /// Replaces the loop by one that keeps what the reversal reads.
  void keep() {
    ImplicitLocOpBuilder before(loop.getLoc(), loop);
    SmallVector<unsigned> needed;
    SmallVector<Value> inits(loop.getInitArgs());
    for (auto [i, all] : llvm::enumerate(kept)) {
      if (all.use_empty()) {
        all.getDefiningOp()->erase();
        continue;
      }
      needed.push_back(i);
      all.getDefiningOp()->moveBefore(loop);
      inits.push_back(all);
    }
    auto fresh =
        scf::ForOp::create(before, loop.getLowerBound(), loop.getUpperBound(),
                           loop.getStep(), inits);
    Block *body = fresh.getBody();
    if (!body->empty())
      body->clear();
    ImplicitLocOpBuilder in(loop.getLoc(), loop.getContext());
    in.setInsertionPointToStart(body);
    IRMapping map;
    map.map(loop.getInductionVar(), fresh.getInductionVar());
    size_t count = carried.size();
    ValueRange arguments = fresh.getRegionIterArgs();
    for (auto [v, argument] :
         llvm::zip_equal(carried, arguments.take_front(count)))
      map.map(v, argument);
    SmallVector<Value> stored;
    for (auto [i, all] : llvm::zip_equal(needed, arguments.drop_front(count)))
      stored.push_back(store(in, all, fresh.getInductionVar(), arguments[i]));
    SmallVector<Value> yields = copyOps(*loop.getBody(), in, map);
    llvm::append_range(yields, stored);
    scf::YieldOp::create(in, yields);
    for (auto [i, result] :
         llvm::zip_equal(needed, fresh.getResults().drop_front(count)))
      kept[i].replaceAllUsesExcept(result, fresh);
    loop->replaceAllUsesWith(fresh.getResults().take_front(count));
    loop.erase();
  }

  scf::ForOp loop;
  lc::GradientBuilder &g;
  ImplicitLocOpBuilder &b;
  AffineExpr rounds;
  SmallVector<Value> captures, carried, kept;
};

} // namespace

LogicalResult lcompile::differentiateIf(scf::IfOp op, lc::GradientBuilder &g) {
  SmallVector<Value> captures = wantedCaptures(op, g), seeds;
  if (captures.empty())
    return success();
  for (Value result : op.getResults())
    seeds.push_back(g.of(result));
  auto back = scf::IfOp::create(g.b, ValueRange(captures).getTypes(),
                                op.getCondition(), /*addThenBlock=*/true,
                                /*addElseBlock=*/true);
  for (auto [from, to] : {std::pair(&op.getThenRegion(), &back.getThenRegion()),
                          {&op.getElseRegion(), &back.getElseRegion()}}) {
    ImplicitLocOpBuilder in(g.b.getLoc(), g.b.getContext());
    in.setInsertionPointToStart(&to->front());
    SmallVector<Value> gradients(captures.size());
    if (!from->empty()) {
      IRMapping map;
      SmallVector<Value> outputs = copyOps(from->front(), in, map);
      FailureOr<SmallVector<Value>> found =
          differentiate(in, outputs, seeds, captures);
      if (failed(found))
        return failure();
      gradients = std::move(*found);
    }
    scf::YieldOp::create(in, orZeros(in, gradients, captures));
    eraseDead(to->front());
  }
  for (auto [capture, gradient] : llvm::zip_equal(captures, back.getResults()))
    g.give(capture, gradient);
  return success();
}

LogicalResult lcompile::differentiateFor(scf::ForOp op,
                                         lc::GradientBuilder &g) {
  AffineExpr rounds = roundsOf(op);
  if (!rounds)
    return op.emitError(
        "cannot differentiate a loop whose number of rounds comes from data");
  return LoopReversal(op, g, rounds).run();
}
