// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What rules build with: promotion, broadcast and the operations that most
// rules need. PyTorch's rules for both stand here and nowhere else.
#include "lib/Import/Aten/AtenCall.h"

using namespace mlir;

namespace lcompile::import {

Value AtenCall::convert(Value v, Type element) {
  if (refused() || elementOf(v) == element)
    return refused() ? Value() : v;
  return makeTyped<lc::ConvertOp>(lc::withElement(typeOf(v), element), v);
}

/// Refuses results whose sizes did not follow from the arguments.
static bool allKnown(AtenCall &call, Value v, ArrayRef<AffineExpr> dims) {
  if (!v || llvm::is_contained(dims, AffineExpr()))
    call.refuse("a size of the result does not follow from the arguments");
  return !call.refused();
}

Value AtenCall::reshape(Value v, ArrayRef<AffineExpr> dims) {
  if (refused() || !allKnown(*this, v, dims))
    return {};
  auto type = lc::makeTensorType(dims, elementOf(v));
  return type == v.getType() ? v : makeTyped<lc::ReshapeOp>(type, v);
}

Value AtenCall::expand(Value v, ArrayRef<AffineExpr> dims) {
  if (refused() || !allKnown(*this, v, dims))
    return {};
  auto type = lc::makeTensorType(dims, elementOf(v));
  return type == v.getType() ? v : makeTyped<lc::ExpandOp>(type, v);
}

Value AtenCall::permute(Value v, ArrayRef<int64_t> perm) {
  return refused() ? Value() : make<lc::PermuteOp>(v, perm);
}

Value AtenCall::slice(Value v, int64_t dim, AffineExpr start, AffineExpr count,
                      int64_t step) {
  if (refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  dims[dim] = count;
  auto first = lc::DimsAttr::get({start}, b.getContext());
  return makeTyped<lc::SliceOp>(lc::makeTensorType(dims, elementOf(v)), v, dim,
                                first, step);
}

static TypedAttr numberAttr(Builder &b, Type element, double value) {
  if (isa<FloatType>(element))
    return b.getFloatAttr(element, value);
  if (element.isInteger(1))
    return b.getIntegerAttr(element, value != 0);
  // Saturated: a C++ conversion of what does not fit means nothing.
  constexpr double limit = 9223372036854775808.0; // 2^63
  int64_t integer = std::isnan(value) ? 0
                    : value >= limit  ? std::numeric_limits<int64_t>::max()
                    : value < -limit  ? std::numeric_limits<int64_t>::min()
                                      : static_cast<int64_t>(value);
  return b.getIntegerAttr(element, integer);
}

Value AtenCall::full(ArrayRef<AffineExpr> dims, Type element, double value) {
  if (refused())
    return {};
  return makeTyped<lc::FullOp>(lc::makeTensorType(dims, element),
                               numberAttr(b, element, value));
}

lc::Dims AtenCall::broadcastDims(ArrayRef<Value> tensors) {
  lc::Dims dims;
  for (Value v : tensors) {
    if (refused() || !v)
      return dims;
    lc::Dims own = lc::getDims(v);
    if (own.size() > dims.size())
      dims.insert(dims.begin(), own.size() - dims.size(), constant(1));
    for (size_t i = 0; i < own.size(); ++i) {
      AffineExpr &common = dims[dims.size() - own.size() + i];
      if (lc::isConstant(common, 1))
        common = own[i];
      else if (!lc::isConstant(own[i], 1) &&
               lc::provablyDifferent(common, own[i]))
        refuse("shapes do not broadcast: dimension " + Twine(i) + " of " +
               Datum(v).describe());
      else if (lc::getConstant(own[i]) && !lc::isConstant(own[i], 1))
        common = own[i]; // the more definite of two that must agree
    }
  }
  return dims;
}

Value AtenCall::broadcastTo(Value v, ArrayRef<AffineExpr> dims) {
  if (refused())
    return {};
  lc::Dims own = lc::getDims(v);
  if (own.size() > dims.size()) {
    refuse("expected at most " + Twine(dims.size()) + " dimensions, found " +
           Datum(v).describe());
    return {};
  }
  own.insert(own.begin(), dims.size() - own.size(), constant(1));
  return expand(reshape(v, own), dims);
}

namespace {
/// bool < integer < floating point.
int kindOf(Type element) {
  if (isa<FloatType>(element))
    return 2;
  return element.isInteger(1) ? 0 : 1;
}

Type promoteTypes(Type a, Type b) {
  if (!a || !b || a == b)
    return a ? a : b;
  if (kindOf(a) != kindOf(b))
    return kindOf(a) > kindOf(b) ? a : b;
  unsigned wa = a.getIntOrFloatBitWidth(), wb = b.getIntOrFloatBitWidth();
  if (isa<FloatType>(a)) {
    if (wa == wb) // f16 with bf16
      return Float32Type::get(a.getContext());
    return wa > wb ? a : b;
  }
  if (wa == wb) // ui8 with i8
    return IntegerType::get(a.getContext(), 2 * wa);
  return wa > wb ? a : b;
}
} // namespace

Type AtenCall::promote(ArrayRef<const Datum *> operands) {
  Type byKind[3]; // tensors with dimensions, 0-d tensors, Python numbers
  for (const Datum *d : operands) {
    if (d->isTensor())
      byKind[rankOf(d->value()) == 0] =
          promoteTypes(byKind[rankOf(d->value()) == 0], elementOf(d->value()));
    else if (d->isBool() ||
             (d->isRuntimeScalar() && d->value().getType().isInteger(1)))
      byKind[2] = promoteTypes(byKind[2], i1());
    else if (d->isFloat() ||
             (d->isRuntimeScalar() && isa<FloatType>(d->value().getType())))
      byKind[2] = promoteTypes(byKind[2], b.getF32Type());
    else
      byKind[2] = promoteTypes(byKind[2], i64());
  }
  Type result;
  for (Type type : byKind)
    if (type && (!result || kindOf(type) > kindOf(result)))
      result = type;
  return result;
}

Value AtenCall::materialize(const Datum &d, ArrayRef<AffineExpr> dims,
                            Type element) {
  if (refused())
    return {};
  if (d.isTensor())
    return broadcastTo(convert(d.value(), element), dims);
  // Large integers are not exact as floating point.
  if (d.isInt() && element.isInteger(64))
    return makeTyped<lc::FullOp>(lc::makeTensorType(dims, element),
                                 b.getIntegerAttr(element, d.asInt()));
  if (d.isNumber())
    return full(dims, element, d.asFloat());
  if (d.isSize()) {
    auto scalar = RankedTensorType::get({}, i64());
    auto expr = lc::DimsAttr::get({d.size(b.getContext())}, b.getContext());
    Value v = makeTyped<lc::SizeOp>(scalar, expr);
    return broadcastTo(convert(v, element), dims);
  }
  if (d.isRuntimeScalar()) {
    auto scalar = RankedTensorType::get({}, d.value().getType());
    Value v = makeTyped<lc::ScalarOp>(scalar, d.value());
    return broadcastTo(convert(v, element), dims);
  }
  refuse("expected a tensor or number, found " + d.describe());
  return {};
}

std::pair<Value, Value> AtenCall::binaryOperands(StringRef lhs, StringRef rhs,
                                                 bool toFloat) {
  const Datum &l = get(lhs), &r = get(rhs);
  SmallVector<Value> tensors;
  for (const Datum *d : {&l, &r})
    if (d->isTensor())
      tensors.push_back(d->value());
  Type element = promote({&l, &r});
  if (toFloat && !isa<FloatType>(element))
    element = b.getF32Type();
  lc::Dims dims = broadcastDims(tensors);
  Value first = materialize(l, dims, element);
  return {first, materialize(r, dims, element)};
}

Value AtenCall::floatTensor(StringRef name) {
  Value v = tensor(name);
  if (refused() || isa<FloatType>(elementOf(v)))
    return v;
  return convert(v, b.getF32Type());
}

} // namespace lcompile::import
