// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the vector and scalar units compute, by type of vector.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_ARITHMETIC_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_ARITHMETIC_H

#include "Lanes.h"

namespace lc_tpc {

template <class V> constexpr bool is_float = floating<element<V>>;
template <class V> constexpr bool is_signed = element<V>(-1) < element<V>(0);

// Without subnormals.
LC_TPC_FN float64 flush(float64 x) {
  int64 b = signs(x);
  return __builtin_bit_cast(float64,
                            (b & 0x7F800000) == 0 ? b & int(0x80000000) : b);
}
LC_TPC_FN bfloat128 flush(bfloat128 x) {
  short128 b = signs(x);
  return __builtin_bit_cast(
      bfloat128, (b & short(0x7F80)) == short(0) ? b & short(0x8000) : b);
}
template <int M> LC_TPC_FN float8x256<M> flush(float8x256<M> x) {
  constexpr char exponent = char((1 << 7) - (1 << M));
  char256 b = signs(x);
  return float8x256<M>((b & exponent) == char(0) ? b & char(-128) : b);
}
template <int M> LC_TPC_FN float8x256<M> canonical(float8x256<M> x) {
  constexpr char infinity = char((1 << 7) - (1 << M));
  char256 b = signs(x);
  return float8x256<M>((b & char(127)) > infinity ? char256(127) : b);
}

struct adder {
  LC_TPC_INLINE float64 operator()(float64 a, float64 b) const { return a + b; }
};
struct subtracter {
  LC_TPC_INLINE float64 operator()(float64 a, float64 b) const { return a - b; }
};
struct multiplier {
  LC_TPC_INLINE float64 operator()(float64 a, float64 b) const { return a * b; }
};
struct accumulator {
  LC_TPC_INLINE float64 operator()(float64 a, float64 b, float64 c) const {
    return __builtin_elementwise_fma(a, b, c);
  }
};

template <class V> LC_TPC_FN signs_of<V> sign_bit(bool set) {
  typedef element<signs_of<V>> E;
  return signs_of<V>(set ? E(E(1) << (sizeof(E) * 8 - 1)) : E(0));
}
template <class V> LC_TPC_FN V negate(V x) {
  if constexpr (is_float<V>)
    return chosen<V>(signs(x) ^ sign_bit<V>(true));
  else
    return -x;
}
// By SW_NEG.
template <class V> LC_TPC_FN V negated(V x, int sw) {
  return chosen<V>(signs(x) ^ sign_bit<V>(sw & SW_NEG));
}

template <class V> LC_TPC_FN V add(V a, V b, int sw) {
  if constexpr (is_float<V>)
    return floats<V>(adder(), a, b);
  else
    return sw & SW_SAT ? __builtin_elementwise_add_sat(a, b) : a + b;
}
template <class V> LC_TPC_FN V sub(V a, V b, int sw) {
  if constexpr (is_float<V>)
    return floats<V>(subtracter(), a, b);
  else
    return sw & SW_SAT ? __builtin_elementwise_sub_sat(a, b) : a - b;
}
template <class V> LC_TPC_FN V mul(V a, V b, int sw) {
  if constexpr (is_float<V>) {
    return floats<V>(multiplier(), negated(a, sw), b);
  } else if (sw & SW_UPPER32) {
    return map<V>(
        [](element<V> x, element<V> y) {
          return element<V>(long(x) * long(y) >> (8 * sizeof(element<V>)));
        },
        a, b);
  } else {
    return a * b;
  }
}
template <> LC_TPC_INLINE uint64 mul(uint64 a, uint64 b, int sw) {
  if (sw & SW_UPPER32)
    return map<uint64>(
        [](unsigned x, unsigned y) { return unsigned(u64(x) * u64(y) >> 32); },
        a, b);
  return a * b;
}
// acc + a * b, or acc - a * b.
template <class V> LC_TPC_FN V mac(V a, V b, V acc, int sw) {
  if constexpr (is_float<V>)
    return floats<V>(accumulator(), negated(a, sw), b, acc);
  else
    return sw & SW_NEG ? acc - a * b : acc + a * b;
}

// Products of f16 and bf16 kept in f32, of integers in 32 bits: interleaved
// parts.
template <class W, class N> LC_TPC_FN W wide_mul(N a, N b, int sw) {
  W x = widen_lanes<W>(a), y = widen_lanes<W>(b);
  sw &= SW_NEG;
  if constexpr (sizeof(W) == 512)
    return {mul(x.v1, y.v1, sw), mul(x.v2, y.v2, sw)};
  else
    return {mul(x.v1, y.v1, sw), mul(x.v2, y.v2, sw), mul(x.v3, y.v3, sw),
            mul(x.v4, y.v4, sw)};
}
template <class V> LC_TPC_FN V mac_part(V a, V b, V acc, int sw) {
  if constexpr (is_float<V>) {
    return mac(a, b, acc, sw);
  } else { // the product fits, the sum saturates by switch
    V p = a * b;
    if (!(sw & SW_SAT))
      return sw & SW_NEG ? acc - p : acc + p;
    return sw & SW_NEG ? __builtin_elementwise_sub_sat(acc, p)
                       : __builtin_elementwise_add_sat(acc, p);
  }
}
template <class W, class N> LC_TPC_FN W wide_mac(N a, N b, W acc, int sw) {
  W x = widen_lanes<W>(a), y = widen_lanes<W>(b);
  if constexpr (sizeof(W) == 512)
    return {mac_part(x.v1, y.v1, acc.v1, sw), mac_part(x.v2, y.v2, acc.v2, sw)};
  else
    return {mac_part(x.v1, y.v1, acc.v1, sw), mac_part(x.v2, y.v2, acc.v2, sw),
            mac_part(x.v3, y.v3, acc.v3, sw), mac_part(x.v4, y.v4, acc.v4, sw)};
}
template <class W, class N> LC_TPC_INLINE product<W, N>::operator N() const {
  constexpr int parts = sizeof(W) / sizeof(N), n = of<N>::lanes / parts;
  element<decltype(W::v1)> in[parts][n];
  element<N> out[n * parts];
  __builtin_memcpy(in, this, sizeof in);
  for (int i = 0; i < n; ++i)
    for (int p = 0; p < parts; ++p)
      out[i * parts + p] = element<N>(in[p][i]);
  N r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}
// (a * b) * 2^-shift, rounded half up, added to acc; the sum saturates.
template <class V, class C> LC_TPC_FN V msac(V a, V b, V acc, C shift, int sw) {
  return map<V>(
      [sw](element<V> x, element<V> y, element<V> c, element<signs_of<V>> n) {
        long p = long(x) * long(y);
        int s = n & 31;
        if (s)
          p = (p + (1l << (s - 1))) >> s;
        p = sw & SW_NEG ? c - p : c + p;
        return element<V>((long)saturate(double(p), writer<element<V>>::low,
                                         writer<element<V>>::high));
      },
      a, b, acc, __builtin_bit_cast(signs_of<V>, shift));
}

// Order: a number wins over NaN, +0 over -0.
template <class V> LC_TPC_FN signs_of<V> is_nan(V x) {
  if constexpr (same<V, float64>)
    return x != x;
  else
    return signs(canonical(x)) ==
           element<signs_of<V>>((1u << (sizeof(element<V>) * 8 - 1)) - 1);
}
// Integers in the order of the floats; -0 is just below +0.
template <class V> LC_TPC_FN signs_of<V> ordered(V x) {
  typedef element<signs_of<V>> E;
  signs_of<V> b = signs(flush(x)), low = b & E(~(E(1) << (sizeof(E) * 8 - 1)));
  return b < E(0) ? ~low : low;
}
template <class V> LC_TPC_FN V extreme(V a, V b, bool max) {
  if constexpr (is_float<V>) {
    signs_of<V> x = ordered(a), y = ordered(b);
    signs_of<V> first = (max ? x >= y : x <= y) & ~is_nan(a);
    first |= is_nan(b);
    signs_of<V> r = first ? signs(flush(a)) : signs(flush(b));
    return canonical(__builtin_bit_cast(V, r));
  } else {
    return max ? __builtin_elementwise_max(a, b)
               : __builtin_elementwise_min(a, b);
  }
}
template <class V> LC_TPC_FN V maximum(V a, V b) { return extreme(a, b, true); }
template <class V> LC_TPC_FN V minimum(V a, V b) {
  return extreme(a, b, false);
}
template <class V> LC_TPC_FN V absolute(V a, int sw) {
  typedef element<signs_of<V>> E;
  if constexpr (is_float<V>)
    return canonical(__builtin_bit_cast(
        V, signs(flush(a)) & E(~(E(1) << (sizeof(E) * 8 - 1)))));
  else if constexpr (is_signed<V>)
    return sw & SW_SAT ? __builtin_elementwise_max(
                             a, __builtin_elementwise_sub_sat(V(E(0)), a))
                       : __builtin_elementwise_abs(a);
  else
    return a;
}

enum comparison { cmp_eq, cmp_neq, cmp_less, cmp_leq, cmp_grt, cmp_geq };
template <int OP, class T> LC_TPC_FN auto compared(T a, T b) {
  if constexpr (OP == cmp_eq)
    return a == b;
  else if constexpr (OP == cmp_neq)
    return a != b;
  else if constexpr (OP == cmp_less)
    return a < b;
  else if constexpr (OP == cmp_leq)
    return a <= b;
  else if constexpr (OP == cmp_grt)
    return a > b;
  else
    return a >= b;
}
// 0 or -1 by lane. NaN differs from everything.
template <int OP, class V> LC_TPC_FN signs_of<V> compare(V a, V b) {
  if constexpr (same<V, float64>) {
    return compared<OP>(flush(a), flush(b));
  } else if constexpr (is_float<V>) {
    typedef element<signs_of<V>> E;
    signs_of<V> x = ordered(a), y = ordered(b); // -0 equals +0
    x = x == E(-1) ? signs_of<V>(E(0)) : x;
    y = y == E(-1) ? signs_of<V>(E(0)) : y;
    signs_of<V> nan = is_nan(a) | is_nan(b);
    signs_of<V> r = compared<OP>(x, y);
    return OP == cmp_neq ? r | nan : r & ~nan;
  } else {
    return __builtin_bit_cast(signs_of<V>, compared<OP>(a, b));
  }
}
template <int OP, class V> LC_TPC_FN mask_of<V> compare_mask(V a, V b) {
  return pack(compare<OP>(a, b));
}
template <int OP, class R, class V> LC_TPC_FN R select(V a, V b, R c, R d) {
  return chosen<R>(compare<OP>(a, b) ? choice(c) : choice(d));
}
template <int OP, class R, class V>
LC_TPC_FN pair<R, V> select2(V a, V b, R c, R d) {
  signs_of<V> m = compare<OP>(a, b);
  return {chosen<R>(m ? choice(c) : choice(d)),
          chosen<V>(m ? choice(a) : choice(b))};
}

// Bits.
template <class V> LC_TPC_FN V bit_and(V a, V b) {
  return __builtin_bit_cast(V, signs(a) & signs(b));
}
template <class V> LC_TPC_FN V bit_or(V a, V b) {
  return __builtin_bit_cast(V, signs(a) | signs(b));
}
template <class V> LC_TPC_FN V bit_xor(V a, V b) {
  return __builtin_bit_cast(V, signs(a) ^ signs(b));
}
template <class V> LC_TPC_FN V bit_not(V a) {
  return __builtin_bit_cast(V, ~signs(a));
}
// Counts are unsigned; from the width on nothing is left.
template <class V, class C> LC_TPC_FN V shift_left(V a, C count) {
  typedef bits_of<V> U;
  typedef element<U> E;
  constexpr unsigned width = 8 * sizeof(E);
  U n = __builtin_bit_cast(U, count), r = bits(a) << (n & E(width - 1));
  return __builtin_bit_cast(V, n < E(width) ? r : U(E(0)));
}
template <class V, class C> LC_TPC_FN V shift_right(V a, C count) {
  typedef bits_of<V> U;
  typedef element<U> E;
  constexpr unsigned width = 8 * sizeof(E);
  U n = __builtin_bit_cast(U, count), r = bits(a) >> (n & E(width - 1));
  return __builtin_bit_cast(V, n < E(width) ? r : U(E(0)));
}
// To the left by a positive count, to the right by a negative one.
template <class T> LC_TPC_FN T shift_one(T x, int n, int sw) {
  constexpr int width = 8 * sizeof(T);
  if (n >= 0) {
    n = n > width ? width : n;
    if (!(sw & SW_SAT))
      return T(u64(long(x)) << n);
    __int128 wide = (__int128)x << n;
    constexpr long low = (long)writer<T>::low, high = (long)writer<T>::high;
    return wide < low ? T(low) : wide > high ? T(high) : T(wide);
  }
  n = n < -63 ? 63 : -n;
  long wide = long(x);
  if (sw & SW_RHU)
    wide = n > 40 ? 0 : wide + (1l << (n - 1));
  return T(wide >> n);
}
template <class V, class C> LC_TPC_FN V shift_arithmetic(V a, C count, int sw) {
  return map<V>(
      [sw](element<V> x, element<signs_of<V>> n) {
        return shift_one<element<V>>(x, n, sw);
      },
      a, __builtin_bit_cast(signs_of<V>, count));
}
template <class U> LC_TPC_FN int popcount_one(U x, int sw) {
  constexpr unsigned width = 8 * sizeof(U);
  int n = __builtin_popcount(x);
  return sw & SW_COUNT_ZEROS ? int(width) - n : n;
}
// The position of the first bit, or the width where there is none.
template <class U> LC_TPC_FN int find_one(U x, int sw) {
  constexpr int width = 8 * sizeof(U);
  U y = sw & SW_FIND_ZERO ? U(~x) : x;
  if (y == 0)
    return width;
  return sw & SW_MSB ? 31 - __builtin_clz(y) : __builtin_ctz(y);
}
template <class U> LC_TPC_FN U reverse_one(U x) {
  return U(__builtin_bitreverse32(x) >> (32 - 8 * sizeof(U)));
}
template <class V> LC_TPC_FN signs_of<V> popcount(V a, int sw) {
  return map<signs_of<V>>(
      [sw](element<bits_of<V>> x) {
        return element<signs_of<V>>(popcount_one(x, sw));
      },
      bits(a));
}
template <class V> LC_TPC_FN signs_of<V> find_first(V a, int sw) {
  return map<signs_of<V>>(
      [sw](element<bits_of<V>> x) {
        return element<signs_of<V>>(find_one(x, sw));
      },
      bits(a));
}
template <class V> LC_TPC_FN V reverse_bits(V a) {
  return __builtin_bit_cast(
      V, map<bits_of<V>>([](element<bits_of<V>> x) { return reverse_one(x); },
                         bits(a)));
}

// Conversions of lanes.
template <class R, class V> LC_TPC_FN R convert(V x, int sw) {
  int mode = rounding_of(sw), lane = 0;
  bool clip = sw & SW_CLIP_FP;
  return map<R>(
      [mode, clip, &lane](element<V> e) {
        unsigned random = is_random(mode) ? draw(lane++) : 0;
        return writer<element<R>>::write(number(e), mode, clip, random);
      },
      x);
}
// To a narrower type: one lane of each slot, the others are income's.
template <class R, class V>
LC_TPC_FN R convert_into(V x, int lane, int sw, R income) {
  constexpr int n = of<V>::lanes, parts = of<R>::lanes / n;
  int mode = rounding_of(sw);
  element<V> in[n];
  element<R> out[n * parts];
  __builtin_memcpy(in, &x, sizeof in);
  __builtin_memcpy(out, &income, sizeof out);
  for (int i = 0; i < n; ++i) {
    bool unknown = false;
    out[i * parts + (lane & (parts - 1))] = writer<element<R>>::write(
        number(known(in[i], unknown)), mode, sw & SW_CLIP_FP,
        is_random(mode) ? draw(i) : 0);
    mark(out[i * parts + (lane & (parts - 1))], unknown);
  }
  __builtin_memcpy(&income, out, sizeof income);
  return income;
}
// From a narrower type: one lane of each slot.
template <class R, class V> LC_TPC_FN R convert_from(V x, int lane, int sw) {
  constexpr int n = of<R>::lanes, parts = of<V>::lanes / n;
  int mode = rounding_of(sw);
  element<V> in[n * parts];
  element<R> out[n];
  __builtin_memcpy(in, &x, sizeof in);
  for (int i = 0; i < n; ++i) {
    bool unknown = false;
    out[i] = writer<element<R>>::write(
        number(known(in[i * parts + lane], unknown)), mode, sw & SW_CLIP_FP,
        is_random(mode) ? draw(i) : 0);
    mark(out[i], unknown);
  }
  R r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}
// All lanes, between a vector and an interleaved pair or quad.
template <class R, class V> LC_TPC_FN R convert_up(V x, int sw) {
  int mode = rounding_of(sw);
  if constexpr (same<V, bfloat128> && same<R, float128>)
    if (!(sw & SW_CLIP_FP)) {
      R r = widen(x);
      return {canonical(flush(r.v1)), canonical(flush(r.v2))};
    }
  return widen_lanes<R>(x, mode, sw & SW_CLIP_FP);
}
template <class R, class P> LC_TPC_FN R convert_down(P x, int sw) {
  int mode = rounding_of(sw);
  if constexpr (same<R, bfloat128> && same<P, float128>)
    if (mode == round_even && !(sw & SW_CLIP_FP))
      return narrow(x, (R *)nullptr);
  return narrow_lanes<R>(x, mode, sw & SW_CLIP_FP);
}
// Logical lane n is lane n / parts of part n % parts, or in linear order lane
// n % lanes of part n / lanes.
template <class V> struct parts_of {
  typedef V part;
  static constexpr int count = 1;
};
template <class V> struct parts_of<pair<V, V>> {
  typedef V part;
  static constexpr int count = 2;
};
template <class V> struct parts_of<quad<V>> {
  typedef V part;
  static constexpr int count = 4;
};
template <class R, class X> LC_TPC_FN R convert_order(X x, int sw) {
  typedef typename parts_of<X>::part V;
  typedef typename parts_of<R>::part W;
  constexpr int from = parts_of<X>::count, to = parts_of<R>::count;
  constexpr int n = from * of<V>::lanes, in_part = n / from, out_part = n / to;
  static_assert(n == to * of<W>::lanes);
  element<V> in[n];
  element<W> out[n];
  __builtin_memcpy(in, &x, sizeof in);
  int mode = rounding_of(sw);
  bool linear = sw & SW_LINEAR;
  for (int i = 0; i < n; ++i) {
    int source = linear ? i : i % from * in_part + i / from;
    int target = linear ? i : i % to * out_part + i / to;
    bool unknown = false;
    out[target] = writer<element<W>>::write(number(known(in[source], unknown)),
                                            mode, sw & SW_CLIP_FP,
                                            is_random(mode) ? draw(i) : 0);
    mark(out[target], unknown);
  }
  R r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}
// Integers to fewer bits after a rounding shift to the right.
template <class R, class T>
LC_TPC_FN R shift_convert_one(T x, int shift, int sw) {
  double scaled = number(x) / double(1l << (shift & 31));
  int mode = rounding_of(sw);
  return writer<R>::write(scaled, mode, false, is_random(mode) ? draw(0) : 0);
}
template <class R, class V>
LC_TPC_FN R shift_convert(V x, signs_of<V> shift, int lane, int sw, R income) {
  constexpr int n = of<V>::lanes, parts = of<R>::lanes / n;
  element<V> in[n];
  element<signs_of<V>> by[n];
  element<R> out[n * parts];
  __builtin_memcpy(in, &x, sizeof in);
  __builtin_memcpy(by, &shift, sizeof by);
  __builtin_memcpy(out, &income, sizeof out);
  for (int i = 0; i < n; ++i)
    out[i * parts + (lane & (parts - 1))] =
        shift_convert_one<element<R>>(in[i], by[i] & 255, sw);
  __builtin_memcpy(&income, out, sizeof income);
  return income;
}

// A whole number in the same format.
template <class T> LC_TPC_FN T nearest_one(T x, int mode, unsigned random) {
  return writer<T>::write(round_whole(number(x), mode, random), round_even,
                          false, 0);
}
template <class V> LC_TPC_FN V nearest(V x, int sw) {
  int mode = rounding_of(sw), lane = 0;
  return map<V>(
      [mode, &lane](element<V> e) {
        return nearest_one(e, mode, is_random(mode) ? draw(lane++) : 0);
      },
      x);
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_ARITHMETIC_H
