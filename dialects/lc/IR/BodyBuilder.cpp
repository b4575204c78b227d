// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for the bodies of elementwise operations.
#include "dialects/lc/IR/BodyBuilder.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace lcompile::lc {

Type computeType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  if (auto integer = dyn_cast<IntegerType>(element))
    if (integer.getWidth() > 1 && integer.getWidth() < 32)
      return IntegerType::get(element.getContext(), 32);
  return element;
}

Value BodyBuilder::constantOf(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr scalar;
  if (isa<FloatType>(element))
    scalar = b.getFloatAttr(element, value);
  else
    scalar = b.getIntegerAttr(element, static_cast<int64_t>(value));
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, scalar));
  return arith::ConstantOp::create(b, scalar);
}

Value BodyBuilder::number(double value, Value like) {
  return constantOf(like.getType(), value);
}

Value BodyBuilder::add(Value x, Value y) {
  return isFloat(x) ? make<arith::AddFOp>(x, y) : make<arith::AddIOp>(x, y);
}
Value BodyBuilder::sub(Value x, Value y) {
  return isFloat(x) ? make<arith::SubFOp>(x, y) : make<arith::SubIOp>(x, y);
}
Value BodyBuilder::mul(Value x, Value y) {
  return isFloat(x) ? make<arith::MulFOp>(x, y) : make<arith::MulIOp>(x, y);
}
Value BodyBuilder::multiplyAdd(Value x, Value y, Value z) {
  return isFloat(x) ? make<math::FmaOp>(x, y, z) : add(z, mul(x, y));
}

Value BodyBuilder::div(Value x, Value y) {
  return isFloat(x) ? make<arith::DivFOp>(x, y) : make<arith::DivSIOp>(x, y);
}
Value BodyBuilder::neg(Value x) {
  return isFloat(x) ? make<arith::NegFOp>(x) : sub(number(0, x), x);
}
Value BodyBuilder::max(Value x, Value y) {
  return isFloat(x) ? make<arith::MaximumFOp>(x, y, arith::FastMathFlags::nsz)
                    : make<arith::MaxSIOp>(x, y);
}
Value BodyBuilder::min(Value x, Value y) {
  return isFloat(x) ? make<arith::MinimumFOp>(x, y, arith::FastMathFlags::nsz)
                    : make<arith::MinSIOp>(x, y);
}
// A comparison and a selection are one instruction on most machines, where
// maximum with its rules for NaN and the sign of zero is several.
Value BodyBuilder::atLeast(Value x, double low) {
  Value bound = number(low, x);
  return select(less(x, bound), bound, x);
}
Value BodyBuilder::atMost(Value x, double high) {
  Value bound = number(high, x);
  return select(less(bound, x), bound, x);
}
Value BodyBuilder::select(Value condition, Value x, Value y) {
  return make<arith::SelectOp>(condition, x, y);
}
Value BodyBuilder::less(Value x, Value y) {
  return isFloat(x) ? make<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, y)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::slt, x, y);
}
Value BodyBuilder::equal(Value x, Value y) {
  return isFloat(x) ? make<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, y)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::eq, x, y);
}
Value BodyBuilder::notEqual(Value x, Value y) {
  return isFloat(x) ? make<arith::CmpFOp>(arith::CmpFPredicate::UNE, x, y)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::ne, x, y);
}
Value BodyBuilder::sigmoid(Value x) {
  Value one = number(1, x);
  return div(one, add(one, make<math::ExpOp>(neg(x))));
}

} // namespace lcompile::lc
