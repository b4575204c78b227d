// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Says which kernels may write over an operand.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_MARKINPLACE
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// True when `v` reaches the kernel's result only through elementwise
/// operations and reshapes: then element i of the result needs element i of `v`
/// and no other. Reductions of whole rows may read it as well, for rows are
/// finished before they are written; but only when rows are not split between
/// iterations.
bool isReadInPlace(Value v, AffineExpr total) {
  if (!lc::provablyEqual(lc::numElements(lc::getDims(v), v.getContext()),
                         total))
    return false;
  for (Operation *user : v.getUsers()) {
    if (isa<func::ReturnOp>(user))
      continue;
    if (!isa<lc::Elementwise, lc::ReshapeOp>(user))
      return false;
    if (!isReadInPlace(user->getResult(0), total))
      return false;
  }
  return true;
}

struct MarkInPlacePass : lcompile::impl::MarkInPlaceBase<MarkInPlacePass> {
  void runOnOperation() override {
    Builder b(&getContext());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (kernel::getUnit(function) != kernel::Unit::cpu_codegen)
        continue;
      ValueRange results = function.front().getTerminator()->getOperands();
      SmallVector<int64_t> inplace(results.size(), -1);
      Value root = results[0];
      Operation *update = root.getDefiningOp();
      if (isa_and_nonnull<lc::DynamicUpdateSliceOp, lc::ScatterOp>(update)) {
        if (auto dest = dyn_cast<BlockArgument>(update->getOperand(0))) {
          inplace[0] = dest.getArgNumber();
          function->setAttr(kernel::KernelDialect::updateAttrName,
                            b.getUnitAttr());
        }
      } else if (results.size() == 1) {
        auto type = cast<RankedTensorType>(root.getType());
        AffineExpr total = lc::numElements(lc::getDims(type), &getContext());
        for (BlockArgument argument : function.getArguments()) {
          auto own = cast<RankedTensorType>(argument.getType());
          if (lc::byteWidth(own.getElementType()) ==
                  lc::byteWidth(type.getElementType()) &&
              isReadInPlace(argument, total)) {
            inplace[0] = argument.getArgNumber();
            break;
          }
        }
      }
      if (llvm::any_of(inplace, [](int64_t i) { return i >= 0; }))
        function->setAttr(kernel::KernelDialect::inplaceAttrName,
                          b.getDenseI64ArrayAttr(inplace));
    }
  }
};

} // namespace
