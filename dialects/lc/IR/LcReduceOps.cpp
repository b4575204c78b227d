// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of reductions and scans.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

static LogicalResult inferReduce(std::optional<Location> loc, Value input,
                                 ArrayRef<int64_t> reduced, bool keepdim,
                                 SmallVectorImpl<Type> &types) {
  auto type = typeOf(input);
  int64_t previous = -1;
  for (int64_t dim : reduced) {
    if (dim <= previous || dim >= type.getRank())
      return emitOptionalError(
          loc, "expected sorted, distinct dimensions in [0, ", type.getRank(),
          "), found [", reduced, "] (reduce_c1)");
    previous = dim;
  }
  Dims dims = getDims(type), kept;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    bool isReduced = llvm::is_contained(reduced, static_cast<int64_t>(i));
    if (isReduced && keepdim)
      kept.push_back(constant(type.getContext(), 1));
    else if (!isReduced)
      kept.push_back(dim);
  }
  types.push_back(makeTensorType(kept, type.getElementType()));
  return success();
}

#define LC_REDUCE(OP)                                                          \
  LogicalResult OP::inferReturnTypes(MLIRContext *,                            \
                                     std::optional<Location> loc, Adaptor op,  \
                                     SmallVectorImpl<Type> &types) {           \
    return inferReduce(loc, op.getInput(), op.getDims(), op.getKeepdim(),      \
                       types);                                                 \
  }
LC_REDUCE(SumOp)
LC_REDUCE(ProdOp)
LC_REDUCE(MeanOp)
LC_REDUCE(AmaxOp)
LC_REDUCE(AminOp)
LC_REDUCE(AnyOp)
LC_REDUCE(AllOp)
LC_REDUCE(VarOp)
#undef LC_REDUCE

static LogicalResult checkDim(std::optional<Location> loc,
                              RankedTensorType type, int64_t dim,
                              StringRef rule) {
  if (dim >= 0 && dim < type.getRank())
    return success();
  return emitOptionalError(loc, "expected a dimension in [0, ", type.getRank(),
                           "), found ", dim, " (", rule, ")");
}

template <typename Adaptor>
static LogicalResult inferArgReduce(std::optional<Location> loc, Adaptor op,
                                    SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  int64_t dim = op.getDim();
  if (failed(checkDim(loc, type, dim, "argreduce_c1")))
    return failure();
  if (type.getShape()[dim] == 0)
    return emitOptionalError(loc, "expected dimension ", dim,
                             " not to be empty (argreduce_c1)");
  if (failed(inferReduce(loc, op.getInput(), dim, op.getKeepdim(), types)))
    return failure();
  types[0] = withElement(cast<RankedTensorType>(types[0]),
                         IntegerType::get(type.getContext(), 64));
  return success();
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  return inferArgReduce(loc, op, types);
}
LogicalResult ArgminOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  return inferArgReduce(loc, op, types);
}

/// A result of the operand's shape: `element` is null for its element type,
/// too.
static LogicalResult inferAlong(std::optional<Location> loc, Value input,
                                int64_t dim, StringRef rule, Type element,
                                SmallVectorImpl<Type> &types) {
  auto type = typeOf(input);
  types.push_back(element ? withElement(type, element) : type);
  return checkDim(loc, type, dim, rule);
}

#define LC_ALONG(OP, RULE, ELEMENT)                                            \
  LogicalResult OP::inferReturnTypes(MLIRContext *ctx,                         \
                                     std::optional<Location> loc, Adaptor op,  \
                                     SmallVectorImpl<Type> &types) {           \
    return inferAlong(loc, op.getInput(), op.getDim(), RULE, ELEMENT, types);  \
  }
LC_ALONG(CumsumOp, "scan_c1", Type())
LC_ALONG(CumprodOp, "scan_c1", Type())
LC_ALONG(CumargmaxOp, "scan_c1", IntegerType::get(ctx, 64))
LC_ALONG(CumargminOp, "scan_c1", IntegerType::get(ctx, 64))
LC_ALONG(ArgsortOp, "argsort_c1", IntegerType::get(ctx, 64))
#undef LC_ALONG

