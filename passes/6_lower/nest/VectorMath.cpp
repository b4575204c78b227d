// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Transcendental functions of f32 as arithmetic, within 2 ulp.
//
// The coefficients come from utils/vector-math-coefficients.py.
#include "passes/6_lower/nest/VectorMath.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace lcompile::nest {

// exp(r) = 1 + r + r^2 P(r).
static constexpr float expTail[] = {1.989098087e-04f, 1.393364103e-03f,
                                    8.333310934e-03f, 4.166646501e-02f,
                                    1.666666668e-01f, 5.000000013e-01f};
// log(1 + f) = f - f^2/2 + f^3 P(f).
static constexpr float logTail[] = {
    6.971611471e-02f,  -1.147973385e-01f, 1.168541992e-01f,
    -1.242568733e-01f, 1.424905765e-01f,  -1.666780232e-01f,
    2.000071575e-01f,  -2.499999696e-01f, 3.333333118e-01f};
// tanh(x) = x + x^3 P(x^2), |x| <= 0.63.
static constexpr float tanhSmall[] = {2.269501684e-03f, -8.323187058e-03f,
                                      2.176250291e-02f, -5.395846163e-02f,
                                      1.333330015e-01f, -3.333333315e-01f};
// erf(x) = x + x P(x^2), |x| <= 0.93.
static constexpr float erfSmall[] = {
    8.316879718e-05f, -8.130444670e-04f, 5.199989255e-03f, -2.685899742e-02f,
    1.128368872e-01f, -3.761263333e-01f, 1.283791666e-01f};
// erf(t) = 1 - exp(t P(t)), 0.92 <= t <= 4.
static constexpr float erfLarge[] = {
    2.774853129e-07f,  -4.499955174e-06f, 1.279368213e-05f,
    2.762448312e-04f,  -3.668697231e-03f, 2.402030304e-02f,
    -1.066690219e-01f, -6.348386282e-01f, -1.128734241e+00f};
// ln 2 in two parts: the first has trailing zeros, so n * ln2High is exact.
static constexpr double ln2High = 0.693145751953125,
                        ln2Low = 1.42860682030941723212e-6;

static Type withElement(Value like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like.getType()))
    return VectorType::get(vector.getShape(), element);
  return element;
}

Value VectorMath::fma(Value x, Value y, Value z) {
  return make<math::FmaOp>(x, y, z);
}

Value VectorMath::polynomial(ArrayRef<float> coefficients, Value x) {
  Value result = number(coefficients[0], x);
  for (float c : coefficients.drop_front())
    result = fma(result, x, number(c, x));
  return result;
}

Value VectorMath::toBits(Value x) {
  return make<arith::BitcastOp>(withElement(x, b.getI32Type()), x);
}

Value VectorMath::toFloat(Value bits) {
  return make<arith::BitcastOp>(withElement(bits, b.getF32Type()), bits);
}

Value VectorMath::powerOfTwo(Value n) {
  Value biased = add(n, number(127, n));
  return toFloat(make<arith::ShLIOp>(biased, number(23, n)));
}

VectorMath::Reduced VectorMath::reduceExp(Value x) {
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low
  // bits; unlike a conversion it lets NaN through.
  Value magic = number(12582912.0, x);
  Value shifted = fma(x, number(1.44269504088896340736, x), magic);
  Value n = sub(shifted, magic);
  Value r = fma(n, number(-ln2High, x), x);
  r = fma(n, number(-ln2Low, x), r);
  Value integer = sub(toBits(shifted), toBits(magic));
  Value tail = fma(mul(r, r), polynomial(expTail, r), r);
  return {integer, r, tail};
}

/// In two steps, so that neither overflows.
Value VectorMath::scale(Value value, Value n) {
  Value half = make<arith::ShRSIOp>(n, number(1, n));
  return mul(mul(value, powerOfTwo(half)), powerOfTwo(sub(n, half)));
}

Value VectorMath::exp(Value x) {
  // Beyond the bounds the result is infinite, or 0 even as a denormal.
  Reduced e = reduceExp(atMost(atLeast(x, -104.0), 89.0));
  return scale(add(e.tail, number(1, x)), e.n);
}

