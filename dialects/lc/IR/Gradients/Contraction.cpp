// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of products and convolutions: products and convolutions again.
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

/// Convolutions before their layout is chosen, and what both directions need.
struct Window {
  ArrayRef<int64_t> stride, dilation, padLow;
  int64_t groups;
};

/// Pads (or cuts, where negative) spatial dimensions so that they have `sizes`,
/// with `low` before; fails when that takes numbers that are not known.
FailureOr<Value> fitted(GradientBuilder &g, Operation *op, Value v,
                        ArrayRef<int64_t> low, ArrayRef<AffineExpr> sizes) {
  Dims dims = getDims(v);
  SmallVector<int64_t> before(2, 0), after(2, 0);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    std::optional<int64_t> high =
        getConstant(simplify(size - dims[i + 2] - low[i]));
    if (!high)
      return op->emitError("cannot differentiate a convolution whose sizes "
                           "depend on each other by division; give it fixed "
                           "spatial sizes");
    before.push_back(low[i]);
    after.push_back(*high);
  }
  if (llvm::all_of(before, [](int64_t n) { return n == 0; }) &&
      llvm::all_of(after, [](int64_t n) { return n == 0; }))
    return v;
  return Value(
      g.make<PadOp>(v, before, after, PadMode::constant, APFloat(0.0)));
}

/// How far the window's places lie apart along a spatial dimension: from the
/// first element of the first to the last of the last.
AffineExpr reach(AffineExpr places, int64_t stride, AffineExpr kernel,
                 int64_t dilation) {
  return simplify((places - 1) * stride + (kernel - 1) * dilation + 1);
}

/// The gradient of the weight [s, b / groups, kernel..] where `small`
/// [n, s, places..] and `big` [n, b, spatial..] meet: a convolution in which
/// the batch is summed and places are the kernel, so that stride and dilation
/// change parts.
FailureOr<Value> weightGradient(GradientBuilder &g, Operation *op, Value big,
                                Value small, Value weight, const Window &w) {
  Dims places = getDims(small), kernel = getDims(weight), sizes;
  int64_t spatial = places.size() - 2;
  for (int64_t i = 0; i < spatial; ++i)
    sizes.push_back(
        reach(places[i + 2], w.stride[i], kernel[i + 2], w.dilation[i]));
  FailureOr<Value> padded = fitted(g, op, big, w.padLow, sizes);
  if (failed(padded))
    return failure();
  // [n, g, b / g, ..] -> [b / g, g * n, ..]
  Dims dims = getDims(*padded), split(dims);
  AffineExpr groups = constant(g.b.getContext(), w.groups);
  AffineExpr each = simplify(dims[1].floorDiv(groups));
  split[1] = groups;
  split.insert(split.begin() + 2, each);
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, split.size()));
  std::swap(perm[0], perm[2]);
  Location loc = g.b.getLoc();
  Value input =
      lc::permute(g.b, loc, lc::reshape(g.b, loc, *padded, split), perm);
  dims[1] = simplify(groups * dims[0]);
  dims[0] = each;
  input = lc::reshape(g.b, loc, input, dims);
  auto swap = llvm::to_vector(llvm::seq<int64_t>(0, spatial + 2));
  std::swap(swap[0], swap[1]);
  SmallVector<int64_t> none(spatial, 0);
  Value result = g.make<ConvOp>(input, lc::permute(g.b, loc, small, swap),
                                Value(), w.dilation, none, none, w.stride,
                                w.groups, /*channels_last=*/false);
  return lc::permute(g.b, loc, result, swap);
}

/// Gives weight and bias their gradients: see weightGradient.
template <typename Op>
LogicalResult differentiateParameters(Op op, GradientBuilder &g, Value big,
                                      Value small, const Window &w) {
  if (g.wants(op.getWeight())) {
    FailureOr<Value> dw = weightGradient(g, op, big, small, op.getWeight(), w);
    if (failed(dw))
      return failure();
    g.give(op.getWeight(), *dw);
  }
  Value dy = g.of(op.getResult());
  if (g.wants(op.getBias()))
    g.give(op.getBias(), g.sum(dy, allBut(dy, 1), false));
  return success();
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

LogicalResult ConvOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), weight = getWeight(), dy = g.of(getResult());
  Window window{getStride(), getDilation(), getPadLow(), int64_t(getGroups())};
  Dims kernel = getDims(weight);
  int64_t spatial = kernel.size() - 2;
  if (g.wants(x)) {
    SmallVector<int64_t> none(spatial, 0), cut;
    Value whole =
        g.make<ConvTransposeOp>(dy, weight, Value(), getStride(), none, none,
                                getDilation(), getGroups(), false);
    for (int64_t low : getPadLow())
      cut.push_back(-low);
    FailureOr<Value> fit =
        fitted(g, *this, whole, cut, ArrayRef(getDims(x)).drop_front(2));
    if (failed(fit))
      return failure();
    g.give(x, *fit);
  }
  return differentiateParameters(*this, g, x, dy, window);
}

LogicalResult ConvTransposeOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), weight = getWeight(), dy = g.of(getResult());
  Window window{getStride(), getDilation(), getPadding(), int64_t(getGroups())};
  if (g.wants(x))
    g.give(x, g.make<ConvOp>(dy, weight, Value(), getStride(), getPadding(),
                             getPadding(), getDilation(), getGroups(), false));
  return differentiateParameters(*this, g, dy, x, window);
}
