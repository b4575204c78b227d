// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for passes that change how a tensor is seen.
#include "dialects/lc/IR/ViewBuilders.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace lcompile::lc {

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

Value viewedValue(Value v) {
  while (auto view = v.getDefiningOp<View>())
    v = view->getOperand(0);
  return v;
}

RankedTensorType permuted(RankedTensorType type, ArrayRef<int64_t> perm) {
  return makeTensorType(
      applyPermutation(ArrayRef<AffineExpr>(getDims(type)), perm),
      type.getElementType());
}

Value permute(OpBuilder &b, Location loc, Value v, ArrayRef<int64_t> perm) {
  return PermuteOp::create(b, loc, permuted(typeOf(v), perm), v, perm);
}

Value reshape(OpBuilder &b, Location loc, Value v, ArrayRef<AffineExpr> dims) {
  return ReshapeOp::create(b, loc,
                           makeTensorType(dims, typeOf(v).getElementType()), v);
}

void moveChannelsLast(Operation *op, PatternRewriter &rewriter) {
  auto type = typeOf(op->getResult(0));
  SmallVector<int64_t> perm = {0};
  for (int64_t i = 2; i < type.getRank(); ++i)
    perm.push_back(i);
  perm.push_back(1);
  rewriter.setInsertionPoint(op);
  Value input = permute(rewriter, op->getLoc(), op->getOperand(0), perm);
  Operation *fresh = rewriter.clone(*op);
  fresh->setOperand(0, input);
  fresh->setAttr("channels_last", rewriter.getUnitAttr());
  fresh->getResult(0).setType(permuted(type, perm));
  rewriter.setInsertionPointAfter(fresh);
  rewriter.replaceOp(op, permute(rewriter, op->getLoc(), fresh->getResult(0),
                                 invertPermutationVector(perm)));
}

} // namespace lcompile::lc
