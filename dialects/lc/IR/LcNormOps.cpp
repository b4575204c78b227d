// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of normalisations, and how they are written with simpler operations.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  int64_t channel = op.getChannelsLast() ? type.getRank() - 1 : 1;
  if (type.getRank() < 2)
    return emitOptionalError(loc, "expected rank 2 or more, found ",
                             type.getRank(), " (batch_norm_c1)");
  AffineExpr channels = getDims(type)[channel];
  for (Value v : {op.getMean(), op.getVar(), op.getWeight(), op.getBias()})
    if (v && (typeOf(v).getRank() != 1 ||
              provablyDifferent(getDims(v)[0], channels)))
      return emitOptionalError(loc, "expected [", channels, "], found ",
                               v.getType(), " (batch_norm_c1)");
  types.push_back(type);
  return success();
}

/// `v` of [c] as a tensor of `type` with c at `channel`.
static Value alongDim(ImplicitLocOpBuilder &b, Value v, RankedTensorType type,
                      int64_t channel) {
  Dims dims(type.getRank(), constant(b.getContext(), 1));
  dims[channel] = getDims(v)[0];
  auto narrow = makeTensorType(dims, typeOf(v).getElementType());
  return ExpandOp::create(b, withElement(type, narrow.getElementType()),
                          ReshapeOp::create(b, narrow, v));
}

static Value floatFull(ImplicitLocOpBuilder &b, Type type, double value) {
  auto tensor = cast<RankedTensorType>(type);
  return FullOp::create(b, tensor,
                        b.getFloatAttr(tensor.getElementType(), value));
}

FailureOr<SmallVector<Value>> BatchNormOp::decompose(ImplicitLocOpBuilder &b) {
  // x * scale + shift with one scale and shift a channel.
  auto type = typeOf(getInput());
  int64_t channel = getChannelsLast() ? type.getRank() - 1 : 1;
  Type vector = getVar().getType();
  Value eps = floatFull(b, vector, getEps().convertToDouble());
  Value scale = RsqrtOp::create(b, AddOp::create(b, getVar(), eps));
  if (getWeight())
    scale = MulOp::create(b, scale, getWeight());
  Value shift = NegOp::create(b, MulOp::create(b, getMean(), scale));
  if (getBias())
    shift = AddOp::create(b, shift, getBias());
  Value scaled =
      MulOp::create(b, getInput(), alongDim(b, scale, type, channel));
  return SmallVector<Value>{
      AddOp::create(b, scaled, alongDim(b, shift, type, channel))};
}

//===----------------------------------------------------------------------===//
// layer_norm, rms_norm
//===----------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferTrailingNorm(std::optional<Location> loc, Adaptor op,
                                       StringRef rule,
                                       SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  int64_t count = op.getNdims();
  if (count < 1 || count > type.getRank())
    return emitOptionalError(loc, "expected 1 to ", type.getRank(),
                             " normalised dimensions, found ", count, " (",
                             rule, "_c1)");
  auto dims = getDims(type);
  for (Value v : {op.getWeight(), op.getBias()}) {
    if (!v)
      continue;
    Dims own = getDims(v);
    bool fits = static_cast<int64_t>(own.size()) == count;
    for (int64_t i = 0; fits && i < count; ++i)
      fits = !provablyDifferent(own[i], dims[dims.size() - count + i]);
    if (!fits)
      return emitOptionalError(loc, "expected the shape of the last ", count,
                               " dimensions of ", type, ", found ", v.getType(),
                               " (", rule, "_c2)");
  }
  types.push_back(type);
  return success();
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  return inferTrailingNorm(loc, op, "layer_norm", types);
}
LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  return inferTrailingNorm(loc, op, "rms_norm", types);
}

/// `v`, which has the last dimensions of `type`, repeated over the others.
static Value overLeading(ImplicitLocOpBuilder &b, Value v,
                         RankedTensorType type) {
  Dims own = getDims(v);
  Dims dims(type.getRank() - own.size(), constant(b.getContext(), 1));
  dims.append(own.begin(), own.end());
  auto narrow = makeTensorType(dims, typeOf(v).getElementType());
  return ExpandOp::create(b, type, ReshapeOp::create(b, narrow, v));
}

