// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Special functions, computed in double and rounded once to f32, and reductions
// over lanes. No libm: its names belong to kernels, and its results differ
// between hosts.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SPECIAL_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SPECIAL_H

#include "Parts.h"

namespace lc_tpc {

constexpr double log2_e = 1.4426950408889634, ln_2 = 0.6931471805599453;
constexpr double pi = 3.141592653589793;

// 2^k for |k| < 1023.
LC_TPC_FN double power_of_two(long k) {
  return __builtin_bit_cast(double, u64(k + 1023) << 52);
}
// exp(x) - 1 for |x| <= ln(2) / 2: Taylor to x^13, 1e-17.
LC_TPC_FN double exp_less_one_small(double x) {
  double r = 1.0 / 6227020800;
  r = r * x + 1.0 / 479001600;
  r = r * x + 1.0 / 39916800;
  r = r * x + 1.0 / 3628800;
  r = r * x + 1.0 / 362880;
  r = r * x + 1.0 / 40320;
  r = r * x + 1.0 / 5040;
  r = r * x + 1.0 / 720;
  r = r * x + 1.0 / 120;
  r = r * x + 1.0 / 24;
  r = r * x + 1.0 / 6;
  r = r * x + 0.5;
  return (r * x + 1.0) * x;
}
// Ends at exponents that f32 has long left.
LC_TPC_FN double exp_(double x) {
  double y = x > 400 ? 400 : x < -400 ? -400 : x;
  double k = __builtin_roundeven(y * log2_e);
  double t = (y - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
  double r = (1 + exp_less_one_small(t)) * power_of_two((long)k);
  return x == x ? r : x;
}
LC_TPC_FN double exp2_(double x) {
  double y = x > 600 ? 600 : x < -600 ? -600 : x, k = __builtin_roundeven(y);
  double r = (1 + exp_less_one_small((y - k) * ln_2)) * power_of_two((long)k);
  return x == x ? r : x;
}
LC_TPC_FN double expm1_(double x) {
  return __builtin_fabs(x) < 0.34 ? exp_less_one_small(x) : exp_(x) - 1;
}
// Of a positive finite x: exponent and log of a mantissa around 1.
LC_TPC_FN double log_parts(double x, double &exponent) {
  u64 b = __builtin_bit_cast(u64, x) - 0x3FE6A09E667F3BCDull; // sqrt(1/2)
  exponent = double(long(b) >> 52);
  double m = __builtin_bit_cast(double, (b & 0xFFFFFFFFFFFFFull) +
                                            0x3FE6A09E667F3BCDull);
  double s = (m - 1) / (m + 1), z = s * s, r = 1.0 / 23;
  r = r * z + 1.0 / 21;
  r = r * z + 1.0 / 19;
  r = r * z + 1.0 / 17;
  r = r * z + 1.0 / 15;
  r = r * z + 1.0 / 13;
  r = r * z + 1.0 / 11;
  r = r * z + 1.0 / 9;
  r = r * z + 1.0 / 7;
  r = r * z + 1.0 / 5;
  r = r * z + 1.0 / 3;
  return 2 * s * (r * z + 1);
}
LC_TPC_FN double log_special(double x) { // where it is not positive and finite
  return x == 0 ? -__builtin_inf() : x > 0 ? x : __builtin_nan("");
}
LC_TPC_FN bool positive(double x) { return x > 0 && x < __builtin_inf(); }
LC_TPC_FN double log_(double x) {
  double e, m = log_parts(x, e);
  return positive(x) ? e * ln_2 + m : log_special(x);
}
LC_TPC_FN double log2_(double x) {
  double e, m = log_parts(x, e);
  return positive(x) ? e + m * log2_e : log_special(x);
}
LC_TPC_FN double log1p_(double x) {
  double w = 1 + x;
  if (!(w < __builtin_inf()) || w <= 0)
    return log_special(w);
  return w == 1 ? x : log_(w) * (x / (w - 1));
}
LC_TPC_FN double sqrt_(double x) { return __builtin_sqrt(x); }
LC_TPC_FN double rsqrt_(double x) { return 1 / __builtin_sqrt(x); }
LC_TPC_FN double reciprocal_(double x) { return 1 / x; }
LC_TPC_FN double tanh_(double x) {
  double a = __builtin_fabs(x), e = expm1_(2 * (a > 40 ? 40 : a));
  return x == x ? __builtin_copysign(e / (e + 2), x) : x;
}
LC_TPC_FN double sigmoid_(double x) { return 1 / (1 + exp_(-x)); }
LC_TPC_FN double sinh_(double x) {
  double a = __builtin_fabs(x), e = expm1_(a);
  return __builtin_copysign((e + e / (e + 1)) / 2, x);
}
LC_TPC_FN double cosh_(double x) {
  double e = exp_(__builtin_fabs(x));
  return (e + 1 / e) / 2;
}

// x less the nearest multiple of pi/2, and that multiple modulo 4. 2/pi has to
// be known to 280 bits for the largest floats.
LC_TPC_OUTLINE double reduce_angle(double x, int &quadrant) {
  double a = __builtin_fabs(x);
  if (a < 1e5) {
    double k = __builtin_roundeven(a * (2 / pi));
    quadrant = (int)k;
    double r = a - k * 1.57079632673412561417e+00; // 33 bits each
    r = r - k * 6.07710050630396597660e-11;
    return r - k * 2.02226624879595063154e-21;
  }
  u64 b = __builtin_bit_cast(u64, a), m = (b & 0xFFFFFFFFFFFFFull) | 1ull << 52;
  int e = int(b >> 52) - 1023 - 52; // a = m * 2^e, e >= -36
  // Bits of 2/pi from 2^(1 - e) down matter: whole turns above them vanish.
  static const u64 bits[] = {0xA2F9836E4E441529, 0xFC2757D1F534DDC0,
                             0xDB6295993C439041, 0xFE5163ABDEBBC561,
                             0xB7246E3A424DD2E0, 0x06492EEA09D1921C};
  int skip = e - 2 > 0 ? e - 2 : 0, word = skip / 64, by = skip & 63;
  u64 w[3];
  for (int i = 0; i < 3; ++i)
    w[i] = by ? bits[word + i] << by | bits[word + i + 1] >> (64 - by)
              : bits[word + i];
  // m * 0.w0 w1 w2 * 2^(e - skip), modulo 4.
  unsigned __int128 low = (unsigned __int128)m * w[2];
  unsigned __int128 mid = (unsigned __int128)m * w[1] + (u64)(low >> 64);
  unsigned __int128 high = (unsigned __int128)m * w[0] + (u64)(mid >> 64);
  int point = 64 - (e - skip); // bits of `high` after the binary point
  // Keep 2 bits before the point and 126 after it.
  unsigned __int128 t = high << (126 - point) |
                        (unsigned __int128)(u64)mid >> (64 - (126 - point));
  u64 turn = (u64)(t >> 126);
  __int128 part = (__int128)(t << 2); // a signed fraction of a quadrant
  quadrant = int(turn) + (part < 0);
  return double(part) * 0x1p-128 * (pi / 2);
}
// sin and cos for |x| <= pi/4.
LC_TPC_FN double sin_small(double x) {
  double z = x * x, r = -1.0 / 1307674368000;
  r = r * z + 1.0 / 6227020800;
  r = r * z - 1.0 / 39916800;
  r = r * z + 1.0 / 362880;
  r = r * z - 1.0 / 5040;
  r = r * z + 1.0 / 120;
  r = r * z - 1.0 / 6;
  return x + x * z * r;
}
LC_TPC_FN double cos_small(double x) {
  double z = x * x, r = 1.0 / 20922789888000;
  r = r * z - 1.0 / 87178291200;
  r = r * z + 1.0 / 479001600;
  r = r * z - 1.0 / 3628800;
  r = r * z + 1.0 / 40320;
  r = r * z - 1.0 / 720;
  r = r * z + 1.0 / 24;
  r = r * z - 0.5;
  return 1 + z * r;
}
LC_TPC_OUTLINE double sine(double x, int turn) {
  if (!(__builtin_fabs(x) < __builtin_inf()))
    return __builtin_nan("");
  int q;
  double r = reduce_angle(x, q);
  if (x < 0) {
    r = -r;
    q = -q;
  }
  q += turn;
  double s = q & 1 ? cos_small(r) : sin_small(r);
  return q & 2 ? -s : s;
}
LC_TPC_FN double sin_(double x) { return x == 0 ? x : sine(x, 0); }
LC_TPC_FN double cos_(double x) { return sine(x, 1); }
LC_TPC_FN double tan_(double x) { return x == 0 ? x : sine(x, 0) / sine(x, 1); }
// Of x >= 0: around the nearest multiple of 1/8, whose arc tangent is known.
LC_TPC_OUTLINE double arc(double x) {
  static const double known[] = {0.0,
                                 0.12435499454676144,
                                 0.24497866312686414,
                                 0.3587706702705722,
                                 0.4636476090008061,
                                 0.5585993153435624,
                                 0.6435011087932844,
                                 0.7188299996216245,
                                 0.7853981633974483};
  if (x > 1)
    return x == __builtin_inf() ? pi / 2 : pi / 2 - arc(1 / x);
  int i = (int)(x * 8 + 0.5);
  double c = i / 8.0, t = (x - c) / (1 + x * c), z = t * t;
  double r = 1.0 / 9 - (1.0 / 11 - z / 13) * z;
  r = 1.0 / 7 - r * z;
  r = 1.0 / 5 - r * z;
  r = 1.0 / 3 - r * z;
  return known[i] + (t - t * z * r);
}
LC_TPC_FN double atan_(double x) {
  return x == x ? __builtin_copysign(arc(__builtin_fabs(x)), x) : x;
}
LC_TPC_FN double asin_(double x) {
  double a = __builtin_fabs(x);
  if (!(a <= 1))
    return __builtin_nan("");
  return __builtin_copysign(arc(a / __builtin_sqrt((1 - a) * (1 + a))), x);
}
LC_TPC_FN double acos_(double x) {
  if (!(__builtin_fabs(x) <= 1))
    return __builtin_nan("");
  return 2 * arc(__builtin_sqrt((1 - x) / (1 + x)));
}
LC_TPC_FN double asinh_(double x) {
  double a = __builtin_fabs(x);
  if (!(a < __builtin_inf()))
    return x;
  return __builtin_copysign(log1p_(a + a * a / (1 + __builtin_sqrt(a * a + 1))),
                            x);
}
LC_TPC_FN double acosh_(double x) {
  if (!(x >= 1))
    return __builtin_nan("");
  if (x == __builtin_inf())
    return x;
  double t = x - 1;
  return log1p_(t + __builtin_sqrt(t * (x + 1)));
}
LC_TPC_FN double atanh_(double x) {
  double a = __builtin_fabs(x);
  if (!(a <= 1))
    return __builtin_nan("");
  if (a == 1)
    return __builtin_copysign(__builtin_inf(), x);
  return __builtin_copysign(0.5 * log1p_(2 * a / (1 - a)), x);
}
LC_TPC_FN double div_(double x, double y) { return x / y; }
// The remainder has the sign of x, as C's fmod; exact.
LC_TPC_OUTLINE double mod_(double x, double y) {
  double a = __builtin_fabs(x), b = __builtin_fabs(y);
  if (!(a < __builtin_inf()) || b == 0 || b != b)
    return __builtin_nan("");
  if (b == __builtin_inf() || a < b)
    return x;
  double scale = b;
  int steps = 0;
  while (scale <= a / 2) {
    scale *= 2;
    ++steps;
  }
  for (; steps >= 0; --steps, scale /= 2)
    if (a >= scale)
      a -= scale;
  return __builtin_copysign(a, x);
}
LC_TPC_OUTLINE double pow_(double x, double y) {
  if (y == 0 || x == 1)
    return 1;
  if (x != x || y != y)
    return __builtin_nan("");
  double a = __builtin_fabs(x);
  bool whole = y == __builtin_floor(y);
  bool odd = whole && __builtin_fabs(y) < 9007199254740992.0 &&
             y / 2 != __builtin_floor(y / 2);
  double r;
  if (a == 1)
    r = 1;
  else if (__builtin_fabs(y) == __builtin_inf())
    return (a > 1) == (y > 0) ? __builtin_inf() : 0;
  else if (a == 0 || a == __builtin_inf())
    r = (a > 1) == (y > 0) ? __builtin_inf() : 0;
  else {
    double e, m = log_parts(a, e), t = m * log2_e;
    // The whole part of y * e is exact enough: |y| has 24 bits.
    r = exp2_(y * (e + t));
  }
  if (!__builtin_signbit(x))
    return r;
  if (!whole && a != 0 && a != __builtin_inf())
    return __builtin_nan("");
  return odd ? -r : r;
}

// One function over lanes.
template <class V, class F> LC_TPC_FN V each(F f, V x) {
  return map<V>(
      [f](element<V> e) {
        return writer<element<V>>::write(f(number(e)), round_even, false, 0);
      },
      x);
}
template <class V, class F> LC_TPC_FN V each(F f, V x, V y) {
  return map<V>(
      [f](element<V> a, element<V> b) {
        return writer<element<V>>::write(f(number(a), number(b)), round_even,
                                         false, 0);
      },
      x, y);
}
// Not inlined: a kernel that uses one several times compiles faster.
#define LC_TPC_SPECIAL(name)                                                   \
  template <class V> LC_TPC_OUTLINE void name##_lanes(V *r, const V *x) {      \
    *r = each([](double a) { return name##_(a); }, *x);                        \
  }                                                                            \
  template <class V> LC_TPC_FN V name(V x) {                                   \
    V r;                                                                       \
    name##_lanes(&r, &x);                                                      \
    return r;                                                                  \
  }
#define LC_TPC_SPECIAL2(name)                                                  \
  template <class V>                                                           \
  LC_TPC_OUTLINE void name##_lanes(V *r, const V *x, const V *y) {             \
    *r = each([](double a, double b) { return name##_(a, b); }, *x, *y);       \
  }                                                                            \
  template <class V> LC_TPC_FN V name(V x, V y) {                              \
    V r;                                                                       \
    name##_lanes(&r, &x, &y);                                                  \
    return r;                                                                  \
  }
LC_TPC_SPECIAL(exp)
LC_TPC_SPECIAL(exp2)
LC_TPC_SPECIAL(expm1)
LC_TPC_SPECIAL(log)
LC_TPC_SPECIAL(log2)
LC_TPC_SPECIAL(sqrt)
LC_TPC_SPECIAL(rsqrt)
LC_TPC_SPECIAL(reciprocal)
LC_TPC_SPECIAL(tanh)
LC_TPC_SPECIAL(sigmoid)
LC_TPC_SPECIAL(sin)
LC_TPC_SPECIAL(cos)
LC_TPC_SPECIAL(tan)
LC_TPC_SPECIAL(asin)
LC_TPC_SPECIAL(acos)
LC_TPC_SPECIAL(atan)
LC_TPC_SPECIAL(sinh)
LC_TPC_SPECIAL(cosh)
LC_TPC_SPECIAL(asinh)
LC_TPC_SPECIAL(acosh)
LC_TPC_SPECIAL(atanh)
LC_TPC_SPECIAL2(div)
LC_TPC_SPECIAL2(mod)
LC_TPC_SPECIAL2(pow)
#undef LC_TPC_SPECIAL
#undef LC_TPC_SPECIAL2

// The tree of reductions: dual groups, groups, then lanes of a group.
template <class V, class F> LC_TPC_FN V reduce(F f, V x) {
  constexpr int lanes = of<V>::lanes;
  for (int n = 0;; ++n) {
    int step = n == 0 ? lanes / 4 : n == 1 ? lanes / 2 : lanes / 8 >> (n - 2);
    if (step == 0)
      break;
    element<V> in[lanes], out[lanes];
    __builtin_memcpy(in, &x, sizeof in);
    for (int i = 0; i < lanes; ++i)
      out[i] = in[i ^ step];
    V y;
    __builtin_memcpy(&y, out, sizeof y);
    x = f(x, y);
  }
  return x;
}
template <class V> LC_TPC_OUTLINE void reduce_add_lanes(V *r, const V *x) {
  *r = reduce([](V a, V b) { return add(a, b, 0); }, *x);
}
template <class V> LC_TPC_OUTLINE void reduce_mul_lanes(V *r, const V *x) {
  *r = reduce([](V a, V b) { return mul(a, b, 0); }, *x);
}
template <class V> LC_TPC_OUTLINE void reduce_min_lanes(V *r, const V *x) {
  *r = reduce([](V a, V b) { return minimum(a, b); }, *x);
}
template <class V> LC_TPC_OUTLINE void reduce_max_lanes(V *r, const V *x) {
  *r = reduce([](V a, V b) { return maximum(a, b); }, *x);
}
#define LC_TPC_REDUCE(name)                                                    \
  template <class V> LC_TPC_FN V name(V x) {                                   \
    V r;                                                                       \
    name##_lanes(&r, &x);                                                      \
    return r;                                                                  \
  }
LC_TPC_REDUCE(reduce_add)
LC_TPC_REDUCE(reduce_mul)
LC_TPC_REDUCE(reduce_min)
LC_TPC_REDUCE(reduce_max)
#undef LC_TPC_REDUCE
// {index, value} in all lanes; the lowest index of equal ones. NaN loses.
template <class V> LC_TPC_FN pair<bits_of<V>, V> reduce_arg(V x, bool max) {
  constexpr int lanes = of<V>::lanes;
  element<V> in[lanes];
  __builtin_memcpy(in, &x, sizeof in);
  int best = 0;
  for (int i = 1; i < lanes; ++i) {
    double a = number(in[best]), b = number(in[i]);
    if (max ? b > a : b < a)
      best = i;
    else if (a != a && b == b)
      best = i;
  }
  element<V> value = in[best];
  return {bits_of<V>(element<bits_of<V>>(best)),
          map<V>([value](element<V>) { return value; }, x)};
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SPECIAL_H
