// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reverse-mode differentiation of the operations of a block.
#include "passes/2_train/Autodiff.h"

#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "passes/2_train/AutodiffRegions.h"

using namespace mlir;
using namespace lcompile;

namespace {

class Differentiator {
public:
  Differentiator(ImplicitLocOpBuilder &b, ValueRange outputs, ValueRange seeds,
                 ValueRange inputs)
      : b(b), gradients(b, wanted) {
    wanted.insert(inputs.begin(), inputs.end());
    // Made before gradients are: a list that does not grow under the walk.
    SmallVector<Operation *> program;
    for (Operation &op : llvm::make_range(b.getInsertionBlock()->begin(),
                                          b.getInsertionPoint()))
      program.push_back(&op);
    want(program);
    for (auto [output, seed] : llvm::zip_equal(outputs, seeds))
      gradients.give(output, seed);
    reverse(ArrayRef<Operation *>(program));
  }

  bool isGood() const { return good; }
  Value of(Value input) const { return gradients.of(input); }

private:
  static bool isFloat(Value v) {
    return isa<FloatType>(getElementTypeOrSelf(v));
  }

  bool depends(Operation *op) const {
    bool found = false;
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        found |= wanted.contains(v);
    });
    return found;
  }

  /// Marks what depends on something that is wanted.
  void want(ArrayRef<Operation *> ops) {
    for (Operation *op : ops)
      if (depends(op))
        for (Value result : op->getResults())
          if (isFloat(result))
            wanted.insert(result);
  }

  void reverse(ArrayRef<Operation *> ops) {
    for (Operation *op : llvm::reverse(ops)) {
      bool hasGradient = llvm::any_of(
          op->getResults(), [&](Value v) { return bool(gradients.of(v)); });
      // What depends on nothing wanted is where the walk ends.
      if (!hasGradient || !depends(op))
        continue;
      b.setLoc(op->getLoc());
      if (succeeded(reverse(op)))
        continue;
      good = false;
      // Those before it are looked at too: the user is told of all at once.
      for (Value v : op->getOperands())
        if (gradients.wants(v))
          gradients.give(v, gradients.zeros(v));
    }
  }

  LogicalResult reverse(Operation *op) {
    if (auto rule = dyn_cast<lc::Differentiable>(op))
      return rule.differentiate(gradients);
    if (auto composite = dyn_cast<lc::Decomposable>(op))
      return reverseParts(composite);
    if (auto branch = dyn_cast<scf::IfOp>(op))
      return differentiateIf(branch, gradients);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return differentiateFor(loop, gradients);
    return op->emitError() << "cannot differentiate '" << op->getName() << "'";
  }

  /// Computes a composite again with its parts, and goes back through them.
  LogicalResult reverseParts(lc::Decomposable op) {
    Operation *last = &*std::prev(b.getInsertionPoint());
    FailureOr<SmallVector<Value>> results = op.decompose(b);
    if (failed(results))
      return op->emitError()
             << "cannot differentiate '" << op->getName() << "'";
    SmallVector<Operation *> parts;
    for (Operation &part : llvm::make_range(std::next(Block::iterator(last)),
                                            b.getInsertionPoint()))
      parts.push_back(&part);
    want(parts);
    for (auto [whole, result] : llvm::zip_equal(op->getResults(), *results))
      gradients.give(result, gradients.of(whole));
    reverse(ArrayRef<Operation *>(parts));
    return success();
  }

  ImplicitLocOpBuilder &b;
  llvm::DenseSet<Value> wanted;
  lc::GradientBuilder gradients;
  bool good = true;
};

} // namespace

FailureOr<SmallVector<Value>> lcompile::differentiate(ImplicitLocOpBuilder &b,
                                                      ValueRange outputs,
                                                      ValueRange seeds,
                                                      ValueRange inputs) {
  Differentiator differentiator(b, outputs, seeds, inputs);
  if (!differentiator.isGood())
    return failure();
  return llvm::map_to_vector(inputs,
                             [&](Value v) { return differentiator.of(v); });
}
