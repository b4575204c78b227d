// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of convolutions, and how those are written with convolutions.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

//===----------------------------------------------------------------------===//
// Decompositions, for targets without kernels of their own
//===----------------------------------------------------------------------===//

namespace {
/// `v` with channels at dimension 1.
Value channelsFirst(ImplicitLocOpBuilder &b, Value v, bool last) {
  int64_t rank = cast<RankedTensorType>(v.getType()).getRank();
  SmallVector<int64_t> perm = {0, rank - 1};
  for (int64_t i = 1; i + 1 < rank; ++i)
    perm.push_back(i);
  return last ? lc::permute(b, b.getLoc(), v, perm) : v;
}

/// Pads (or cuts, where negative) spatial dimensions so that they have `sizes`,
/// with `low` before; fails when that takes numbers that are not known.
FailureOr<Value> fitted(ImplicitLocOpBuilder &b, Value v, ArrayRef<int64_t> low,
                        ArrayRef<AffineExpr> sizes) {
  Dims dims = getDims(v);
  SmallVector<int64_t> before(2, 0), after(2, 0);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    std::optional<int64_t> high =
        getConstant(simplify(size - dims[i + 2] - low[i]));
    if (!high)
      return failure();
    before.push_back(low[i]);
    after.push_back(*high);
  }
  if (llvm::all_of(before, [](int64_t n) { return n == 0; }) &&
      llvm::all_of(after, [](int64_t n) { return n == 0; }))
    return v;
  return Value(
      PadOp::create(b, v, before, after, PadMode::constant, APFloat(0.0)));
}
} // namespace

/// The transposed convolution over all of grad, then what the padding was.
FailureOr<SmallVector<Value>>
ConvGradInputOp::decompose(ImplicitLocOpBuilder &b) {
  Value grad = channelsFirst(b, getGrad(), getChannelsLast());
  SmallVector<int64_t> none(getStride().size(), 0), cut;
  for (int64_t low : getPadLow())
    cut.push_back(-low);
  Value whole =
      ConvTransposeOp::create(b, grad, getWeight(), Value(), getStride(), none,
                              none, getDilation(), getGroups(), false);
  Dims dims = getDims(getResult());
  if (getChannelsLast())
    std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
  FailureOr<Value> fit = fitted(b, whole, cut, ArrayRef(dims).drop_front(2));
  if (failed(fit))
    return failure();
  if (!getChannelsLast())
    return SmallVector<Value>{*fit};
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  std::rotate(perm.begin() + 1, perm.begin() + 2, perm.end());
  return SmallVector<Value>{lc::permute(b, b.getLoc(), *fit, perm)};
}

/// A convolution in which the batch is summed and the places of grad are the
/// kernel, so that stride and dilation change parts.
FailureOr<SmallVector<Value>>
ConvGradWeightOp::decompose(ImplicitLocOpBuilder &b) {
  auto type = cast<RankedTensorType>(getType());
  if (isConstant(getDims(getGrad())[0], 0)) // a sum of nothing
    return SmallVector<Value>{
        FullOp::create(b, type, b.getFloatAttr(type.getElementType(), 0))};
  Value input = channelsFirst(b, getInput(), getChannelsLast()),
        grad = channelsFirst(b, getGrad(), getChannelsLast());
  Dims places = getDims(grad), kernel = getDims(getResult()), sizes;
  int64_t spatial = places.size() - 2, rank = places.size();
  // From the first element of the first window to the last of the last.
  for (int64_t i = 0; i < spatial; ++i)
    sizes.push_back(simplify((places[i + 2] - 1) * getStride()[i] +
                             (kernel[i + 2] - 1) * getDilation()[i] + 1));
  FailureOr<Value> padded = fitted(b, input, getPadLow(), sizes);
  if (failed(padded))
    return failure();
  // [n, g, c / g, ..] -> [c / g, g * n, ..]
  Dims dims = getDims(*padded), split(dims);
  AffineExpr groups = constant(b.getContext(), getGroups());
  AffineExpr each = simplify(dims[1].floorDiv(groups));
  split[1] = groups;
  split.insert(split.begin() + 2, each);
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  std::swap(perm[0], perm[2]);
  Location loc = b.getLoc();
  input = lc::permute(b, loc, lc::reshape(b, loc, *padded, split), perm);
  dims[1] = simplify(groups * dims[0]);
  dims[0] = each;
  input = lc::reshape(b, loc, input, dims);
  auto swap = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(swap[0], swap[1]);
  SmallVector<int64_t> none(spatial, 0);
  Value result = ConvOp::create(b, input, lc::permute(b, loc, grad, swap),
                                Value(), getDilation(), none, none, getStride(),
                                getGroups(), /*channels_last=*/false);
  return SmallVector<Value>{lc::permute(b, loc, result, swap)};
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

/// Gradients are taken before layouts are chosen.
static LogicalResult checkLayout(Operation *op) {
  if (op->hasAttr("channels_last"))
    return op->emitError("cannot differentiate once a layout is chosen");
  return success();
}

static Value biasGradient(GradientBuilder &g, Value dy) {
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, getDims(dy).size()));
  dims.erase(dims.begin() + 1);
  return g.sum(dy, dims, false);
}

