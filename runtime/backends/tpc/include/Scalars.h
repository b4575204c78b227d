// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The scalar unit. A float operation is exact in double or rounded by f32, then
// rounded to its type.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SCALARS_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SCALARS_H

#include "Arithmetic.h"

namespace lc_tpc {

template <class T> LC_TPC_FN float as_f32(T x) { return float(number(x)); }
template <class T> LC_TPC_FN T rounded(float x) {
  if constexpr (same<T, float>)
    return canonical(x);
  else
    return writer<T>::write(number(x), round_even, false, 0);
}
template <class T> LC_TPC_FN T wrapped(long x, int sw) {
  constexpr long low = (long)writer<T>::low, high = (long)writer<T>::high;
  if (sw & SW_SAT)
    x = x < low ? low : x > high ? high : x;
  return T(x);
}

template <class T> LC_TPC_FN T s_add(T a, T b, int sw) {
  if constexpr (floating<T>)
    return rounded<T>(as_f32(a) + as_f32(b));
  else
    return wrapped<T>(long(a) + long(b), sw);
}
template <class T> LC_TPC_FN T s_sub(T a, T b, int sw) {
  if constexpr (floating<T>)
    return rounded<T>(as_f32(a) - as_f32(b));
  else
    return wrapped<T>(long(a) - long(b), sw);
}
template <class T> LC_TPC_FN T s_mul(T a, T b, int sw) {
  if constexpr (floating<T>)
    return rounded<T>((sw & SW_NEG ? -as_f32(a) : as_f32(a)) * as_f32(b));
  else if (sw & SW_UPPER32)
    return T(u64(long(a) * long(b)) >> 8 * sizeof(T));
  else
    return T(u64(long(a)) * u64(long(b)));
}
template <class T> LC_TPC_FN T s_mac(T a, T b, T acc, int sw) {
  if constexpr (floating<T>)
    return rounded<T>(__builtin_fmaf(sw & SW_NEG ? -as_f32(a) : as_f32(a),
                                     as_f32(b), as_f32(acc)));
  else
    return T(sw & SW_NEG ? u64(acc) - u64(a) * u64(b)
                         : u64(acc) + u64(a) * u64(b));
}
// Narrow factors, wide result.
template <class W, class T> LC_TPC_FN W s_wide_mul(T a, T b, int sw) {
  if constexpr (floating<T>)
    return rounded<W>((sw & SW_NEG ? -as_f32(a) : as_f32(a)) * as_f32(b));
  else
    return W(a) * W(b);
}
template <class W, class T> LC_TPC_FN W s_wide_mac(T a, T b, W acc, int sw) {
  if constexpr (floating<T>)
    return rounded<W>(__builtin_fmaf(sw & SW_NEG ? -as_f32(a) : as_f32(a),
                                     as_f32(b), as_f32(acc)));
  else {
    long p = long(a) * long(b);
    return wrapped<W>(sw & SW_NEG ? long(acc) - p : long(acc) + p, sw);
  }
}
template <class T> LC_TPC_FN T s_extreme(T a, T b, bool max) {
  if constexpr (floating<T>) {
    double x = number(a), y = number(b);
    bool first = max ? x > y : x < y;
    if (x == y) // zeros differ by sign
      first = (__builtin_signbit(x) != 0) != max;
    if (x != x || y != y)
      first = y != y;
    return writer<T>::write(first ? x : y, round_even, false, 0);
  } else {
    return max ? (a > b ? a : b) : (a < b ? a : b);
  }
}
template <class T> LC_TPC_FN T s_abs(T a, int sw) {
  if constexpr (floating<T>)
    return writer<T>::write(__builtin_fabs(number(a)), round_even, false, 0);
  else
    return a < T(0) ? wrapped<T>(-long(a), sw) : a;
}
template <int OP, class T> LC_TPC_FN bool s_compare(T a, T b) {
  return compared<OP>(number(a), number(b));
}
template <class T> struct unsigned_of;
#define LC_TPC_UNSIGNED(T, U)                                                  \
  template <> struct unsigned_of<T> {                                          \
    typedef U type;                                                            \
  };
LC_TPC_UNSIGNED(float, unsigned)
LC_TPC_UNSIGNED(int, unsigned)
LC_TPC_UNSIGNED(unsigned, unsigned)
LC_TPC_UNSIGNED(bf16, unsigned short)
LC_TPC_UNSIGNED(half, unsigned short)
LC_TPC_UNSIGNED(short, unsigned short)
LC_TPC_UNSIGNED(unsigned short, unsigned short)
LC_TPC_UNSIGNED(char, unsigned char)
LC_TPC_UNSIGNED(unsigned char, unsigned char)
LC_TPC_UNSIGNED(minifloat, unsigned char)
LC_TPC_UNSIGNED(minihalf, unsigned char)
#undef LC_TPC_UNSIGNED
template <class T> using raw = typename unsigned_of<T>::type;
template <class T> LC_TPC_FN raw<T> to_raw(T x) {
  return __builtin_bit_cast(raw<T>, x);
}
template <class T> LC_TPC_FN T from_raw(raw<T> x) {
  return __builtin_bit_cast(T, x);
}
template <class T> LC_TPC_FN T s_and(T a, T b) {
  return from_raw<T>(raw<T>(to_raw(a) & to_raw(b)));
}
template <class T> LC_TPC_FN T s_or(T a, T b) {
  return from_raw<T>(raw<T>(to_raw(a) | to_raw(b)));
}
template <class T> LC_TPC_FN T s_xor(T a, T b) {
  return from_raw<T>(raw<T>(to_raw(a) ^ to_raw(b)));
}
template <class T> LC_TPC_FN T s_not(T a) {
  return from_raw<T>(raw<T>(~to_raw(a)));
}
template <class T> LC_TPC_FN T s_shift(T a, int count, bool left) {
  constexpr unsigned width = 8 * sizeof(T);
  u64 x = to_raw(a);
  if ((unsigned)count >= width)
    return T(0);
  return from_raw<T>(raw<T>(left ? x << count : x >> count));
}
template <class R, class T> LC_TPC_FN R s_convert(T x, int sw) {
  int mode = rounding_of(sw);
  return writer<R>::write(number(x), mode, sw & SW_CLIP_FP,
                          is_random(mode) ? draw(0) : 0);
}
template <class T> LC_TPC_FN T s_nearest(T x, int sw) {
  int mode = rounding_of(sw);
  return nearest_one(x, mode, is_random(mode) ? draw(0) : 0);
}
// {quotient, remainder}; by zero: all ones, and the dividend.
template <class T> LC_TPC_FN pair<T, T> s_divide(T a, T b) {
  if (b == T(0))
    return {T(~T(0)), a};
  return {T(a / b), T(a % b)};
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SCALARS_H
