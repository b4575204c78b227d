// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bodies of unary elementwise operations: what each means for one element.
#include "dialects/lc/IR/BodyBuilder.h"
#include "dialects/lc/IR/LcOps.h"

#include "mlir/IR/TypeUtilities.h"
#include <numbers>

using namespace mlir;
using namespace lcompile::lc;

// Operations that are one math operation.
#define LC_MATH_BODY(OP, MATH)                                                 \
  Value OP::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {              \
    return MATH::create(b, args[0]);                                           \
  }
LC_MATH_BODY(CeilOp, math::CeilOp)
LC_MATH_BODY(FloorOp, math::FloorOp)
LC_MATH_BODY(RoundOp, math::RoundEvenOp)
LC_MATH_BODY(TruncOp, math::TruncOp)
LC_MATH_BODY(SqrtOp, math::SqrtOp)
LC_MATH_BODY(ExpOp, math::ExpOp)
LC_MATH_BODY(Exp2Op, math::Exp2Op)
LC_MATH_BODY(Expm1Op, math::ExpM1Op)
LC_MATH_BODY(LogOp, math::LogOp)
LC_MATH_BODY(Log2Op, math::Log2Op)
LC_MATH_BODY(Log10Op, math::Log10Op)
LC_MATH_BODY(Log1pOp, math::Log1pOp)
LC_MATH_BODY(SinOp, math::SinOp)
LC_MATH_BODY(CosOp, math::CosOp)
LC_MATH_BODY(TanOp, math::TanOp)
LC_MATH_BODY(AsinOp, math::AsinOp)
LC_MATH_BODY(AcosOp, math::AcosOp)
LC_MATH_BODY(AtanOp, math::AtanOp)
LC_MATH_BODY(SinhOp, math::SinhOp)
LC_MATH_BODY(CoshOp, math::CoshOp)
LC_MATH_BODY(TanhOp, math::TanhOp)
LC_MATH_BODY(ErfOp, math::ErfOp)
#undef LC_MATH_BODY

Value NegOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  return BodyBuilder(b).neg(args[0]);
}

Value AbsOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.isFloat(args[0]) ? body.make<math::AbsFOp>(args[0])
                               : body.make<math::AbsIOp>(args[0]);
}

Value SignOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0], zero = body.number(0, x), one = body.number(1, x);
  Value negative = body.select(body.less(x, zero), body.number(-1, x), zero);
  return body.select(body.less(zero, x), one, negative);
}

Value RsqrtOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  // The division is exact to half an ulp, which the estimate is not.
  BodyBuilder body(b);
  return body.div(body.number(1, args[0]), body.make<math::SqrtOp>(args[0]));
}

Value ReciprocalOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.div(body.number(1, args[0]), args[0]);
}

Value SigmoidOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  return BodyBuilder(b).sigmoid(args[0]);
}

Value ReluOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.atLeast(args[0], 0);
}

Value SiluOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  Value below =
      body.add(body.number(1, x), body.make<math::ExpOp>(body.neg(x)));
  return body.div(x, below);
}

Value MishOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  // tanh(log(1 + e)) == n / (n + 2) with n = e * (e + 2); above 20 it is 1.
  BodyBuilder body(b);
  Value x = args[0];
  Value e = body.make<math::ExpOp>(body.min(x, body.number(20, x)));
  Value n = body.mul(e, body.add(e, body.number(2, x)));
  return body.mul(x, body.div(n, body.add(n, body.number(2, x))));
}

static Value hardGate(BodyBuilder &body, Value x) {
  return body.atLeast(body.atMost(body.add(x, body.number(3, x)), 6), 0);
}

Value HardswishOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  return body.mul(body.mul(x, hardGate(body, x)), body.number(1.0 / 6, x));
}

Value HardsigmoidOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.mul(hardGate(body, args[0]), body.number(1.0 / 6, args[0]));
}

Value LogicalNotOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.make<arith::XOrIOp>(args[0], body.number(1, args[0]));
}

Value BitwiseNotOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return body.make<arith::XOrIOp>(args[0], body.number(-1, args[0]));
}

