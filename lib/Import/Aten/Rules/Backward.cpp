// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of the operators that torch's autograd writes into backward graphs:
// gradients of what the forward operator's own rule builds.
#include "dialects/lc/IR/GradientBuilder.h"
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Gradients with respect to `inputs`, null where there is none, of
/// `forward`'s first result, whose gradient is `seed`. What only the forward
/// operator needed is taken out again.
SmallVector<Value> gradientsOf(AtenCall &call, StringRef schema,
                               std::vector<std::pair<std::string, Datum>> args,
                               Value seed, ArrayRef<Value> inputs) {
  if (call.refused())
    return {};
  AtenCall forward(call.b, call.b.getLoc(), schema, std::move(args),
                   call.symbols);
  Block *block = call.b.getInsertionBlock();
  Operation *before = block->empty() ? nullptr : &block->back();
  AtenTable::get().lookup(schema)(forward);
  if (forward.refused()) {
    call.refuse(forward.reason);
    return {};
  }
  SmallVector<Operation *> ops;
  llvm::DenseSet<Value> wanted(inputs.begin(), inputs.end());
  for (auto it = before ? std::next(before->getIterator()) : block->begin();
       it != block->end(); ++it) {
    ops.push_back(&*it);
    if (llvm::any_of(it->getOperands(),
                     [&](Value v) { return wanted.contains(v); }))
      wanted.insert(it->result_begin(), it->result_end());
  }
  lc::GradientBuilder g(call.b, wanted);
  Value result = forward.results[0].value();
  if (result.getType() != seed.getType())
    call.refuse("expected a gradient of the type of the output");
  else
    g.give(result, seed);
  for (Operation *op : llvm::reverse(ops)) {
    if (call.refused() || !llvm::any_of(op->getResults(), [&](Value v) {
          return wanted.contains(v) && g.of(v);
        }))
      continue;
    auto differentiable = dyn_cast<lc::Differentiable>(op);
    if (!differentiable || failed(differentiable.differentiate(g)))
      call.refuse("no gradient of " + op->getName().getStringRef());
  }
  for (Operation *op : llvm::reverse(ops))
    if (op->use_empty())
      op->erase();
  return llvm::map_to_vector(inputs, [&](Value v) { return g.of(v); });
}

/// The gradient of an operator of one tensor, `self`.
void give(AtenCall &call, Value input, ArrayRef<Value> gradients) {
  if (call.refused())
    return;
  if (gradients[0])
    return call.result(gradients[0]);
  call.result(call.full(lc::getDims(input), call.elementOf(input), 0));
}

/// NAME_backward(grad_output, self, <what NAME takes>).
template <const char *forward> void ofSelf(AtenCall &call) {
  Value input = call.tensor("self"), seed = call.tensor("grad_output");
  give(call, input, gradientsOf(call, forward, call.args, seed, {input}));
}

/// _adaptive_avg_pool2d_backward(grad_output, self): the sizes are the
/// gradient's.
template <const char *forward, int64_t spatial>
void ofAdaptive(AtenCall &call) {
  Value input = call.tensor("self"), seed = call.tensor("grad_output");
  if (call.refused())
    return;
  Datum::List sizes;
  for (AffineExpr size : ArrayRef(lc::getDims(seed)).take_back(spatial))
    sizes.push_back(Datum(size));
  give(call, input,
       gradientsOf(call, forward,
                   {{"self", Datum(input)}, {"output_size", Datum(sizes)}},
                   seed, {input}));
}

/// convolution_backward gives gradients of input, weight and bias, those that
/// `output_mask` asks for.
void convolutionBackward(AtenCall &call) {
  Value input = call.tensor("input"), weight = call.tensor("weight"),
        seed = call.tensor("grad_output");
  SmallVector<int64_t> mask = call.integers("output_mask");
  if (call.refused())
    return;
  if (mask.size() != 3)
    return call.refuse("expected three places in output_mask");
  std::vector<std::pair<std::string, Datum>> args;
  for (auto &[name, value] : call.args)
    if (!llvm::is_contained({"grad_output", "bias_sizes", "output_mask"}, name))
      args.push_back({name, value});
  SmallVector<Value> wanted;
  for (auto [value, isWanted] : {std::pair(input, mask[0]), {weight, mask[1]}})
    if (isWanted)
      wanted.push_back(value);
  SmallVector<Value> found;
  if (!wanted.empty())
    found = gradientsOf(call, "aten::convolution", args, seed, wanted);
  if (call.refused())
    return;
  auto next = found.begin();
  for (int i = 0; i < 2; ++i)
    call.result(mask[i] ? Datum(*next++) : Datum());
  if (!mask[2])
    return call.result(Datum());
  SmallVector<int64_t> dims;
  for (int64_t d = 0; d < call.rankOf(seed); ++d)
    if (d != 1)
      dims.push_back(d);
  call.result(lc::TensorMath(call.b).sum(seed, dims, false));
}

constexpr char avgPool2[] = "aten::avg_pool2d", avgPool3[] = "aten::avg_pool3d",
               adaptive2[] = "aten::_adaptive_avg_pool2d",
               adaptive3[] = "aten::_adaptive_avg_pool3d";

} // namespace

void lcompile::import::addBackwardRules(AtenTable &table) {
  table.add("aten::convolution_backward", convolutionBackward);
  table.add("aten::avg_pool2d_backward", ofSelf<avgPool2>);
  table.add("aten::avg_pool3d_backward", ofSelf<avgPool3>);
  table.add("aten::_adaptive_avg_pool2d_backward", ofAdaptive<adaptive2, 2>);
  table.add("aten::_adaptive_avg_pool3d_backward", ofAdaptive<adaptive3, 3>);
}
