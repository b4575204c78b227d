// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for arithmetic of tensors that have one type.
#include "dialects/lc/IR/TensorMath.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

Value TensorMath::add(Value x, Value y) { return make<AddOp>(x, y); }
Value TensorMath::sub(Value x, Value y) { return make<SubOp>(x, y); }
Value TensorMath::mul(Value x, Value y) { return make<MulOp>(x, y); }
Value TensorMath::div(Value x, Value y) { return make<DivOp>(x, y); }
Value TensorMath::neg(Value x) { return make<NegOp>(x); }

Value TensorMath::complement(Value x) { return sub(full(1, x), x); }

Value TensorMath::less(Value x, Value y) {
  return make<CompareOp>(CompareKind::lt, x, y);
}

Value TensorMath::equal(Value x, Value y) {
  return make<CompareOp>(CompareKind::eq, x, y);
}

Value TensorMath::where(Value condition, Value x, Value y) {
  return make<WhereOp>(condition, x, y);
}

Value TensorMath::full(double value, Value like) {
  return full(value, typeOf(like));
}

Value TensorMath::full(double value, RankedTensorType type) {
  Type element = type.getElementType();
  TypedAttr attr = isa<FloatType>(element)
                       ? TypedAttr(b.getFloatAttr(element, value))
                       : TypedAttr(b.getIntegerAttr(element, int64_t(value)));
  return make<FullOp>(type, attr);
}

Value TensorMath::convert(Value x, Type element) {
  return make<ConvertOp>(withElement(typeOf(x), element), x);
}

Value TensorMath::spread(Value number, Value like) {
  Dims ones(typeOf(like).getRank(), constant(b.getContext(), 1));
  return make<ExpandOp>(
      withElement(typeOf(like), typeOf(number).getElementType()),
      lc::reshape(b, b.getLoc(), number, ones));
}

Value TensorMath::sum(Value x, ArrayRef<int64_t> dims, bool keepdim) {
  return dims.empty() ? x : make<SumOp>(x, dims, keepdim);
}

Value TensorMath::repeat(Value reduced, ArrayRef<int64_t> dims,
                              Value like) {
  Dims shape = getDims(like), narrow = shape;
  for (int64_t d : dims)
    narrow[d] = constant(b.getContext(), 1);
  Value v = lc::reshape(b, b.getLoc(), reduced, narrow);
  return make<ExpandOp>(
      withElement(typeOf(like), typeOf(reduced).getElementType()), v);
}

Value TensorMath::count(Value of, ArrayRef<int64_t> dims,
                             RankedTensorType type) {
  Dims all = getDims(of), counted;
  for (int64_t d : dims)
    counted.push_back(all[d]);
  AffineExpr n = numElements(counted, b.getContext());
  if (std::optional<int64_t> known = getConstant(n))
    return full(double(*known), type);
  Value v = make<SizeOp>(RankedTensorType::get({}, b.getI64Type()),
                         DimsAttr::get({n}, b.getContext()));
  v = lc::reshape(b, b.getLoc(), convert(v, type.getElementType()),
                  Dims(type.getRank(), constant(b.getContext(), 1)));
  return make<ExpandOp>(type, v);
}
