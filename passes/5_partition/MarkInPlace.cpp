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

unsigned widthOf(Value v) {
  return lc::byteWidth(cast<RankedTensorType>(v.getType()).getElementType());
}

/// Each result may take over an operand of its own.
void markPointwise(func::FuncOp function, ValueRange results,
                   MutableArrayRef<int64_t> inplace) {
  auto sizeOf = [](Value v) {
    return lc::numElements(lc::getDims(v), v.getContext());
  };
  AffineExpr total = sizeOf(results[0]);
  if (!llvm::all_of(results, [&](Value v) {
        return lc::provablyEqual(sizeOf(v), total);
      }))
    return;
  SmallVector<int64_t> pointwise;
  for (BlockArgument argument : function.getArguments()) {
    if (!isReadInPlace(argument, total))
      continue;
    int64_t number = argument.getArgNumber();
    pointwise.push_back(number);
    for (auto [result, place] : llvm::zip_equal(results, inplace))
      if (place < 0 && widthOf(result) == widthOf(argument)) {
        place = number;
        break;
      }
  }
  if (!pointwise.empty())
    function->setAttr(kernel::KernelDialect::pointwiseAttrName,
                      Builder(function).getDenseI64ArrayAttr(pointwise));
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
      } else {
        markPointwise(function, results, inplace);
      }
      if (llvm::any_of(inplace, [](int64_t i) { return i >= 0; }))
        function->setAttr(kernel::KernelDialect::inplaceAttrName,
                          b.getDenseI64ArrayAttr(inplace));
    }
  }
};

} // namespace
