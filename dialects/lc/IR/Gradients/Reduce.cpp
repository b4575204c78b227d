// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of reductions, scans and softmax.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {
template <typename Op> Value repeatedGradient(Op op, GradientBuilder &g) {
  return g.repeat(g.of(op.getResult()), op.getDims(), op.getInput());
}

/// The elements that are the largest or smallest share the gradient.
template <typename Op> LogicalResult extreme(Op op, GradientBuilder &g) {
  Value x = op.getInput();
  if (!g.wants(x))
    return success();
  Value isOne = g.equal(x, g.repeat(op.getResult(), op.getDims(), x));
  Value one = g.make<ConvertOp>(x.getType(), isOne);
  Value many = g.repeat(g.sum(one, op.getDims(), true), op.getDims(), x);
  g.give(x, g.mul(repeatedGradient(op, g), g.div(one, many)));
  return success();
}

/// The sum of all elements from each on.
Value sumFromEnd(GradientBuilder &g, Value x, int64_t dim) {
  return g.make<FlipOp>(g.make<CumsumOp>(g.make<FlipOp>(x, dim), dim), dim);
}
} // namespace

LogicalResult SumOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(), repeatedGradient(*this, g));
  return success();
}

LogicalResult MeanOp::differentiate(GradientBuilder &g) {
  if (!g.wants(getInput()))
    return success();
  Value n = g.count(getInput(), getDims(), getType());
  g.give(getInput(),
         g.repeat(g.div(g.of(getResult()), n), getDims(), getInput()));
  return success();
}

LogicalResult ProdOp::differentiate(GradientBuilder &g) {
  Value x = getInput();
  if (!g.wants(x))
    return success();
  // The product of all others. Without a zero it is the product over the own
  // factor; with one zero only that one has others without zero.
  Value isZero = g.equal(x, 0), one = g.full(1, x), zero = g.zeros(x);
  Value safe = g.where(isZero, one, x);
  Value zeros = g.repeat(g.sum(g.where(isZero, one, zero), getDims(), true),
                         getDims(), x);
  Value rest = g.repeat(g.make<ProdOp>(safe, getDims(), true), getDims(), x);
  Value others = g.where(isZero, g.where(g.equal(zeros, 1), rest, zero),
                         g.where(g.equal(zeros, 0), g.div(rest, safe), zero));
  g.give(x, g.mul(repeatedGradient(*this, g), others));
  return success();
}

LogicalResult AmaxOp::differentiate(GradientBuilder &g) {
  return extreme(*this, g);
}

LogicalResult AminOp::differentiate(GradientBuilder &g) {
  return extreme(*this, g);
}

LogicalResult VarOp::differentiate(GradientBuilder &g) {
  Value x = getInput();
  if (!g.wants(x))
    return success();
  // Without keepdim, as models ask for the mean: one for both.
  Value mean = g.repeat(g.make<MeanOp>(x, getDims(), false), getDims(), x);
  Value n = g.add(g.count(x, getDims(), getType()),
                  -getCorrection().convertToDouble());
  Value slope = g.div(g.mul(g.of(getResult()), 2), n);
  g.give(x, g.mul(g.repeat(slope, getDims(), x), g.sub(x, mean)));
  return success();
}

LogicalResult CumsumOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(), sumFromEnd(g, g.of(getResult()), getDim()));
  return success();
}

LogicalResult CumprodOp::differentiate(GradientBuilder &g) {
  Value x = getInput(), y = getResult();
  if (!g.wants(x))
    return success();
  // Up to the first zero: the sum of dy * y from here on over x. At the first
  // zero: the same with a one in its place. Behind it: nothing.
  Value one = g.full(1, x), zero = g.zeros(x), isZero = g.equal(x, 0);
  Value zeros = g.make<CumsumOp>(g.where(isZero, one, zero), getDim());
  Value first = g.make<AndOp>(isZero, g.equal(zeros, 1));
  Value filled = g.make<CumprodOp>(g.where(first, one, x), getDim());
  auto total = [&](Value product) {
    return sumFromEnd(g, g.mul(g.of(y), product), getDim());
  };
  Value before = g.div(total(y), g.where(isZero, one, x));
  g.give(x, g.where(first, total(filled),
                    g.where(g.equal(zeros, 0), before, zero)));
  return success();
}

LogicalResult SoftmaxOp::differentiate(GradientBuilder &g) {
  Value x = getInput(), y = getResult(), dy = g.of(y);
  if (!g.wants(x))
    return success();
  int64_t dim = getDim();
  auto total = [&](Value v) { return g.repeat(g.sum(v, dim, true), dim, x); };
  g.give(x, getLog() ? g.sub(dy, g.mul(g.make<ExpOp>(y), total(dy)))
                     : g.mul(g.sub(dy, total(g.mul(dy, y))), y));
  return success();
}
