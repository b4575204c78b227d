// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vectors as lanes: masks, blends, maps over lanes, and moves between lanes.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_LANES_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_LANES_H

#include "Numbers.h"

namespace lc_tpc {

// Of a vector: its element, the integer vectors of the same lanes, its mask.
template <class V> struct of;
#define LC_TPC_OF(V, E, N, I, U)                                               \
  template <> struct of<V> {                                                   \
    typedef E element;                                                         \
    typedef I signs;                                                           \
    typedef U bits;                                                            \
    typedef mask<N> lanes_mask;                                                \
    static constexpr int lanes = N;                                            \
  };
LC_TPC_OF(float64, float, 64, int64, uint64)
LC_TPC_OF(int64, int, 64, int64, uint64)
LC_TPC_OF(uint64, unsigned, 64, int64, uint64)
LC_TPC_OF(bfloat128, bf16, 128, short128, ushort128)
LC_TPC_OF(half128, half, 128, short128, ushort128)
LC_TPC_OF(short128, short, 128, short128, ushort128)
LC_TPC_OF(ushort128, unsigned short, 128, short128, ushort128)
LC_TPC_OF(char256, char, 256, char256, uchar256)
LC_TPC_OF(uchar256, unsigned char, 256, char256, uchar256)
LC_TPC_OF(minifloat256, minifloat, 256, char256, uchar256)
LC_TPC_OF(minihalf256, minihalf, 256, char256, uchar256)
#undef LC_TPC_OF

template <class V> using element = typename of<V>::element;
template <class V> using signs_of = typename of<V>::signs;
template <class V> using bits_of = typename of<V>::bits;
template <class V> using mask_of = typename of<V>::lanes_mask;
template <class A, class B> constexpr bool same = false;
template <class A> constexpr bool same<A, A> = true;
template <class E>
constexpr bool floating = same<E, float> || same<E, bf16> || same<E, half> ||
                          same<E, minifloat> || same<E, minihalf>;

template <class V> LC_TPC_FN signs_of<V> signs(V x) {
  return __builtin_bit_cast(signs_of<V>, x);
}
template <class V> LC_TPC_FN bits_of<V> bits(V x) {
  return __builtin_bit_cast(bits_of<V>, x);
}

// The bits of a vector that a choice is made from. The compiler would make it a
// choice between bf16 vectors, for which AVX2 has 128 calls.
template <class V> LC_TPC_FN signs_of<V> choice(V x) { return signs(x); }
LC_TPC_FN short128 choice(bfloat128 x) {
  short128 bits = __builtin_bit_cast(short128, x);
#if !__has_feature(memory_sanitizer)
  asm("" : "+m"(bits));
#endif
  return bits;
}
template <class V> LC_TPC_FN V chosen(signs_of<V> x) {
  return __builtin_bit_cast(V, x);
}

// Masks and vectors of 0 and -1.
typedef bool packed64 LC_TPC_VECTOR(64);
typedef bool packed128 LC_TPC_VECTOR(128);
typedef bool packed256 LC_TPC_VECTOR(256);
LC_TPC_FN bool64 pack(int64 x) {
  return bool64::of(
      __builtin_bit_cast(u64, __builtin_convertvector(x, packed64)));
}
LC_TPC_FN bool128 pack(short128 x) {
  return bool128::of(
      __builtin_bit_cast(words2, __builtin_convertvector(x, packed128)));
}
LC_TPC_FN bool256 pack(char256 x) {
  return bool256::of(
      __builtin_bit_cast(words4, __builtin_convertvector(x, packed256)));
}

#define LC_TPC_X8(x) x, x, x, x, x, x, x, x
#define LC_TPC_X16(x) LC_TPC_X8(x), LC_TPC_X8(x)
#define LC_TPC_X32(x) LC_TPC_X16(x), LC_TPC_X16(x)
#define LC_TPC_B8(n)                                                           \
  1 << n, 2 << n, 4 << n, 8 << n, 16 << n, 32 << n, 64 << n, 128 << n
#define LC_TPC_B16 LC_TPC_B8(0), LC_TPC_B8(8)
#define LC_TPC_B32 LC_TPC_B16, LC_TPC_B8(16), LC_TPC_B8(24)
LC_TPC_FN int64 unpack(bool64 m) {
  typedef int halves LC_TPC_VECTOR(2);
  halves h = __builtin_bit_cast(halves, m.bits);
  int64 s = __builtin_shufflevector(h, h, LC_TPC_X32(0), LC_TPC_X32(1));
  const int64 bit = {LC_TPC_B32, LC_TPC_B32};
  return (s & bit) != 0;
}
LC_TPC_FN short128 unpack(bool128 m) {
  typedef short parts LC_TPC_VECTOR(8);
  parts p = __builtin_bit_cast(parts, m.bits);
  short128 s = __builtin_shufflevector(
      p, p, LC_TPC_X16(0), LC_TPC_X16(1), LC_TPC_X16(2), LC_TPC_X16(3),
      LC_TPC_X16(4), LC_TPC_X16(5), LC_TPC_X16(6), LC_TPC_X16(7));
  const short128 bit = {LC_TPC_B16, LC_TPC_B16, LC_TPC_B16, LC_TPC_B16,
                        LC_TPC_B16, LC_TPC_B16, LC_TPC_B16, LC_TPC_B16};
  return (s & bit) != (short)0;
}
#define LC_TPC_S4(n)                                                           \
  LC_TPC_X8(n), LC_TPC_X8(n + 1), LC_TPC_X8(n + 2), LC_TPC_X8(n + 3)
#define LC_TPC_B4 LC_TPC_B8(0), LC_TPC_B8(0), LC_TPC_B8(0), LC_TPC_B8(0)
LC_TPC_FN char256 unpack(bool256 m) {
  typedef char parts LC_TPC_VECTOR(32);
  parts p = __builtin_bit_cast(parts, m.bits);
  char256 s = __builtin_shufflevector(
      p, p, LC_TPC_S4(0), LC_TPC_S4(4), LC_TPC_S4(8), LC_TPC_S4(12),
      LC_TPC_S4(16), LC_TPC_S4(20), LC_TPC_S4(24), LC_TPC_S4(28));
  const char256 bit = {LC_TPC_B4, LC_TPC_B4, LC_TPC_B4, LC_TPC_B4,
                       LC_TPC_B4, LC_TPC_B4, LC_TPC_B4, LC_TPC_B4};
  return (s & bit) != (char)0;
}
#undef LC_TPC_X8
#undef LC_TPC_X16
#undef LC_TPC_X32
#undef LC_TPC_B8
#undef LC_TPC_B16
#undef LC_TPC_B32
#undef LC_TPC_S4
#undef LC_TPC_B4

// Bits spread over every 2nd place, and back.
LC_TPC_FN u64 spread(unsigned x) {
  u64 r = x;
  r = (r | r << 16) & 0x0000FFFF0000FFFF;
  r = (r | r << 8) & 0x00FF00FF00FF00FF;
  r = (r | r << 4) & 0x0F0F0F0F0F0F0F0F;
  r = (r | r << 2) & 0x3333333333333333;
  return (r | r << 1) & 0x5555555555555555;
}
LC_TPC_FN u64 gather(u64 r) {
  r &= 0x5555555555555555;
  r = (r | r >> 1) & 0x3333333333333333;
  r = (r | r >> 2) & 0x0F0F0F0F0F0F0F0F;
  r = (r | r >> 4) & 0x00FF00FF00FF00FF;
  r = (r | r >> 8) & 0x0000FFFF0000FFFF;
  return (r | r >> 16) & 0xFFFFFFFF;
}
LC_TPC_FN u64 twice(unsigned x) { return spread(x) * 3; }
inline words2 widen(u64 m, words2 *) {
  return words2{twice((unsigned)m), twice((unsigned)(m >> 32))};
}
inline words4 widen(words2 m, words4 *) {
  return words4{twice((unsigned)m[0]), twice((unsigned)(m[0] >> 32)),
                twice((unsigned)m[1]), twice((unsigned)(m[1] >> 32))};
}
inline words4 widen(u64 m, words4 *) {
  return widen(widen(m, (words2 *)nullptr), (words4 *)nullptr);
}
inline u64 narrow(words2 m, u64 *) { return gather(m[0]) | gather(m[1]) << 32; }
inline words2 narrow(words4 m, words2 *) {
  return words2{gather(m[0]) | gather(m[1]) << 32, gather(m[2]) | gather(m[3])
                                                                      << 32};
}
inline u64 narrow(words4 m, u64 *) {
  return narrow(narrow(m, (words2 *)nullptr), (u64 *)nullptr);
}
// The lanes of one half of an interleaved pair.
LC_TPC_FN bool64 lanes_of(bool128 m, int part) {
  return bool64::of(narrow(m.bits >> u64(part), (u64 *)nullptr));
}
LC_TPC_FN bool128 lanes_of2(bool256 m, int part) {
  return bool128::of(narrow(m.bits >> u64(part), (words2 *)nullptr));
}
LC_TPC_FN bool64 lanes_of4(bool256 m, int part) {
  return lanes_of(lanes_of2(m, part & 1), part >> 1);
}

// m ? a : b, by lanes of the mask. A pair with twice the lanes of its vectors
// is interleaved, a pair with as many lanes is two results for each.
template <int N, class V>
  requires(of<V>::lanes == N)
LC_TPC_FN V blend(mask<N> m, V a, V b) {
  return chosen<V>(unpack(m) ? choice(a) : choice(b));
}
template <int N, class A, class B>
  requires(of<A>::lanes == N)
LC_TPC_FN pair<A, B> blend(mask<N> m, pair<A, B> a, pair<A, B> b) {
  return {blend(m, a.v1, b.v1), blend(m, a.v2, b.v2)};
}
template <class A>
  requires(of<A>::lanes == 64)
LC_TPC_FN pair<A, A> blend(bool128 m, pair<A, A> a, pair<A, A> b) {
  return {blend(lanes_of(m, 0), a.v1, b.v1), blend(lanes_of(m, 1), a.v2, b.v2)};
}
template <class A>
  requires(of<A>::lanes == 128)
LC_TPC_FN pair<A, A> blend(bool256 m, pair<A, A> a, pair<A, A> b) {
  return {blend(lanes_of2(m, 0), a.v1, b.v1),
          blend(lanes_of2(m, 1), a.v2, b.v2)};
}
template <class A>
  requires(of<A>::lanes == 64)
LC_TPC_FN quad<A> blend(bool256 m, quad<A> a, quad<A> b) {
  return {
      blend(lanes_of4(m, 0), a.v1, b.v1), blend(lanes_of4(m, 1), a.v2, b.v2),
      blend(lanes_of4(m, 2), a.v3, b.v3), blend(lanes_of4(m, 3), a.v4, b.v4)};
}
template <int N> LC_TPC_FN mask<N> blend(mask<N> m, mask<N> a, mask<N> b) {
  return (m & a) | (~m & b);
}
template <class W, class N, int L>
LC_TPC_FN product<W, N> blend(mask<L> m, product<W, N> a, W b) {
  return blend(m, W(a), b);
}
LC_TPC_FN lanes32 blend(bool64 m, lanes32 a, lanes32 b) {
  return blend(m, a.bits, b.bits);
}
LC_TPC_FN lanes16 blend(bool128 m, lanes16 a, lanes16 b) {
  return blend(m, a.bits, b.bits);
}
LC_TPC_FN lanes8 blend(bool256 m, lanes8 a, lanes8 b) {
  return blend(m, a.bits, b.bits);
}
template <class M> LC_TPC_FN M enabled(M predicate, bool polarity) {
  return predicate ^ M(polarity);
}

// Under the memory sanitizer an intrinsic may compute on lanes that were never
// written, and passes that on by lane, whatever it branches on within.
#if __has_feature(memory_sanitizer)
} // namespace lc_tpc
extern "C" long __msan_test_shadow(const volatile void *, unsigned long);
extern "C" void __msan_unpoison(const volatile void *, unsigned long);
extern "C" void __msan_poison(const volatile void *, unsigned long);
namespace lc_tpc {
template <class E> LC_TPC_FN E known(E x, bool &unknown) {
  unknown |= __msan_test_shadow(&x, sizeof x) >= 0;
  __msan_unpoison(&x, sizeof x);
  return x;
}
template <class E> LC_TPC_FN void mark(E &x, bool unknown) {
  if (unknown)
    __msan_poison(&x, sizeof x);
}
#else
template <class E> LC_TPC_FN E known(E x, bool &) { return x; }
template <class E> LC_TPC_FN void mark(E &, bool) {}
#endif

// r[i] = f(a[i], ...). Over arrays: a subscript of a vector that is not
// constant makes the compiler copy the vector.
template <class R, class F, class... A> LC_TPC_FN R map(F f, const A &...a) {
  constexpr int n = of<R>::lanes;
  element<R> out[n];
  struct lists {
    static LC_TPC_INLINE void run(element<R> *out, F &f,
                                  const element<A> *...in) {
      for (int i = 0; i < n; ++i) {
        bool unknown = false;
        out[i] = f(known(in[i], unknown)...);
        mark(out[i], unknown);
      }
    }
  };
  lists::run(out, f, (const element<A> *)&a...);
  R r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}

// Wide and narrow vectors, interleaved: lane k*i + p of the narrow one is lane
// i of part p.
template <class P, class N>
LC_TPC_FN P widen_lanes(N x, int mode = round_even, bool clip = false) {
  constexpr int parts = sizeof(P) / 256, n = of<N>::lanes / parts;
  typedef decltype(P::v1) V;
  element<N> in[n * parts];
  element<V> out[parts][n];
  __builtin_memcpy(in, &x, sizeof in);
  for (int p = 0; p < parts; ++p)
    for (int i = 0; i < n; ++i) {
      bool unknown = false;
      out[p][i] =
          writer<element<V>>::write(number(known(in[i * parts + p], unknown)),
                                    mode, clip, is_random(mode) ? draw(i) : 0);
      mark(out[p][i], unknown);
    }
  P r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}
template <class N, class P> LC_TPC_FN N narrow_lanes(P x, int mode, bool clip) {
  constexpr int parts = sizeof(P) / 256, n = of<N>::lanes / parts;
  typedef decltype(P::v1) V;
  element<V> in[parts][n];
  element<N> out[n * parts];
  __builtin_memcpy(in, &x, sizeof in);
  for (int i = 0; i < n; ++i)
    for (int p = 0; p < parts; ++p) {
      bool unknown = false;
      out[i * parts + p] =
          writer<element<N>>::write(number(known(in[p][i], unknown)), mode,
                                    clip, is_random(mode) ? draw(i) : 0);
      mark(out[i * parts + p], unknown);
    }
  N r;
  __builtin_memcpy(&r, out, sizeof r);
  return r;
}
template <int M> LC_TPC_FN float256 widen(float8x256<M> x) {
  return widen_lanes<float256>(x);
}
template <int M> LC_TPC_FN float8x256<M> narrow(float256 x, float8x256<M> *) {
  return narrow_lanes<float8x256<M>>(x, round_even, false);
}

// f on f32 lanes, rounded to the type of V after it.
template <class V, class F, class... P>
LC_TPC_FN V by_parts(F f, const P &...a) {
  if constexpr (of<V>::lanes == 128)
    return narrow(float128{f(a.v1...), f(a.v2...)}, (V *)nullptr);
  else
    return narrow(float256{f(a.v1...), f(a.v2...), f(a.v3...), f(a.v4...)},
                  (V *)nullptr);
}
template <class V, class F, class... A> LC_TPC_FN V floats(F f, const A &...a) {
  if constexpr (same<V, float64>)
    return canonical(f(a...));
  else
    return by_parts<V>(f, widen(a)...);
}

// Moves. A group has 32 bytes, a dual group two groups, a vector four of them.
template <class V>
LC_TPC_OUTLINE void shuffle_bytes(element<V> *out, const element<V> *in,
                                  const unsigned char *map) {
  constexpr int lanes = of<V>::lanes, group = lanes / 8, size = 256 / lanes;
  for (int i = 0; i < lanes; ++i) {
    int m = map[i * size], dual = i / (2 * group);
    if (m & 0x80)
      out[i] = in[dual * 2 * group + (m >> 5 & 1) * group + (m & (group - 1))];
  }
}
template <class V> LC_TPC_FN V shuffle(V x, uchar256 map, V income) {
  shuffle_bytes<V>((element<V> *)&income, (const element<V> *)&x,
                   (const unsigned char *)&map);
  return income;
}

LC_TPC_OUTLINE void copy_group(unsigned char *out, const unsigned char *in,
                               unsigned bytes) {
  for (int i = 0; i < 32; ++i)
    if (bytes >> i & 1)
      out[i] = in[i];
}
template <class V>
LC_TPC_FN V move_dual_group(V x, unsigned bytes, int source, int target,
                            int switches, V income) {
  const unsigned char *in = (const unsigned char *)&x + (source & 3) * 64;
  unsigned char *out = (unsigned char *)&income + (target & 3) * 64;
  if (switches & SW_WR_LOWER_GROUP)
    copy_group(out, in, bytes);
  if (switches & SW_WR_UPPER_GROUP)
    copy_group(out + 32, in + 32, bytes);
  return income;
}
template <class V>
LC_TPC_FN V move_dual_groups(V x, unsigned bytes, int s0, int s1, int s2,
                             int s3, int switches, V income) {
  const int source[4] = {s0, s1, s2, s3};
  for (int i = 0; i < 4; ++i)
    income = move_dual_group(
        x, bytes, source[i], i,
        MkWr(switches >> (16 + 2 * i) & 1, switches >> (17 + 2 * i) & 1),
        income);
  return income;
}
template <class V>
LC_TPC_FN V move_group(V x, unsigned bytes, int switches, V income) {
  for (int i = 0; i < 8; ++i)
    if (switches >> (i & 1) & 1 && switches >> (2 + i / 2) & 1)
      copy_group((unsigned char *)&income + i * 32,
                 (const unsigned char *)&x + (i ^ 1) * 32, bytes);
  return income;
}

// PACK gathers every 2nd or 4th lane of a dual group into one of its groups (or
// a half of it), UNPACK spreads them again.
template <class V, bool PACK>
LC_TPC_OUTLINE void pack_lanes(element<V> *out, const element<V> *in,
                               int switches) {
  constexpr int group = of<V>::lanes / 8;
  int stride = switches & SW_STRIDE_4 ? 4 : 2, count = 2 * group / stride;
  int begin = switches & SW_GROUP_1 ? group : 0;
  if (stride == 4 && switches & SW_GROUP_HALF_1)
    begin += group / 2;
  for (int dual = 0; dual < 4; ++dual, in += 2 * group, out += 2 * group)
    for (int i = 0; i < count; ++i)
      if (PACK)
        out[begin + i] = in[i * stride];
      else
        out[i * stride] = in[begin + i];
}
template <class V> LC_TPC_FN V pack(V x, int switches, V income) {
  pack_lanes<V, true>((element<V> *)&income, (const element<V> *)&x, switches);
  return income;
}
template <class V> LC_TPC_FN V unpack(V x, int switches, V income) {
  pack_lanes<V, false>((element<V> *)&income, (const element<V> *)&x, switches);
  return income;
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_LANES_H
