// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of elementwise operators.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

template <typename Op> void unary(AtenCall &call) {
  call.result(call.make<Op>(call.tensor("self")));
}

/// Integers become f32 first, as in PyTorch.
template <typename Op> void unaryFloat(AtenCall &call) {
  call.result(call.make<Op>(call.floatTensor("self")));
}

/// On integers these change nothing.
template <typename Op> void rounding(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused() || isa<IntegerType>(call.elementOf(x)))
    return call.result(x);
  call.result(call.make<Op>(x));
}

template <typename Op> void binary(AtenCall &call) {
  auto [lhs, rhs] = call.binaryOperands("self", "other");
  call.result(call.make<Op>(lhs, rhs));
}

/// Of tensors; of bools the logical operation that equals it.
template <typename Op, typename BoolOp>
Value orBool(AtenCall &call, Value lhs, Value rhs) {
  if (call.refused())
    return {};
  if (call.elementOf(lhs).isInteger(1))
    return call.make<BoolOp>(lhs, rhs);
  return call.make<Op>(lhs, rhs);
}

template <typename Op, typename BoolOp> void binaryOrBool(AtenCall &call) {
  auto [lhs, rhs] = call.binaryOperands("self", "other");
  call.result(orBool<Op, BoolOp>(call, lhs, rhs));
}

template <typename Op> void binaryFloat(AtenCall &call) {
  auto [lhs, rhs] = call.binaryOperands("self", "other", /*toFloat=*/true);
  call.result(call.make<Op>(lhs, rhs));
}

/// isnan and isinf: no integer is.
template <typename Op> void isSpecial(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  if (isa<IntegerType>(call.elementOf(x)))
    return call.result(call.full(lc::getDims(x), call.i1(), 0));
  call.result(call.make<Op>(x));
}

void sign(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused() || call.elementOf(x).isInteger(1))
    return call.result(copyOf(call, x));
  call.result(call.make<lc::SignOp>(x));
}

/// self + alpha * other and its relatives; `reversed`: other - alpha * self.
template <typename Op, bool reversed = false>
void scaledBinary(AtenCall &call) {
  auto [lhs, rhs] = reversed ? call.binaryOperands("other", "self")
                             : call.binaryOperands("self", "other");
  double alpha = call.number("alpha", 1);
  if (call.refused())
    return;
  if (call.elementOf(lhs).isInteger(1)) {
    if constexpr (std::is_same_v<Op, lc::AddOp>)
      return call.result(call.make<lc::OrOp>(lhs, rhs));
    return call.refuse("subtraction of bools is not defined");
  }
  if (alpha != 1)
    rhs = call.make<lc::MulOp>(
        rhs, call.full(lc::getDims(rhs), call.elementOf(rhs), alpha));
  call.result(call.make<Op>(lhs, rhs));
}

bool isNarrowFloat(Type element) {
  return isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32;
}

void div(AtenCall &call) {
  std::string mode = call.text("rounding_mode");
  auto [lhs, rhs] = call.binaryOperands("self", "other", mode.empty());
  auto rounded = [&](Value x, Value y) {
    return mode == "floor" ? call.make<lc::FloorDivOp>(x, y)
                           : call.make<lc::TruncDivOp>(x, y);
  };
  if (!mode.empty() && !call.refused() && call.get("other").isNumber() &&
      isNarrowFloat(call.elementOf(lhs))) {
    // A number keeps the digits that the tensors' type has not.
    Type wide = call.b.getF32Type(), narrow = call.elementOf(lhs);
    rhs = call.full(lc::getDims(lhs), wide, call.number("other"));
    return call.result(
        call.convert(rounded(call.convert(lhs, wide), rhs), narrow));
  }
  if (!mode.empty())
    return call.result(rounded(lhs, rhs));
  call.result(call.make<lc::DivOp>(lhs, rhs));
}

/// x to a positive integer by squaring.
Value integerPower(AtenCall &call, Value x, int64_t exponent) {
  Value power;
  for (; exponent; exponent >>= 1, x = call.make<lc::MulOp>(x, x)) {
    if (exponent & 1)
      power = power ? call.make<lc::MulOp>(power, x) : x;
    if (exponent == 1)
      break;
  }
  return power;
}

