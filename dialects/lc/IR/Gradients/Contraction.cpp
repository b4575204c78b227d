// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of matrix products: matrix products again.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {
int64_t rankOf(Value v) {
  return cast<RankedTensorType>(v.getType()).getRank();
}

/// All dimensions but `kept`.
SmallVector<int64_t> allBut(Value v, int64_t kept) {
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(v)));
  dims.erase(dims.begin() + kept);
  return dims;
}

Value product(GradientBuilder &g, Value lhs, bool turnLhs, Value rhs,
              bool turnRhs) {
  return g.make<MatmulOp>(lhs, rhs, Value(), turnLhs, turnRhs);
}

Value turned(GradientBuilder &g, Value v) {
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(v)));
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return lc::permute(g.b, g.b.getLoc(), v, perm);
}

/// [batch.., m, k] as [batch * m, k].
Value flat(GradientBuilder &g, Value v) {
  Dims dims = getDims(v);
  AffineExpr rows = numElements(ArrayRef(dims).drop_back(), g.b.getContext());
  return lc::reshape(g.b, g.b.getLoc(), v, {rows, dims.back()});
}

void differentiateLhs(MatmulOp op, GradientBuilder &g) {
  Value dy = g.of(op.getResult()), rhs = op.getRhs();
  bool turn = op.getTransposeB();
  if (!op.getTransposeA())
    return g.give(op.getLhs(), product(g, dy, false, rhs, !turn));
  if (rankOf(rhs) == rankOf(dy))
    return g.give(op.getLhs(), product(g, rhs, turn, dy, true));
  g.give(op.getLhs(), turned(g, product(g, dy, false, rhs, !turn)));
}

void differentiateRhs(MatmulOp op, GradientBuilder &g) {
  Value dy = g.of(op.getResult()), lhs = op.getLhs();
  bool turn = op.getTransposeA();
  if (rankOf(op.getRhs()) != rankOf(lhs)) { // one for the whole batch
    lhs = flat(g, turn ? turned(g, lhs) : lhs);
    dy = flat(g, dy);
    turn = false;
  }
  g.give(op.getRhs(), op.getTransposeB() ? product(g, dy, true, lhs, turn)
                                         : product(g, lhs, !turn, dy, false));
}
} // namespace

LogicalResult MatmulOp::differentiate(GradientBuilder &g) {
  if (g.wants(getLhs()))
    differentiateLhs(*this, g);
  if (g.wants(getRhs()))
    differentiateRhs(*this, g);
  if (g.wants(getBias()))
    g.give(getBias(),
           g.sum(g.of(getResult()),
                 allBut(getResult(), rankOf(getResult()) - 1), false));
  return success();
}