static DenseI64ArrayAttr lastDims(ImplicitLocOpBuilder &b, int64_t rank,
                                  int64_t count) {
  return b.getDenseI64ArrayAttr(
      llvm::to_vector(llvm::seq<int64_t>(rank - count, rank)));
}

static Value scaleAndShift(ImplicitLocOpBuilder &b, Value x, Value weight,
                           Value bias) {
  auto type = typeOf(x);
  if (weight)
    x = MulOp::create(b, x, overLeading(b, weight, type));
  if (bias)
    x = AddOp::create(b, x, overLeading(b, bias, type));
  return x;
}

/// (x - mean) / sqrt(var + eps) over `dims`.
static Value standardize(ImplicitLocOpBuilder &b, Value x,
                         DenseI64ArrayAttr dims, double eps) {
  auto type = typeOf(x);
  Value mean = MeanOp::create(b, x, dims, b.getUnitAttr());
  Value centred = SubOp::create(b, x, ExpandOp::create(b, type, mean));
  Value square = MulOp::create(b, centred, centred);
  Value var = MeanOp::create(b, square, dims, b.getUnitAttr());
  Value scale = RsqrtOp::create(
      b, AddOp::create(b, var, floatFull(b, var.getType(), eps)));
  return MulOp::create(b, centred, ExpandOp::create(b, type, scale));
}

FailureOr<SmallVector<Value>> LayerNormOp::decompose(ImplicitLocOpBuilder &b) {
  int64_t rank = typeOf(getInput()).getRank();
  Value x = standardize(b, getInput(), lastDims(b, rank, getNdims()),
                        getEps().convertToDouble());
  return SmallVector<Value>{scaleAndShift(b, x, getWeight(), getBias())};
}

FailureOr<SmallVector<Value>> RmsNormOp::decompose(ImplicitLocOpBuilder &b) {
  Value x = getInput();
  auto type = typeOf(x);
  auto dims = lastDims(b, type.getRank(), getNdims());
  Value mean = MeanOp::create(b, MulOp::create(b, x, x), dims, b.getUnitAttr());
  Value eps = floatFull(b, mean.getType(), getEps().convertToDouble());
  Value scale = RsqrtOp::create(b, AddOp::create(b, mean, eps));
  x = MulOp::create(b, x, ExpandOp::create(b, type, scale));
  return SmallVector<Value>{scaleAndShift(b, x, getWeight(), getBias())};
}

//===----------------------------------------------------------------------===//
// group_norm
//===----------------------------------------------------------------------===//

LogicalResult GroupNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor op,
                                            SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  int64_t groups = op.getGroups();
  if (type.getRank() < 2 || groups < 1 || type.isDynamicDim(1) ||
      type.getDimSize(1) % groups)
    return emitOptionalError(loc, "expected groups to divide dimension 1 of ",
                             type, ", found ", groups, " (group_norm_c1)");
  for (Value v : {op.getWeight(), op.getBias()})
    if (v && (typeOf(v).getRank() != 1 ||
              typeOf(v).getDimSize(0) != type.getDimSize(1)))
      return emitOptionalError(loc, "expected [", type.getDimSize(1),
                               "], found ", v.getType(), " (group_norm_c2)");
  types.push_back(type);
  return success();
}

FailureOr<SmallVector<Value>> GroupNormOp::decompose(ImplicitLocOpBuilder &b) {
  auto type = typeOf(getInput());
  Dims dims = getDims(type);
  Dims grouped = {dims[0], constant(b.getContext(), getGroups()),
                  constant(b.getContext(), type.getDimSize(1) / getGroups())};
  grouped.append(dims.begin() + 2, dims.end());
  auto groupedType = makeTensorType(grouped, type.getElementType());
  Value x = ReshapeOp::create(b, groupedType, getInput());
  x = standardize(b, x, lastDims(b, grouped.size(), grouped.size() - 2),
                  getEps().convertToDouble());
  x = ReshapeOp::create(b, type, x);
  if (getWeight())
    x = MulOp::create(b, x, alongDim(b, getWeight(), type, 1));
  if (getBias())
    x = AddOp::create(b, x, alongDim(b, getBias(), type, 1));
  return SmallVector<Value>{x};
}