void pow(AtenCall &call) {
  // Small constant exponents are products and roots: exact and fast.
  const Datum &exponent = call.get("exponent");
  if (exponent.isNumber() && call.get("self").isTensor()) {
    double e = exponent.asFloat();
    Value x =
        exponent.isFloat() ? call.floatTensor("self") : call.tensor("self");
    if (call.refused())
      return;
    bool isFloat = isa<FloatType>(call.elementOf(x));
    if (e == 1)
      return call.result(copyOf(call, x));
    if (e == 2)
      return call.result(call.make<lc::MulOp>(x, x));
    if (e == 3)
      return call.result(call.make<lc::MulOp>(call.make<lc::MulOp>(x, x), x));
    if (!isFloat && e > 0 && !call.elementOf(x).isInteger(1))
      return call.result(integerPower(call, x, exponent.asInt()));
    // Of f16 PyTorch takes the general power: that of -inf is no NaN.
    bool hasRoots = isFloat && !call.elementOf(x).isF16();
    if (hasRoots && e == 0.5)
      return call.result(call.make<lc::SqrtOp>(x));
    if (hasRoots && e == -0.5)
      return call.result(call.make<lc::RsqrtOp>(x));
    if (isFloat && e == -1)
      return call.result(call.make<lc::ReciprocalOp>(x));
  }
  auto [base, power] = call.binaryOperands("self", "exponent");
  call.result(call.make<lc::PowOp>(base, power));
}

template <lc::CompareKind kind> void compare(AtenCall &call) {
  auto [lhs, rhs] = call.binaryOperands("self", "other");
  call.result(call.make<lc::CompareOp>(kind, lhs, rhs));
}

Value asBool(AtenCall &call, Value v) { return call.convert(v, call.i1()); }

template <typename Op> void logical(AtenCall &call) {
  auto [lhs, rhs] = call.binaryOperands("self", "other");
  call.result(call.make<Op>(asBool(call, lhs), asBool(call, rhs)));
}

void logicalNot(AtenCall &call) {
  call.result(call.make<lc::LogicalNotOp>(asBool(call, call.tensor("self"))));
}

void where(AtenCall &call) {
  Value condition = call.tensor("condition");
  const Datum &l = call.get("self"), &r = call.get("other");
  SmallVector<Value> tensors = {condition};
  for (const Datum *d : {&l, &r})
    if (d->isTensor())
      tensors.push_back(d->value());
  Type element = call.promote({&l, &r});
  lc::Dims dims = call.broadcastDims(tensors);
  if (call.refused())
    return;
  Value lhs = call.materialize(l, dims, element);
  Value rhs = call.materialize(r, dims, element);
  call.result(call.make<lc::WhereOp>(
      call.broadcastTo(asBool(call, condition), dims), lhs, rhs));
}

void maskedFill(AtenCall &call) {
  Value self = call.tensor("self"), mask = call.tensor("mask");
  lc::Dims dims = call.broadcastDims({self, mask});
  if (call.refused())
    return;
  Type element = call.elementOf(self);
  Value value = call.materialize(call.get("value"), dims, element);
  call.result(call.make<lc::WhereOp>(call.broadcastTo(asBool(call, mask), dims),
                                     value, call.broadcastTo(self, dims)));
}

void clamp(AtenCall &call) {
  const Datum &low = call.get("min"), &high = call.get("max");
  const Datum &self = call.get("self");
  SmallVector<const Datum *> operands = {&self};
  SmallVector<Value> tensors = {call.tensor("self")};
  for (const Datum *d : {&low, &high})
    if (!d->isNone()) {
      operands.push_back(d);
      if (d->isTensor())
        tensors.push_back(d->value());
    }
  Type element = call.promote(operands);
  lc::Dims dims = call.broadcastDims(tensors);
  Value x = call.materialize(self, dims, element);
  if (call.refused())
    return;
  if (llvm::all_of(ArrayRef(operands).drop_front(),
                   [](const Datum *d) { return d->isNumber(); })) {
    // A bound that is no number leaves none.
    for (const Datum *d : {&low, &high})
      if (d->isNumber() && std::isnan(d->asFloat()))
        return call.result(call.full(dims, element, d->asFloat()));
    FloatAttr min, max;
    if (low.isNumber())
      min = call.b.getF64FloatAttr(low.asFloat());
    if (high.isNumber())
      max = call.b.getF64FloatAttr(high.asFloat());
    return call.result(call.make<lc::ClampOp>(x, min, max));
  }
  if (!low.isNone())
    x = call.make<lc::MaximumOp>(x, call.materialize(low, dims, element));
  if (!high.isNone())
    x = call.make<lc::MinimumOp>(x, call.materialize(high, dims, element));
  call.result(x);
}