Value VectorMath::expm1(Value x) {
  Value limited = atMost(atLeast(x, -18.0), 89.0);
  Reduced e = reduceExp(limited);
  // (1 + tail) * 2^n - 1, with tail * 2^n + (2^n - 1) exact where n is 0.
  Value half = make<arith::ShRSIOp>(e.n, number(1, e.n));
  Value p1 = powerOfTwo(half), p2 = powerOfTwo(sub(e.n, half));
  Value scaled = mul(mul(e.tail, p1), p2);
  Value result = add(scaled, sub(mul(p1, p2), number(1, x)));
  Value large = scale(add(e.tail, number(1, x)), e.n);
  // The sums lose the sign of zero.
  return make<math::CopySignOp>(select(less(number(30, x), x), large, result),
                                x);
}

/// (u - 1) * x / log(u) with u = exp(x) undoes the rounding of u.
Value VectorMath::expm1OfCalls(Value x) {
  Value one = number(1, x), zero = number(0, x);
  Value u = make<math::ExpOp>(x), d = sub(u, one);
  // Far from 0 the difference is exact enough, and log(u) may be infinite.
  Value isFar = less(one, make<math::AbsFOp>(x));
  Value isOne = equal(d, zero);
  Value near = make<arith::OrIOp>(isFar, isOne);
  Value ratio = div(x, make<math::LogOp>(select(near, number(2, x), u)));
  return select(isOne, x, select(isFar, d, mul(d, ratio)));
}

Value VectorMath::log(Value x) {
  // Denormals are scaled up first.
  Value small = less(x, number(1.17549435e-38, x));
  Value scaled = select(small, mul(x, number(8388608.0, x)), x);
  Value bits = toBits(scaled);
  // m in [sqrt(1/2), sqrt(2)), x == m * 2^n.
  Value offset = sub(bits, number(0x3f3504f3, bits));
  Value n = make<arith::ShRSIOp>(offset, number(23, bits));
  Value m = toFloat(sub(bits, make<arith::ShLIOp>(n, number(23, n))));
  Value f = sub(m, number(1, x));
  Value exponent = make<arith::SIToFPOp>(x.getType(), n);
  exponent = sub(exponent, select(small, number(23, x), number(0, x)));
  Value square = mul(f, f);
  Value tail = mul(mul(f, square), polynomial(logTail, f));
  tail = fma(exponent, number(ln2Low, x), tail);
  tail = fma(square, number(-0.5, x), tail);
  Value result = fma(exponent, number(ln2High, x), add(f, tail));
  // 0 -> -inf, negative -> NaN, inf and NaN stay.
  double infinity = std::numeric_limits<double>::infinity();
  Value zero = number(0, x), inf = number(infinity, x);
  result = select(equal(x, zero), number(-infinity, x), result);
  result = select(less(x, zero),
                  number(std::numeric_limits<double>::quiet_NaN(), x), result);
  Value finite = less(x, inf); // false for NaN, too
  return select(finite, result, x);
}

Value VectorMath::log1p(Value x) {
  // log(u) * x / (u - 1) with u = 1 + x undoes the rounding of u.
  Value one = number(1, x), u = add(one, x);
  Value d = sub(u, one);
  Value isOne = equal(d, number(0, x));
  Value ratio = div(x, select(isOne, one, d));
  Value logarithm =
      getElementTypeOrSelf(x).isF32() ? log(u) : make<math::LogOp>(u);
  Value result = select(isOne, x, mul(logarithm, ratio));
  // Where x is infinite the ratio is not a number.
  Value inf = number(std::numeric_limits<double>::infinity(), x);
  return select(equal(x, inf), inf, result);
}

Value VectorMath::tanh(Value x) {
  Value t = make<math::AbsFOp>(x);
  Value z = mul(x, x);
  Value small = fma(mul(polynomial(tanhSmall, z), z), x, x);
  // 1 - 2 / (exp(2t) + 1)
  Value e = exp(mul(atMost(t, 10.0), number(2, x)));
  Value large = sub(number(1, x), div(number(2, x), add(e, number(1, x))));
  // The sign of all, for the sum above loses the sign of zero.
  return make<math::CopySignOp>(select(less(number(0.625, x), t), large, small),
                                x);
}

Value VectorMath::erf(Value x) {
  Value t = make<math::AbsFOp>(x);
  Value z = mul(x, x);
  Value small = fma(polynomial(erfSmall, z), x, x);
  Value limited = atMost(t, 4.0);
  Value large =
      sub(number(1, x), exp(mul(polynomial(erfLarge, limited), limited)));
  large = make<math::CopySignOp>(large, x);
  return select(less(number(0.927734375, x), t), large, small);
}

} // namespace lcompile::nest