LogicalResult ConvOp::differentiate(GradientBuilder &g) {
  if (failed(checkLayout(*this)))
    return failure();
  Value x = getInput(), weight = getWeight(), dy = g.of(getResult());
  if (g.wants(x))
    g.give(x, g.make<ConvGradInputOp>(x.getType(), dy, weight, getStride(),
                                      getPadLow(), getPadHigh(), getDilation(),
                                      getGroups(), false));
  if (g.wants(weight))
    g.give(weight, g.make<ConvGradWeightOp>(
                       weight.getType(), x, dy, getStride(), getPadLow(),
                       getPadHigh(), getDilation(), getGroups(), false));
  if (g.wants(getBias()))
    g.give(getBias(), biasGradient(g, dy));
  return success();
}

/// The result is the gradient of a convolution's input, so its own gradients
/// are that convolution and the gradient of its weight.
LogicalResult ConvTransposeOp::differentiate(GradientBuilder &g) {
  if (failed(checkLayout(*this)))
    return failure();
  Value x = getInput(), weight = getWeight(), dy = g.of(getResult());
  if (g.wants(getBias()))
    g.give(getBias(), biasGradient(g, dy));
  // What output_padding adds beyond the padding no window reaches.
  SmallVector<int64_t> high, none(getDims(dy).size(), 0), beyond(none);
  for (auto [i, low] : llvm::enumerate(getPadding())) {
    high.push_back(std::max<int64_t>(low - getOutputPadding()[i], 0));
    beyond[i + 2] = std::min<int64_t>(low - getOutputPadding()[i], 0);
  }
  if (llvm::any_of(beyond, [](int64_t n) { return n < 0; }))
    dy = g.make<PadOp>(dy, none, beyond, PadMode::constant, APFloat(0.0));
  if (g.wants(x))
    g.give(x, g.make<ConvOp>(dy, weight, Value(), getStride(), getPadding(),
                             high, getDilation(), getGroups(), false));
  if (g.wants(weight))
    g.give(weight, g.make<ConvGradWeightOp>(weight.getType(), dy, x,
                                            getStride(), getPadding(), high,
                                            getDilation(), getGroups(), false));
  return success();
}

/// Linear in both operands: with respect to grad a convolution, with respect to
/// the weight its gradient where the input was dx.
LogicalResult ConvGradInputOp::differentiate(GradientBuilder &g) {
  if (failed(checkLayout(*this)))
    return failure();
  Value grad = getGrad(), weight = getWeight(), dx = g.of(getResult());
  if (g.wants(grad))
    g.give(grad,
           g.make<ConvOp>(dx, weight, Value(), getStride(), getPadLow(),
                          getPadHigh(), getDilation(), getGroups(), false));
  if (g.wants(weight))
    g.give(weight, g.make<ConvGradWeightOp>(
                       weight.getType(), dx, grad, getStride(), getPadLow(),
                       getPadHigh(), getDilation(), getGroups(), false));
  return success();
}

LogicalResult ConvGradWeightOp::differentiate(GradientBuilder &g) {
  if (failed(checkLayout(*this)))
    return failure();
  Value x = getInput(), grad = getGrad(), dw = g.of(getResult());
  if (g.wants(x))
    g.give(x, g.make<ConvGradInputOp>(x.getType(), grad, dw, getStride(),
                                      getPadLow(), getPadHigh(), getDilation(),
                                      getGroups(), false));
  if (g.wants(grad))
    g.give(grad,
           g.make<ConvOp>(x, dw, Value(), getStride(), getPadLow(),
                          getPadHigh(), getDilation(), getGroups(), false));
  return success();
}