void hardtanh(AtenCall &call) {
  auto low = call.b.getF64FloatAttr(call.number("min_val", -1));
  auto high = call.b.getF64FloatAttr(call.number("max_val", 1));
  call.result(call.make<lc::ClampOp>(call.tensor("self"), low, high,
                                     call.b.getUnitAttr()));
}

void relu6(AtenCall &call) {
  call.result(
      call.make<lc::ClampOp>(call.tensor("self"), call.b.getF64FloatAttr(0),
                             call.b.getF64FloatAttr(6), call.b.getUnitAttr()));
}

void gelu(AtenCall &call) {
  bool tanh = call.text("approximate", "none") == "tanh";
  call.result(call.make<lc::GeluOp>(call.tensor("self"),
                                    tanh ? call.b.getUnitAttr() : UnitAttr()));
}

void elu(AtenCall &call) {
  auto attr = [&](StringRef name) {
    return call.b.getF64FloatAttr(call.number(name, 1));
  };
  call.result(call.make<lc::EluOp>(call.tensor("self"), attr("alpha"),
                                   attr("scale"), attr("input_scale")));
}

void leakyRelu(AtenCall &call) {
  call.result(call.make<lc::LeakyReluOp>(
      call.tensor("self"),
      call.b.getF64FloatAttr(call.number("negative_slope", 0.01))));
}

void softplus(AtenCall &call) {
  call.result(call.make<lc::SoftplusOp>(
      call.tensor("self"), call.b.getF64FloatAttr(call.number("beta", 1)),
      call.b.getF64FloatAttr(call.number("threshold", 20))));
}

/// self + value * t1 * t2, or self + value * t1 / t2.
template <typename Op> void addProduct(AtenCall &call) {
  Value self = call.tensor("self"), t1 = call.tensor("tensor1"),
        t2 = call.tensor("tensor2");
  lc::Dims dims = call.broadcastDims({self, t1, t2});
  const Datum a(self), c(t1), d(t2);
  Type element = call.promote({&a, &c, &d});
  if (call.refused())
    return;
  Value product = call.make<Op>(call.materialize(c, dims, element),
                                call.materialize(d, dims, element));
  if (call.number("value", 1) != 1)
    product = call.make<lc::MulOp>(
        product, call.full(dims, element, call.number("value", 1)));
  call.result(
      call.make<lc::AddOp>(call.materialize(a, dims, element), product));
}

void lerp(AtenCall &call) {
  Value start = call.tensor("self"), end = call.tensor("end");
  const Datum &weight = call.get("weight");
  SmallVector<Value> tensors = {start, end};
  if (weight.isTensor())
    tensors.push_back(weight.value());
  lc::Dims dims = call.broadcastDims(tensors);
  if (call.refused())
    return;
  // In f32 at least: a weight of its own keeps the digits that bf16 has not.
  Type element = call.elementOf(start);
  Type wide = isNarrowFloat(element) ? Type(call.b.getF32Type()) : element;
  start = call.broadcastTo(call.convert(start, wide), dims);
  end = call.broadcastTo(call.convert(end, wide), dims);
  Value w = call.materialize(weight, dims, wide);
  Value change = call.make<lc::SubOp>(end, start);
  // Counted from the nearer end, so that both ends are exact.
  Value low = call.make<lc::AddOp>(start, call.make<lc::MulOp>(w, change));
  Value rest = call.make<lc::SubOp>(call.full(dims, wide, 1), w);
  Value high = call.make<lc::SubOp>(end, call.make<lc::MulOp>(change, rest));
  Value isLow = call.make<lc::CompareOp>(
      lc::CompareKind::lt, call.make<lc::AbsOp>(w), call.full(dims, wide, 0.5));
  call.result(call.convert(call.make<lc::WhereOp>(isLow, low, high), element));
}

/// a << b and a >> b. What is shifted by all its bits or more is 0, or the
/// sign.
template <bool left> void shift(AtenCall &call) {
  auto [x, count] = call.binaryOperands("self", "other");
  if (call.refused())
    return;
  Type element = call.elementOf(x);
  if (!isa<IntegerType>(element) || element.isInteger(1))
    return call.refuse("expected integers, found " + Datum(x).describe());
  lc::Dims dims = lc::getDims(x);
  int64_t bits = element.getIntOrFloatBitWidth();
  Value most = call.full(dims, element, bits - 1);
  Value zero = call.full(dims, element, 0);
  auto isBelow = [&](Value a, Value b) {
    return call.make<lc::CompareOp>(lc::CompareKind::lt, a, b);
  };
  Value tooFar = isBelow(most, count);
  if (!element.isUnsignedInteger())
    tooFar = call.make<lc::OrOp>(tooFar, isBelow(count, zero));
  Value safe = call.make<lc::WhereOp>(tooFar, most, count);
  if (!left)
    return call.result(call.make<lc::ShrOp>(x, safe));
  call.result(
      call.make<lc::WhereOp>(tooFar, zero, call.make<lc::ShlOp>(x, safe)));
}

