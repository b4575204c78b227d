// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of matrix products, convolutions and attention.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WindowShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  auto lhs = typeOf(op.getLhs()), rhs = typeOf(op.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2 ||
      (rhs.getRank() != 2 && rhs.getRank() != lhs.getRank()))
    return emitOptionalError(
        loc, "expected equal ranks of at least 2 or a rhs of rank 2, found ",
        lhs.getRank(), " and ", rhs.getRank(), " (matmul_c1)");
  if (lhs.getElementType() != rhs.getElementType())
    return emitOptionalError(loc, "expected equal element types, found ",
                             lhs.getElementType(), " and ",
                             rhs.getElementType(), " (matmul_c5)");
  Dims a = getDims(lhs), b = getDims(rhs);
  size_t ra = a.size(), rb = b.size();
  AffineExpr m = a[ra - 2], ka = a[ra - 1], kb = b[rb - 2], n = b[rb - 1];
  if (op.getTransposeA())
    std::swap(m, ka);
  if (op.getTransposeB())
    std::swap(kb, n);
  if (provablyDifferent(ka, kb))
    return emitOptionalError(loc,
                             "expected the inner dimensions to agree, found ",
                             ka, " and ", kb, " (matmul_c2)");
  Dims dims;
  for (size_t i = 0; i + 2 < ra; ++i) {
    if (rb > 2 && provablyDifferent(a[i], b[i]))
      return emitOptionalError(loc, "expected batch dimension ", i,
                               " to agree, found ", a[i], " and ", b[i],
                               " (matmul_c3)");
    dims.push_back(a[i]);
  }
  dims.push_back(m);
  dims.push_back(n);
  if (Value bias = op.getBias()) {
    auto type = typeOf(bias);
    if (type.getRank() != 1 || provablyDifferent(getDims(type)[0], n))
      return emitOptionalError(loc, "expected a bias of [", n, "], found ",
                               type, " (matmul_c4)");
    if (type.getElementType() != lhs.getElementType())
      return emitOptionalError(loc, "expected equal element types, found ",
                               lhs.getElementType(), " and ",
                               type.getElementType(), " (matmul_c5)");
  }
  types.push_back(makeTensorType(dims, lhs.getElementType()));
  return success();
}

/// Rules c1 to c6 of both convolutions; gives the dimensions of the input in
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

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  Dims dims;
  if (failed(checkConv(loc, "conv", op.getInput(), op.getWeight(), op.getBias(),
                       {op.getStride(), op.getDilation()},
                       {op.getPadLow(), op.getPadHigh()}, op.getGroups(),
                       op.getChannelsLast(), /*transposed=*/false, dims)))
    return failure();
  Dims weight = getDims(op.getWeight());
  dims[1] = weight[0];
  for (size_t i = 0; i + 2 < dims.size(); ++i) {
    dims[i + 2] = windowCount({dims[i + 2], weight[i + 2], op.getStride()[i],
                               op.getDilation()[i],
                               op.getPadLow()[i] + op.getPadHigh()[i]});
    if (auto size = getConstant(dims[i + 2]); size && *size < 0)
      return emitOptionalError(loc,
                               "expected the window to fit into spatial "
                               "dimension ",
                               i, " (conv_c7)");
  }
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

LogicalResult SdpaOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  auto q = typeOf(op.getQuery()), k = typeOf(op.getKey()),
       v = typeOf(op.getValue());
  if (q.getRank() != 4 || k.getRank() != 4 || v.getRank() != 4 ||
      q.getElementType() != k.getElementType() ||
      q.getElementType() != v.getElementType())
    return emitOptionalError(loc,
                             "expected rank 4 and equal element types, found ",
                             q, ", ", k, " and ", v, " (sdpa_c1)");
  Dims qd = getDims(q), kd = getDims(k), vd = getDims(v);
  if (provablyDifferent(qd[0], kd[0]) || provablyDifferent(qd[0], vd[0]) ||
      provablyDifferent(kd[1], vd[1]) || provablyDifferent(kd[2], vd[2]) ||
      provablyDifferent(qd[3], kd[3]))
    return emitOptionalError(loc,
                             "expected batch, kv heads, keys and d to agree, "
                             "found ",
                             q, ", ", k, " and ", v, " (sdpa_c2)");
  auto heads = getConstant(qd[1]), kvHeads = getConstant(kd[1]);
  if (heads && kvHeads && (*kvHeads == 0 || *heads % *kvHeads))
    return emitOptionalError(loc, "expected ", *kvHeads, " kv heads to divide ",
                             *heads, " heads (sdpa_c3)");
  if (Value mask = op.getMask()) {
    Dims md = getDims(mask);
    Dims full = {qd[0], qd[1], qd[2], kd[2]};
    bool fits = md.size() == 4;
    for (size_t i = 0; fits && i < 4; ++i)
      fits = isConstant(md[i], 1) || !provablyDifferent(md[i], full[i]);
    if (!fits)
      return emitOptionalError(loc,
                               "expected a mask that broadcasts to the "
                               "scores, found ",
                               mask.getType(), " (sdpa_c4)");
  }
  types.push_back(
      makeTensorType({qd[0], qd[1], qd[2], vd[3]}, q.getElementType()));
  return success();
}
