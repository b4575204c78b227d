// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts contractions and what follows them into kernels of our own.
#include "passes/5_partition/RegionBuilder.h"
#include "passes/Passes.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/ViewBuilders.h"

namespace lcompile {
#define GEN_PASS_DEF_FORMCONTRACTIONREGIONS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

using Group = llvm::SetVector<Operation *>;

/// Adds the changes of place and numbers that lead to `v` within its block.
void addViews(Value v, Block *block, Group &group) {
  Operation *op = v.getDefiningOp();
  if (!op || op->getBlock() != block || !isa<lc::View, lc::FullOp>(op))
    return;
  group.insert(op);
  for (Value operand : op->getOperands())
    addViews(operand, block, group);
}

/// True when the elements of `v` along dimension `column`, seen through views,
/// lie side by side in memory.
bool readsSideBySide(Value v, unsigned column) {
  lc::Dims dims = lc::getDims(v);
  SmallVector<AffineExpr> place;
  for (size_t i = 0; i < dims.size(); ++i)
    place.push_back(getAffineDimExpr(i, v.getContext()));
  while (auto view = dyn_cast_or_null<lc::View>(v.getDefiningOp())) {
    SmallVector<AffineExpr> source;
    if (failed(view.mapToSource(place, source)))
      return false;
    place = source;
    v = view->getOperand(0);
  }
  if (v.getDefiningOp<lc::ParameterOp>())
    return true;
  for (AffineExpr expr : ArrayRef(place).drop_back())
    if (expr.isFunctionOfDim(column))
      return false;
  AffineExpr rest =
      lc::simplify(place.back() - getAffineDimExpr(column, v.getContext()));
  return !rest.isFunctionOfDim(column);
}

unsigned rankOf(Value v) {
  return cast<RankedTensorType>(v.getType()).getRank();
}

struct FormContractionRegionsPass
    : lcompile::impl::FormContractionRegionsBase<FormContractionRegionsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation()->walk([&](Operation *op) {
      if (isa<lc::MatmulOp, lc::ConvOp>(op) && !isInRegion(op))
        contractions.push_back(op);
    });
    SmallVector<lc::SdpaOp> attentions;
    getOperation()->walk([&](lc::SdpaOp op) {
      if (!isInRegion(op))
        attentions.push_back(op);
    });
    for (Operation *op : contractions)
      form(op);
    for (lc::SdpaOp op : attentions)
      form(op);
  }

  /// Lanes run along the keys: unless they lie side by side, a copy that has
  /// them so.
  void form(lc::SdpaOp op) {
    if (!readsSideBySide(op.getKey(), 2)) {
      OpBuilder b(op);
      auto turn = [&](Value v) {
        return lc::permute(b, op.getLoc(), v, {0, 1, 3, 2});
      };
      Value turned = turn(op.getKey());
      op.getKeyMutable().assign(turn(turned));
      Group copy;
      addViews(turned, op->getBlock(), copy);
      Operation *last = turned.getDefiningOp();
      wrapInRegion(copy, turned, kernel::Unit::cpu_codegen, last);
    }
    Group group;
    group.insert(op);
    for (Value operand : op->getOperands())
      addViews(operand, op->getBlock(), group);
    wrapInRegion(group, op.getResult(), kernel::Unit::cpu_codegen, op);
  }

  void form(Operation *root) {
    Group group;
    group.insert(root);
    Block *block = root->getBlock();
    for (auto [i, operand] : llvm::enumerate(root->getOperands())) {
      // Vectors run along the right operand's columns: one that is not stored
      // that way is better copied once. Packed weights are.
      auto matmul = dyn_cast<lc::MatmulOp>(root);
      if (matmul && i == 1 &&
          !readsSideBySide(matmul.getRhs(), rankOf(matmul.getRhs()) - 1))
        continue;
      addViews(operand, block, group);
    }
    // Follow the only use of the result.
    Value result = root->getResult(0);
    Operation *last = root;
    while (result.hasOneUse()) {
      Operation *user = *result.getUsers().begin();
      if (user->getBlock() != block || !isa<lc::Elementwise>(user))
        break;
      for (Value operand : user->getOperands())
        if (operand != result)
          addViews(operand, block, group);
      group.insert(user);
      result = user->getResult(0);
      last = user;
    }
    wrapInRegion(group, result, kernel::Unit::cpu_codegen, last);
  }
};

} // namespace
