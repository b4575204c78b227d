// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of elementwise operations with several operands.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

LogicalResult AddOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  g.give(getLhs(), dy);
  g.give(getRhs(), dy);
  return success();
}

LogicalResult SubOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  g.give(getLhs(), dy);
  if (g.wants(getRhs()))
    g.give(getRhs(), g.neg(dy));
  return success();
}

LogicalResult MulOp::differentiate(GradientBuilder &g) {
  g.scale(getResult(), getLhs(), [&] { return getRhs(); });
  g.scale(getResult(), getRhs(), [&] { return getLhs(); });
  return success();
}

LogicalResult DivOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  if (g.wants(getLhs()))
    g.give(getLhs(), g.div(dy, getRhs()));
  if (g.wants(getRhs()))
    g.give(getRhs(), g.neg(g.mul(dy, g.div(getResult(), getRhs()))));
  return success();
}

// Rounded quotients are steps.
LogicalResult FloorDivOp::differentiate(GradientBuilder &) { return success(); }
LogicalResult TruncDivOp::differentiate(GradientBuilder &) { return success(); }

LogicalResult RemainderOp::differentiate(GradientBuilder &g) {
  g.give(getLhs(), g.of(getResult()));
  g.scale(getResult(), getRhs(),
          [&] { return g.neg(g.make<FloorDivOp>(getLhs(), getRhs())); });
  return success();
}

LogicalResult FmodOp::differentiate(GradientBuilder &g) {
  g.give(getLhs(), g.of(getResult()));
  g.scale(getResult(), getRhs(),
          [&] { return g.neg(g.make<TruncDivOp>(getLhs(), getRhs())); });
  return success();
}

LogicalResult PowOp::differentiate(GradientBuilder &g) {
  Value x = getLhs(), n = getRhs();
  g.scale(getResult(), x, [&] {
    Value slope = g.mul(n, g.make<PowOp>(x, g.add(n, -1)));
    return g.where(g.equal(n, 0), g.zeros(x), slope);
  });
  g.scale(getResult(), n, [&] {
    // 0 to the n is 0 around n > 0, where log(0) would give NaN.
    Value flat = g.make<AndOp>(
        g.equal(x, 0), g.make<CompareOp>(CompareKind::ge, n, g.zeros(n)));
    return g.where(flat, g.zeros(x), g.mul(getResult(), g.make<LogOp>(x)));
  });
  return success();
}

LogicalResult Atan2Op::differentiate(GradientBuilder &g) {
  Value y = getLhs(), x = getRhs();
  auto over = [&](Value v) {
    return g.div(v, g.add(g.square(x), g.square(y)));
  };
  g.scale(getResult(), y, [&] { return over(x); });
  g.scale(getResult(), x, [&] { return g.neg(over(y)); });
  return success();
}

/// The one that wins takes the gradient; equal ones share it.
static LogicalResult chosen(GradientBuilder &g, Value result, Value lhs,
                            Value rhs, CompareKind wins) {
  for (auto [own, other] : {std::pair(lhs, rhs), std::pair(rhs, lhs)})
    g.scale(result, own, [&] {
      Value factor = g.where(g.make<CompareOp>(wins, own, other),
                             g.full(1, own), g.zeros(own));
      return g.where(g.equal(own, other), g.full(0.5, own), factor);
    });
  return success();
}

LogicalResult MaximumOp::differentiate(GradientBuilder &g) {
  return chosen(g, getResult(), getLhs(), getRhs(), CompareKind::gt);
}

LogicalResult MinimumOp::differentiate(GradientBuilder &g) {
  return chosen(g, getResult(), getLhs(), getRhs(), CompareKind::lt);
}

LogicalResult CopysignOp::differentiate(GradientBuilder &g) {
  Value x = getLhs();
  g.scale(getResult(), x, [&] {
    return g.where(g.equal(x, 0), g.zeros(x), g.div(getResult(), x));
  });
  return success();
}

LogicalResult WhereOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult()), none = g.zeros(dy);
  if (g.wants(getLhs()))
    g.give(getLhs(), g.where(getCondition(), dy, none));
  if (g.wants(getRhs()))
    g.give(getRhs(), g.where(getCondition(), none, dy));
  return success();
}