Value IsNanOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  return BodyBuilder(b).make<arith::CmpFOp>(arith::CmpFPredicate::UNO, args[0],
                                            args[0]);
}

Value IsInfOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value infinity =
      body.number(std::numeric_limits<double>::infinity(), args[0]);
  return body.equal(body.make<math::AbsFOp>(args[0]), infinity);
}

Value GeluOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0], one = body.number(1, x), inner;
  if (getTanh()) {
    Value cube = body.mul(body.mul(x, x), x);
    Value sum = body.add(x, body.mul(cube, body.number(0.044715, x)));
    double beta = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    inner = body.make<math::TanhOp>(body.mul(sum, body.number(beta, x)));
  } else {
    Value scaled = body.mul(x, body.number(1 / std::numbers::sqrt2, x));
    inner = body.make<math::ErfOp>(scaled);
  }
  return body.mul(body.mul(x, body.number(0.5, x)), body.add(one, inner));
}

Value EluOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0], zero = body.number(0, x);
  double alpha = getAlpha().convertToDouble();
  double scale = getScale().convertToDouble();
  Value scaled = body.mul(x, body.number(getInputScale().convertToDouble(), x));
  Value below =
      body.mul(body.make<math::ExpM1Op>(scaled), body.number(alpha * scale, x));
  Value above = body.mul(x, body.number(scale, x));
  return body.select(body.less(zero, x), above, below);
}

Value LeakyReluOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  Value below = body.mul(x, body.number(getSlope().convertToDouble(), x));
  return body.select(body.less(body.number(0, x), x), x, below);
}

Value SoftplusOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  Value beta = body.number(getBeta().convertToDouble(), x);
  Value scaled = body.mul(x, beta);
  Value soft =
      body.div(body.make<math::Log1pOp>(body.make<math::ExpOp>(scaled)), beta);
  Value threshold = body.number(getThreshold().convertToDouble(), x);
  return body.select(body.less(threshold, scaled), x, soft);
}

LogicalResult ClampOp::verify() {
  if (!getMin() && !getMax())
    return emitOpError(
        "expected a bound, found neither min nor max (clamp_c1)");
  return success();
}

Value ClampOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  if (auto low = getMin())
    x = body.atLeast(x, low->convertToDouble());
  if (auto high = getMax())
    x = body.atMost(x, high->convertToDouble());
  return x;
}

Value ConvertOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value x = args[0];
  Type from = getElementTypeOrSelf(x);
  Type element = getResult().getType().getElementType();
  Type to = computeType(element);
  Type type = to;
  if (auto vector = dyn_cast<VectorType>(x.getType()))
    type = VectorType::get(vector.getShape(), to);
  if (element.isInteger(1) && !from.isInteger(1))
    return body.notEqual(x, body.number(0, x));
  if (isa<FloatType>(from)) {
    if (isa<FloatType>(to)) {
      if (from == to)
        return x;
      return from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth()
                 ? body.make<arith::ExtFOp>(type, x)
                 : body.make<arith::TruncFOp>(type, x);
    }
    // As C does on x86: through i64, so that wide values wrap as in torch.
    return body.make<arith::FPToSIOp>(type, x);
  }
  if (isa<FloatType>(to))
    return from.isInteger(1) ? body.make<arith::UIToFPOp>(type, x)
                             : body.make<arith::SIToFPOp>(type, x);
  unsigned fromWidth = from.getIntOrFloatBitWidth();
  unsigned toWidth = to.getIntOrFloatBitWidth();
  if (fromWidth == toWidth)
    return x;
  if (fromWidth > toWidth)
    return body.make<arith::TruncIOp>(type, x);
  return fromWidth == 1 ? body.make<arith::ExtUIOp>(type, x)
                        : body.make<arith::ExtSIOp>(type, x);
}

OpFoldResult ConvertOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  // Widened and narrowed again: every value of f16 and bf16 is one of f32.
  auto widened = getInput().getDefiningOp<ConvertOp>();
  if (widened && widened.getInput().getType() == getType() &&
      isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(getType())) &&
      getElementTypeOrSelf(getInput()).isF32())
    return widened.getInput();
  return {};
}
