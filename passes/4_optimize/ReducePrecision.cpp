// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Computes contractions of f32 in a narrower type.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_REDUCEPRECISION
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

bool isF32(Value v) { return getElementTypeOrSelf(v).isF32(); }

Value converted(OpBuilder &b, Location loc, Value v, Type element) {
  auto type = cast<RankedTensorType>(v.getType()).clone(element);
  return lc::ConvertOp::create(b, loc, type, v);
}

struct ReducePrecisionPass
    : lcompile::impl::ReducePrecisionBase<ReducePrecisionPass> {
  using ReducePrecisionBase::ReducePrecisionBase;

  void runOnOperation() override {
    narrow = BFloat16Type::get(&getContext());
    SmallVector<Operation *> contractions, elementwise;
    getOperation()->walk([&](Operation *op) {
      if (lc::isContraction(op) && isF32(op->getResult(0)))
        contractions.push_back(op);
      else if (isa<lc::Elementwise>(op) && !isa<lc::ConvertOp>(op))
        elementwise.push_back(op);
    });
    for (Operation *op : contractions)
      replace(op, [&](OpBuilder &b, Value v) {
        return converted(b, op->getLoc(), v, narrow);
      });
    // In the order of the program: each sees what those before it became.
    for (Operation *op : elementwise)
      if (isBetweenNarrow(op))
        replace(op, [](OpBuilder &, Value v) {
          return v.getDefiningOp<lc::ConvertOp>().getInput();
        });
  }

private:
  bool isWidened(Value v) {
    auto convert = v.getDefiningOp<lc::ConvertOp>();
    return convert && isF32(v) &&
           getElementTypeOrSelf(convert.getInput()) == narrow;
  }

  /// Reads only what was widened and is only read narrowed: computed in the
  /// narrow type it has the same bits.
  bool isBetweenNarrow(Operation *op) {
    return isF32(op->getResult(0)) &&
           llvm::all_of(op->getOperands(),
                        [&](Value v) { return isWidened(v); }) &&
           !op->use_empty() &&
           llvm::all_of(op->getUsers(), [&](Operation *user) {
             return isa<lc::ConvertOp>(user) &&
                    getElementTypeOrSelf(user->getResult(0)) == narrow;
           });
  }

  /// The same operation on narrow operands, its result widened.
  void replace(Operation *op,
               llvm::function_ref<Value(OpBuilder &, Value)> operand) {
    OpBuilder b(op);
    IRMapping map;
    for (Value v : op->getOperands())
      if (!map.contains(v))
        map.map(v, operand(b, v));
    Operation *fresh = b.clone(*op, map);
    Value result = fresh->getResult(0);
    result.setType(cast<RankedTensorType>(result.getType()).clone(narrow));
    op->replaceAllUsesWith(
        ValueRange(converted(b, op->getLoc(), result, b.getF32Type())));
    op->erase();
  }

  Type narrow;
};

} // namespace