/// Rounded to a number of decimals, which may be negative.
void roundDecimals(AtenCall &call) {
  Value x = call.floatTensor("self");
  int64_t decimals = call.integer("decimals");
  double scale = std::pow(10.0, std::abs(decimals));
  if (decimals == 0)
    return call.result(call.make<lc::RoundOp>(x));
  if (decimals > 0)
    return call.result(withNumber<lc::DivOp>(
        call, call.make<lc::RoundOp>(withNumber<lc::MulOp>(call, x, scale)),
        scale));
  call.result(withNumber<lc::MulOp>(
      call, call.make<lc::RoundOp>(withNumber<lc::DivOp>(call, x, scale)),
      scale));
}

} // namespace

void lcompile::import::addElementwiseRules(AtenTable &table) {
  table.add("aten::neg", unary<lc::NegOp>);
  table.add("aten::abs", unary<lc::AbsOp>);
  table.add({"aten::sign", "aten::sgn"}, sign);
  table.add("aten::relu", unary<lc::ReluOp>);
  table.add("aten::bitwise_not", unary<lc::BitwiseNotOp>);
  table.add("aten::ceil", rounding<lc::CeilOp>);
  table.add("aten::floor", rounding<lc::FloorOp>);
  table.add("aten::round", rounding<lc::RoundOp>);
  table.add("aten::round.decimals", roundDecimals);
  table.add({"aten::trunc", "aten::fix"}, rounding<lc::TruncOp>);
  table.add("aten::sqrt", unaryFloat<lc::SqrtOp>);
  table.add("aten::rsqrt", unaryFloat<lc::RsqrtOp>);
  table.add("aten::reciprocal", unaryFloat<lc::ReciprocalOp>);
  table.add("aten::exp", unaryFloat<lc::ExpOp>);
  table.add({"aten::exp2", "aten::special_exp2"}, unaryFloat<lc::Exp2Op>);
  table.add({"aten::expm1", "aten::special_expm1"}, unaryFloat<lc::Expm1Op>);
  table.add("aten::log", unaryFloat<lc::LogOp>);
  table.add("aten::log2", unaryFloat<lc::Log2Op>);
  table.add("aten::log10", unaryFloat<lc::Log10Op>);
  table.add({"aten::log1p", "aten::special_log1p"}, unaryFloat<lc::Log1pOp>);
  table.add("aten::sin", unaryFloat<lc::SinOp>);
  table.add("aten::cos", unaryFloat<lc::CosOp>);
  table.add("aten::tan", unaryFloat<lc::TanOp>);
  table.add("aten::asin", unaryFloat<lc::AsinOp>);
  table.add("aten::acos", unaryFloat<lc::AcosOp>);
  table.add("aten::atan", unaryFloat<lc::AtanOp>);
  table.add("aten::sinh", unaryFloat<lc::SinhOp>);
  table.add("aten::cosh", unaryFloat<lc::CoshOp>);
  table.add("aten::tanh", unaryFloat<lc::TanhOp>);
  table.add({"aten::erf", "aten::special_erf"}, unaryFloat<lc::ErfOp>);
  table.add({"aten::sigmoid", "aten::special_expit"},
            unaryFloat<lc::SigmoidOp>);
  table.add("aten::silu", unaryFloat<lc::SiluOp>);
  table.add("aten::mish", unaryFloat<lc::MishOp>);
  table.add("aten::hardswish", unaryFloat<lc::HardswishOp>);
  table.add("aten::hardsigmoid", unaryFloat<lc::HardsigmoidOp>);
  table.add("aten::isnan", isSpecial<lc::IsNanOp>);
  table.add("aten::isinf", isSpecial<lc::IsInfOp>);
  table.add("aten::logical_not", logicalNot);

  table.add({"aten::add.Tensor", "aten::add.Scalar"}, scaledBinary<lc::AddOp>);
  table.add({"aten::sub.Tensor", "aten::sub.Scalar"}, scaledBinary<lc::SubOp>);
  table.add({"aten::rsub.Tensor", "aten::rsub.Scalar"},
            scaledBinary<lc::SubOp, /*reversed=*/true>);
  table.add({"aten::mul.Tensor", "aten::mul.Scalar"},
            binaryOrBool<lc::MulOp, lc::AndOp>);
  table.add({"aten::div.Tensor", "aten::div.Scalar", "aten::div.Tensor_mode",
             "aten::div.Scalar_mode", "aten::true_divide.Tensor"},
            div);
  table.add({"aten::floor_divide", "aten::floor_divide.Scalar"},
            binary<lc::FloorDivOp>);
  table.add({"aten::remainder.Tensor", "aten::remainder.Scalar",
             "aten::remainder.Scalar_Tensor"},
            binary<lc::RemainderOp>);
  table.add({"aten::fmod.Tensor", "aten::fmod.Scalar"}, binary<lc::FmodOp>);
  table.add({"aten::pow.Tensor_Scalar", "aten::pow.Tensor_Tensor",
             "aten::pow.Scalar"},
            pow);
  table.add("aten::atan2", binaryFloat<lc::Atan2Op>);
  table.add({"aten::maximum", "aten::max.other"},
            binaryOrBool<lc::MaximumOp, lc::OrOp>);
  table.add({"aten::minimum", "aten::min.other"},
            binaryOrBool<lc::MinimumOp, lc::AndOp>);
  table.add({"aten::copysign.Tensor", "aten::copysign.Scalar"},
            binaryFloat<lc::CopysignOp>);
  table.add({"aten::bitwise_left_shift.Tensor",
             "aten::bitwise_left_shift.Tensor_Scalar",
             "aten::__lshift__.Tensor", "aten::__lshift__.Scalar"},
            shift<true>);
  table.add({"aten::bitwise_right_shift.Tensor",
             "aten::bitwise_right_shift.Tensor_Scalar",
             "aten::__rshift__.Tensor", "aten::__rshift__.Scalar"},
            shift<false>);
  table.add({"aten::bitwise_and.Tensor", "aten::bitwise_and.Scalar",
             "aten::__and__.Tensor", "aten::__and__.Scalar"},
            binary<lc::AndOp>);
  table.add({"aten::bitwise_or.Tensor", "aten::bitwise_or.Scalar",
             "aten::__or__.Tensor", "aten::__or__.Scalar"},
            binary<lc::OrOp>);
  table.add({"aten::bitwise_xor.Tensor", "aten::bitwise_xor.Scalar"},
            binary<lc::XorOp>);
  table.add("aten::logical_and", logical<lc::AndOp>);
  table.add("aten::logical_or", logical<lc::OrOp>);
  table.add("aten::logical_xor", logical<lc::XorOp>);
  table.add({"aten::eq.Tensor", "aten::eq.Scalar"},
            compare<lc::CompareKind::eq>);
  table.add({"aten::ne.Tensor", "aten::ne.Scalar"},
            compare<lc::CompareKind::ne>);
  table.add({"aten::lt.Tensor", "aten::lt.Scalar"},
            compare<lc::CompareKind::lt>);
  table.add({"aten::le.Tensor", "aten::le.Scalar"},
            compare<lc::CompareKind::le>);
  table.add({"aten::gt.Tensor", "aten::gt.Scalar"},
            compare<lc::CompareKind::gt>);
  table.add({"aten::ge.Tensor", "aten::ge.Scalar"},
            compare<lc::CompareKind::ge>);

  table.add({"aten::where.self", "aten::where.ScalarSelf",
             "aten::where.ScalarOther", "aten::where.Scalar"},
            where);
  table.add({"aten::masked_fill.Scalar", "aten::masked_fill.Tensor"},
            maskedFill);
  table.add({"aten::clamp", "aten::clamp.Tensor", "aten::clamp_min",
             "aten::clamp_max", "aten::clamp_min.Tensor",
             "aten::clamp_max.Tensor"},
            clamp);
  table.add("aten::hardtanh", hardtanh);
  table.add("aten::relu6", relu6);
  table.add("aten::gelu", gelu);
  table.add("aten::elu", elu);
  table.add("aten::leaky_relu", leakyRelu);
  table.add("aten::softplus", softplus);
  table.add("aten::addcmul", addProduct<lc::MulOp>);
  table.add("aten::addcdiv", addProduct<lc::DivOp>);
  table.add({"aten::lerp.Scalar", "aten::lerp.Tensor"}, lerp);
}
