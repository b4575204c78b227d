// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of convolutions and their gradients.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WindowShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

/// Rules c1 to c6 of all convolutions; gives the dimensions of the input in
/// channels-first order.
static LogicalResult checkConv(std::optional<Location> loc, StringRef rule,
                               Value input, Value weight, Value bias,
                               ArrayRef<ArrayRef<int64_t>> positive,
                               ArrayRef<ArrayRef<int64_t>> notNegative,
                               int64_t groups, bool channelsLast,
                               bool transposed, Dims &dims) {
  auto in = typeOf(input), w = typeOf(weight);
  int64_t rank = in.getRank();
  if (rank != w.getRank() || rank < 3 || rank > 5)
    return emitOptionalError(loc, "expected equal ranks from 3 to 5, found ",
                             rank, " and ", w.getRank(), " (", rule, "_c1)");
  size_t spatial = rank - 2;
  for (auto &[lists, least] :
       {std::pair(positive, int64_t(1)), std::pair(notNegative, int64_t(0))})
    for (ArrayRef<int64_t> list : lists)
      if (list.size() != spatial ||
          llvm::any_of(list, [&, l = least](int64_t v) { return v < l; }))
        return emitOptionalError(loc, "expected ", spatial,
                                 " numbers not below ", least, ", found [",
                                 list, "] (", rule, "_c2)");
  dims = channelsFirst(getDims(in), channelsLast);
  Dims wd = getDims(w);
  // The weight's dimensions hold o and c / groups, or c and o / groups.
  auto wc = getConstant(wd[1]), wo = getConstant(wd[0]);
  auto c = getConstant(dims[1]);
  if (groups < 1 || (wo && *wo % groups))
    return emitOptionalError(loc, "expected groups to divide ", wd[0],
                             ", found ", groups, " (", rule, "_c4)");
  if (!transposed && c && wc && *c != *wc * groups)
    return emitOptionalError(loc, "expected ", *wc * groups,
                             " input channels, found ", *c, " (", rule, "_c3)");
  if (transposed && provablyDifferent(dims[1], wd[0]))
    return emitOptionalError(loc, "expected ", wd[0], " input channels, found ",
                             dims[1], " (", rule, "_c3)");
  AffineExpr out = transposed && wd[1] ? wd[1] * groups : wd[0];
  if (bias) {
    auto type = typeOf(bias);
    if (type.getRank() != 1 ||
        provablyDifferent(getDims(type)[0], transposed ? out : wd[0]))
      return emitOptionalError(loc, "expected a bias of [", out, "], found ",
                               type, " (", rule, "_c5)");
  }
  if (in.getElementType() != w.getElementType() ||
      (bias && typeOf(bias).getElementType() != in.getElementType()))
    return emitOptionalError(loc, "expected equal element types, found ",
                             in.getElementType(), " and ", w.getElementType(),
                             " (", rule, "_c6)");
  return success();
}

/// From the dimensions of the input, channels first, to those of the result.
template <typename Op>
static LogicalResult overWindows(std::optional<Location> loc, StringRef rule,
                                 Op op, const Dims &weight, Dims &dims) {
  dims[1] = weight[0];
  for (size_t i = 0; i + 2 < dims.size(); ++i) {
    dims[i + 2] = windowCount({dims[i + 2], weight[i + 2], op.getStride()[i],
                               op.getDilation()[i],
                               op.getPadLow()[i] + op.getPadHigh()[i]});
    if (auto size = getConstant(dims[i + 2]); size && *size < 0)
      return emitOptionalError(loc,
                               "expected the window to fit into spatial "
                               "dimension ",
                               i, " (", rule, "_c7)");
  }
  return success();
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  Dims dims;
  if (failed(checkConv(loc, "conv", op.getInput(), op.getWeight(), op.getBias(),
                       {op.getStride(), op.getDilation()},
                       {op.getPadLow(), op.getPadHigh()}, op.getGroups(),
                       op.getChannelsLast(), /*transposed=*/false, dims)))
    return failure();
  if (failed(overWindows(loc, "conv", op, getDims(op.getWeight()), dims)))
    return failure();
  types.push_back(makeTensorType(channelsBack(dims, op.getChannelsLast()),
                                 typeOf(op.getInput()).getElementType()));
  return success();
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor op,
                                                SmallVectorImpl<Type> &types) {
  Dims dims;
  if (failed(checkConv(loc, "conv_transpose", op.getInput(), op.getWeight(),
                       op.getBias(), {op.getStride(), op.getDilation()},
                       {op.getPadding(), op.getOutputPadding()}, op.getGroups(),
                       op.getChannelsLast(), /*transposed=*/true, dims)))
    return failure();
  Dims weight = getDims(op.getWeight());
  dims[1] = weight[1] ? weight[1] * op.getGroups() : AffineExpr();
  for (size_t i = 0; i + 2 < dims.size(); ++i) {
    auto kernel = getConstant(weight[i + 2]);
    if (!dims[i + 2] || !kernel) {
      dims[i + 2] = {};
      continue;
    }
    dims[i + 2] = (dims[i + 2] - 1) * op.getStride()[i] +
                  (op.getDilation()[i] * (*kernel - 1) -
                   2 * op.getPadding()[i] + op.getOutputPadding()[i] + 1);
  }
  types.push_back(makeTensorType(channelsBack(dims, op.getChannelsLast()),
                                 typeOf(op.getInput()).getElementType()));
  return success();
}

/// A gradient with respect to `input` or `weight`, one of which is the result.
template <typename Op>
static LogicalResult verifyGradient(Op op, StringRef rule, Value input,
                                    Value weight) {
  Location loc = op.getLoc();
  Dims dims;
  if (failed(checkConv(loc, rule, input, weight, Value(),
                       {op.getStride(), op.getDilation()},
                       {op.getPadLow(), op.getPadHigh()}, op.getGroups(),
                       op.getChannelsLast(), /*transposed=*/false, dims)) ||
      failed(overWindows(loc, rule, op, getDims(weight), dims)))
    return failure();
  Type element = typeOf(input).getElementType();
  if (typeOf(op.getGrad()).getElementType() != element)
    return op.emitError("expected equal element types, found ")
           << element << " and " << typeOf(op.getGrad()).getElementType()
           << " (" << rule << "_c6)";
  dims = channelsBack(dims, op.getChannelsLast());
  Dims grad = getDims(op.getGrad());
  bool fits = grad.size() == dims.size();
  for (size_t i = 0; fits && i < dims.size(); ++i)
    fits = !provablyDifferent(grad[i], dims[i]);
  if (!fits)
    return op.emitError("expected a gradient of ")
           << makeTensorType(dims, element) << ", found "
           << op.getGrad().getType() << " (" << rule << "_c7)";
  return success();
}

LogicalResult ConvGradInputOp::verify() {
  return verifyGradient(*this, "conv_grad_input", getResult(), getWeight());
}

LogicalResult ConvGradWeightOp::verify() {
  return verifyGradient(*this, "conv_grad_weight", getInput(), getResult());
}