FailureOr<SmallVector<Value>> VarOp::decompose(ImplicitLocOpBuilder &b) {
  // In f32 at least: a rounded mean would be squared.
  RankedTensorType result = getType();
  Type own = result.getElementType();
  bool narrow = own.getIntOrFloatBitWidth() < 32;
  auto wide = [&](RankedTensorType type) {
    return narrow ? withElement(type, b.getF32Type()) : type;
  };
  Value x = getInput();
  if (narrow)
    x = ConvertOp::create(b, wide(typeOf(x)), x);
  auto full = [&](Type type, double value) -> Value {
    Type element = cast<RankedTensorType>(type).getElementType();
    return FullOp::create(b, type, b.getFloatAttr(element, value));
  };
  // Without keepdim, as models ask for the mean: one for both.
  Value mean = MeanOp::create(b, x, getDimsAttr(), UnitAttr());
  Dims ones = lcompile::lc::getDims(x);
  for (int64_t dim : getDims())
    ones[dim] = constant(b.getContext(), 1);
  mean = ReshapeOp::create(b, makeTensorType(ones, typeOf(x).getElementType()),
                           mean);
  Value rest = SubOp::create(b, x, ExpandOp::create(b, x.getType(), mean));
  Value sum = SumOp::create(b, MulOp::create(b, rest, rest), getDimsAttr(),
                            getKeepdimAttr());
  Dims sizes = lcompile::lc::getDims(x);
  AffineExpr count = constant(b.getContext(), 1);
  for (int64_t dim : getDims())
    count = count * sizes[dim];
  count = simplify(count);
  double correction = getCorrection().convertToDouble();
  Value divisor;
  if (auto known = getConstant(count)) {
    divisor = full(sum.getType(), std::max(0.0, double(*known) - correction));
  } else {
    auto scalar = RankedTensorType::get({}, b.getI64Type());
    auto sumType = cast<RankedTensorType>(sum.getType());
    auto expr = DimsAttr::get({count}, b.getContext());
    auto real = withElement(scalar, sumType.getElementType());
    Value n = ConvertOp::create(b, real, SizeOp::create(b, scalar, expr));
    n = SubOp::create(b, n, full(real, correction));
    n = MaximumOp::create(b, n, full(real, 0));
    SmallVector<AffineExpr> ones(sumType.getRank(),
                                 constant(b.getContext(), 1));
    n = ReshapeOp::create(b, makeTensorType(ones, real.getElementType()), n);
    divisor = ExpandOp::create(b, sumType, n);
  }
  Value var = DivOp::create(b, sum, divisor);
  if (narrow)
    var = ConvertOp::create(b, result, var);
  return SmallVector<Value>{var};
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  types.push_back(type);
  return checkDim(loc, type, op.getDim(), "softmax_c1");
}

FailureOr<SmallVector<Value>> SoftmaxOp::decompose(ImplicitLocOpBuilder &b) {
  Value x = getInput();
  Type type = getType();
  auto dims = b.getDenseI64ArrayAttr(static_cast<int64_t>(getDim()));
  Value max = AmaxOp::create(b, x, dims, b.getUnitAttr());
  Value shifted = SubOp::create(b, x, ExpandOp::create(b, type, max));
  Value exp = ExpOp::create(b, shifted);
  Value sum = SumOp::create(b, exp, dims, b.getUnitAttr());
  if (getLog()) {
    Value log = LogOp::create(b, sum);
    return SmallVector<Value>{
        SubOp::create(b, shifted, ExpandOp::create(b, type, log))};
  }
  // One division a row; the product is within an ulp of the quotient.
  Value scale = ReciprocalOp::create(b, sum);
  return SmallVector<Value>{
      MulOp::create(b, exp, ExpandOp::create(b, type, scale))};
}
