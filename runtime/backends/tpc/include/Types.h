// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of TPC-C. Vectors are clang's ext_vector_type, because TPC-C's are:
// operators, implicit broadcast, `?:`, casts and subscripts come with them.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_TYPES_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_TYPES_H

// Inlined even without optimisation: otherwise each helper copies its 256-byte
// vectors through memory.
#define LC_TPC_INLINE inline __attribute__((always_inline, unused))
#define LC_TPC_FN static LC_TPC_INLINE
// Too large to be worth a copy at each use.
#define LC_TPC_OUTLINE static __attribute__((noinline, unused))
#define LC_TPC_VECTOR(n) __attribute__((ext_vector_type(n)))

typedef __bf16 bf16;
typedef _Float16 half;

typedef float float64 LC_TPC_VECTOR(64);
typedef int int64 LC_TPC_VECTOR(64);
typedef unsigned uint64 LC_TPC_VECTOR(64);
typedef __bf16 bfloat128 LC_TPC_VECTOR(128);
typedef _Float16 half128 LC_TPC_VECTOR(128);
typedef short short128 LC_TPC_VECTOR(128);
typedef unsigned short ushort128 LC_TPC_VECTOR(128);
typedef char char256 LC_TPC_VECTOR(256);
typedef unsigned char uchar256 LC_TPC_VECTOR(256);
typedef int int5 LC_TPC_VECTOR(5);

// Its own type, so that an entry's tensors can be told from its scalars;
// intrinsics take an int, to which it converts.
enum tensor : int {};

namespace lc_tpc {

typedef unsigned long long u64;
typedef u64 words2 LC_TPC_VECTOR(2);
typedef u64 words4 LC_TPC_VECTOR(4);

// The words of a mask of n lanes: bit i of them belongs to lane i.
template <int N> struct words;
template <> struct words<64> {
  typedef u64 type;
};
template <> struct words<128> {
  typedef words2 type;
};
template <> struct words<256> {
  typedef words4 type;
};

// A lane of 32 or 16 bits has 4 or 2 bits in a mask of bytes. To more lanes a
// mask repeats its bits; to fewer it keeps the first bit of each lane.
#ifdef LC_TPC_DECLARED_ONLY
#define LC_TPC_SYMBOL(name) __asm__(name)
#else
#define LC_TPC_SYMBOL(name)
#endif
words2 widen(u64 m, words2 *) LC_TPC_SYMBOL("lc_mask_64_128");
words4 widen(u64 m, words4 *) LC_TPC_SYMBOL("lc_mask_64_256");
words4 widen(words2 m, words4 *) LC_TPC_SYMBOL("lc_mask_128_256");
u64 narrow(words2 m, u64 *) LC_TPC_SYMBOL("lc_mask_128_64");
u64 narrow(words4 m, u64 *) LC_TPC_SYMBOL("lc_mask_256_64");
words2 narrow(words4 m, words2 *) LC_TPC_SYMBOL("lc_mask_256_128");

template <int N> struct mask {
  typedef typename words<N>::type word_type;
  word_type bits;

  mask() = default;
  LC_TPC_INLINE mask(bool all) : bits(word_type(all ? ~u64(0) : u64(0))) {}
  LC_TPC_INLINE mask(int all) : mask(all != 0) {}
  LC_TPC_INLINE mask(unsigned all) : mask(all != 0) {}
  template <int M> LC_TPC_INLINE mask(mask<M> other) {
    if constexpr (M < N)
      bits = widen(other.bits, (word_type *)nullptr);
    else
      bits = narrow(other.bits, (word_type *)nullptr);
  }

  static LC_TPC_INLINE mask of(word_type bits) {
    mask m;
    m.bits = bits;
    return m;
  }
  LC_TPC_INLINE mask operator&(mask b) const { return of(bits & b.bits); }
  LC_TPC_INLINE mask operator|(mask b) const { return of(bits | b.bits); }
  LC_TPC_INLINE mask operator^(mask b) const { return of(bits ^ b.bits); }
  LC_TPC_INLINE mask operator~() const { return of(~bits); }
  LC_TPC_INLINE mask operator!() const { return of(~bits); }
  LC_TPC_INLINE mask &operator&=(mask b) { return *this = *this & b; }
  LC_TPC_INLINE mask &operator|=(mask b) { return *this = *this | b; }
  LC_TPC_INLINE mask &operator^=(mask b) { return *this = *this ^ b; }
  LC_TPC_INLINE bool operator[](int lane) const {
    u64 w[N / 64];
    __builtin_memcpy(w, &bits, sizeof w);
    return w[lane / 64 & (N / 64 - 1)] >> (lane & 63) & 1;
  }
};

// 8-bit floats: 1-4-3 (bias 7, at most 240) and 1-5-2. They have no arithmetic
// of their own on the host: each operation goes through f32 and rounds.
template <int M> float decode8(unsigned char bits);
template <int M> unsigned char encode8(float value);

template <int M> struct float8 {
  unsigned char bits;
  float8() = default;
  LC_TPC_INLINE float8(float value) : bits(encode8<M>(value)) {}
  LC_TPC_INLINE operator float() const { return decode8<M>(bits); }
  static LC_TPC_INLINE float8 of(unsigned char bits) {
    float8 x;
    x.bits = bits;
    return x;
  }
};

template <int M> struct float8x256;
template <int M> float8x256<M> add8(float8x256<M> a, float8x256<M> b);
template <int M> float8x256<M> sub8(float8x256<M> a, float8x256<M> b);
template <int M> float8x256<M> mul8(float8x256<M> a, float8x256<M> b);

template <class T> struct is_vector {
  static constexpr bool value = false;
};
template <class E> struct is_vector<E LC_TPC_VECTOR(64)> {
  static constexpr bool value = true;
};
template <class E> struct is_vector<E LC_TPC_VECTOR(128)> {
  static constexpr bool value = true;
};
template <class E> struct is_vector<E LC_TPC_VECTOR(256)> {
  static constexpr bool value = true;
};

template <int M> struct float8x256 {
  uchar256 bits;
  float8x256() = default;
  LC_TPC_INLINE float8x256(float8<M> x) : bits(uchar256(x.bits)) {}
  LC_TPC_INLINE float8x256(float x) : float8x256(float8<M>(x)) {}
  LC_TPC_INLINE float8x256(int x) : float8x256(float8<M>(float(x))) {}
  template <class V, bool = true>
    requires(is_vector<V>::value && sizeof(V) == 256)
  explicit LC_TPC_INLINE float8x256(V x)
      : bits(__builtin_bit_cast(uchar256, x)) {}
  template <class V>
    requires(is_vector<V>::value && sizeof(V) == 256)
  explicit LC_TPC_INLINE operator V() const {
    return __builtin_bit_cast(V, bits);
  }
  LC_TPC_INLINE float8<M> operator[](int lane) const {
    return float8<M>::of(bits[lane]);
  }
  LC_TPC_INLINE float8x256 operator+(float8x256 b) const {
    return add8(*this, b);
  }
  LC_TPC_INLINE float8x256 operator-(float8x256 b) const {
    return sub8(*this, b);
  }
  LC_TPC_INLINE float8x256 operator*(float8x256 b) const {
    return mul8(*this, b);
  }
  LC_TPC_INLINE float8x256 operator-() const {
    return float8x256(uchar256(bits ^ uchar256(0x80)));
  }
  LC_TPC_INLINE float8x256 &operator+=(float8x256 b) {
    return *this = *this + b;
  }
  LC_TPC_INLINE float8x256 &operator-=(float8x256 b) {
    return *this = *this - b;
  }
  LC_TPC_INLINE float8x256 &operator*=(float8x256 b) {
    return *this = *this * b;
  }
};

// Aggregates, so that `{0}`, `{a, b}` and `.v1 =` initialise them.
template <class A, class B> struct pair {
  A v1;
  B v2;
};
template <class A> struct quad {
  A v1, v2, v3, v4;
};

#define LC_TPC_EACH(op)                                                        \
  template <class A>                                                           \
  LC_TPC_FN pair<A, A> operator op(pair<A, A> a, pair<A, A> b) {               \
    return {a.v1 op b.v1, a.v2 op b.v2};                                       \
  }                                                                            \
  template <class A>                                                           \
  LC_TPC_FN pair<A, A> &operator op## = (pair<A, A> & a, pair<A, A> b) {       \
    return a = a op b;                                                         \
  }                                                                            \
  template <class A> LC_TPC_FN quad<A> operator op(quad<A> a, quad<A> b) {     \
    return {a.v1 op b.v1, a.v2 op b.v2, a.v3 op b.v3, a.v4 op b.v4};           \
  }                                                                            \
  template <class A>                                                           \
  LC_TPC_FN quad<A> &operator op## = (quad<A> & a, quad<A> b) {                \
    return a = a op b;                                                         \
  }
LC_TPC_EACH(+)
LC_TPC_EACH(-)
LC_TPC_EACH(*)
#undef LC_TPC_EACH

// Lane bits that kernels keep as int, unsigned or float vectors: classes of
// numbers, counts. Converts to and from each of them.
struct lanes32 {
  int64 bits;
  lanes32() = default;
  LC_TPC_INLINE lanes32(int64 x) : bits(x) {}
  LC_TPC_INLINE lanes32(uint64 x) : bits(int64(x)) {}
  LC_TPC_INLINE lanes32(float64 x) : bits(int64(x)) {}
  LC_TPC_INLINE lanes32(char256 x) : bits(int64(x)) {}
  LC_TPC_INLINE lanes32(uchar256 x) : bits(int64(x)) {}
  LC_TPC_INLINE lanes32(int x) : bits(int64(x)) {}
  LC_TPC_INLINE lanes32(unsigned x) : bits(int64(int(x))) {}
  LC_TPC_INLINE lanes32(float x) : bits(int64(__builtin_bit_cast(int, x))) {}
  LC_TPC_INLINE operator int64() const { return bits; }
  LC_TPC_INLINE operator uint64() const { return uint64(bits); }
  LC_TPC_INLINE operator float64() const { return float64(bits); }
  LC_TPC_INLINE operator char256() const { return char256(bits); }
  LC_TPC_INLINE operator uchar256() const { return uchar256(bits); }
  LC_TPC_INLINE int operator[](int lane) const { return bits[lane]; }
  LC_TPC_INLINE int64 operator&(int64 b) const { return bits & b; }
  LC_TPC_INLINE int64 operator|(int64 b) const { return bits | b; }
  LC_TPC_INLINE int64 operator+(int64 b) const { return bits + b; }
  LC_TPC_INLINE int64 operator-(int64 b) const { return bits - b; }
  LC_TPC_INLINE int64 operator*(int64 b) const { return bits * b; }
};
struct lanes16 {
  short128 bits;
  lanes16() = default;
  LC_TPC_INLINE lanes16(short128 x) : bits(x) {}
  LC_TPC_INLINE lanes16(ushort128 x) : bits(short128(x)) {}
  LC_TPC_INLINE lanes16(bfloat128 x) : bits(short128(x)) {}
  LC_TPC_INLINE lanes16(half128 x) : bits(short128(x)) {}
  LC_TPC_INLINE lanes16(char256 x) : bits(short128(x)) {}
  LC_TPC_INLINE lanes16(uchar256 x) : bits(short128(x)) {}
  LC_TPC_INLINE lanes16(int x) : bits(short128(short(x))) {}
  LC_TPC_INLINE operator short128() const { return bits; }
  LC_TPC_INLINE operator ushort128() const { return ushort128(bits); }
  LC_TPC_INLINE operator bfloat128() const { return bfloat128(bits); }
  LC_TPC_INLINE operator half128() const { return half128(bits); }
  LC_TPC_INLINE operator char256() const { return char256(bits); }
  LC_TPC_INLINE operator uchar256() const { return uchar256(bits); }
  LC_TPC_INLINE short operator[](int lane) const { return bits[lane]; }
  LC_TPC_INLINE short128 operator&(short128 b) const { return bits & b; }
  LC_TPC_INLINE short128 operator|(short128 b) const { return bits | b; }
  LC_TPC_INLINE short128 operator+(short128 b) const { return bits + b; }
  LC_TPC_INLINE short128 operator-(short128 b) const { return bits - b; }
  LC_TPC_INLINE short128 operator*(short128 b) const { return bits * b; }
};
struct lanes8 {
  char256 bits;
  lanes8() = default;
  LC_TPC_INLINE lanes8(char256 x) : bits(x) {}
  LC_TPC_INLINE lanes8(uchar256 x) : bits(char256(x)) {}
  LC_TPC_INLINE lanes8(int x) : bits(char256(char(x))) {}
  LC_TPC_INLINE operator char256() const { return bits; }
  LC_TPC_INLINE operator uchar256() const { return uchar256(bits); }
  LC_TPC_INLINE char operator[](int lane) const { return bits[lane]; }
  LC_TPC_INLINE char256 operator&(char256 b) const { return bits & b; }
  LC_TPC_INLINE char256 operator|(char256 b) const { return bits | b; }
  LC_TPC_INLINE char256 operator+(char256 b) const { return bits + b; }
  LC_TPC_INLINE char256 operator-(char256 b) const { return bits - b; }
};

// A product of narrow integers is wide; kernels that keep only its low part
// assign it to the narrow type.
template <class W, class N> struct product : W {
  product() = default;
  LC_TPC_INLINE product(W wide) : W(wide) {}
#ifdef LC_TPC_DECLARED_ONLY // one of its instructions
  LC_TPC_INLINE operator N() const { return __builtin_bit_cast(N, this->v1); }
#else
  LC_TPC_INLINE operator N() const;
#endif
};

// What gen_addr gives: an address that fits every pointer to global memory.
struct address {
  void *at;
  template <class T> LC_TPC_INLINE operator T *() const { return (T *)at; }
};

// An address in local memory: an offset, or where a variable is.
struct local {
  long at;
  bool absolute;
  LC_TPC_INLINE local(int offset) : at(unsigned(offset)), absolute(false) {}
  LC_TPC_INLINE local(unsigned offset) : at(offset), absolute(false) {}
  LC_TPC_INLINE local(long offset) : at(offset), absolute(false) {}
  LC_TPC_INLINE local(unsigned long offset) : at(offset), absolute(false) {}
  template <class T>
  LC_TPC_INLINE local(T *variable) : at((long)variable), absolute(true) {}
};

// An old enum name. Kernels shift it into place themselves (`e << 16`) or pass
// it as it is; both give the switch.
struct option {
  int value, shift;
  constexpr operator int() const { return value << shift; }
  constexpr int operator<<(int by) const { return value << by; }
};

} // namespace lc_tpc

typedef lc_tpc::mask<64> bool64;
typedef lc_tpc::mask<128> bool128;
typedef lc_tpc::mask<256> bool256;
typedef lc_tpc::float8<3> minifloat;
typedef lc_tpc::float8<2> minihalf;
typedef lc_tpc::float8x256<3> minifloat256;
typedef lc_tpc::float8x256<2> minihalf256;

#define LC_TPC_PAIR(A, B)                                                      \
  typedef lc_tpc::pair<A, B> A##_##B;                                          \
  typedef A##_##B A##_##B##_pair_t;
#define LC_TPC_PAIRS3(A)                                                       \
  LC_TPC_PAIR(A, float64) LC_TPC_PAIR(A, int64) LC_TPC_PAIR(A, uint64)
#define LC_TPC_PAIRS4(A)                                                       \
  LC_TPC_PAIR(A, bfloat128)                                                    \
  LC_TPC_PAIR(A, half128) LC_TPC_PAIR(A, short128) LC_TPC_PAIR(A, ushort128)
#define LC_TPC_PAIRS5(A)                                                       \
  LC_TPC_PAIR(A, char256)                                                      \
  LC_TPC_PAIR(A, uchar256)                                                     \
  LC_TPC_PAIR(A, minifloat256) LC_TPC_PAIR(A, minihalf256)
LC_TPC_PAIRS3(float64)
LC_TPC_PAIRS3(int64)
LC_TPC_PAIRS3(uint64)
LC_TPC_PAIRS4(bfloat128)
LC_TPC_PAIRS4(half128)
LC_TPC_PAIRS4(short128)
LC_TPC_PAIRS4(ushort128)
LC_TPC_PAIRS5(char256)
LC_TPC_PAIRS5(uchar256)
LC_TPC_PAIRS5(minifloat256)
LC_TPC_PAIRS5(minihalf256)
#undef LC_TPC_PAIRS3
#undef LC_TPC_PAIRS4
#undef LC_TPC_PAIRS5
#undef LC_TPC_PAIR

#define LC_TPC_WIDE(V, P, Q)                                                   \
  typedef lc_tpc::pair<V, V> P;                                                \
  typedef P V##_pair_t;                                                        \
  typedef lc_tpc::quad<V> Q;                                                   \
  typedef Q V##_quad_t;
LC_TPC_WIDE(float64, float128, float256)
LC_TPC_WIDE(int64, int128, int256)
LC_TPC_WIDE(uint64, uint128, uint256)
LC_TPC_WIDE(bfloat128, bfloat256, bfloat512)
LC_TPC_WIDE(half128, half256, half512)
LC_TPC_WIDE(short128, short256, short512)
LC_TPC_WIDE(ushort128, ushort256, ushort512)
LC_TPC_WIDE(char256, char512, char1024)
LC_TPC_WIDE(uchar256, uchar512, uchar1024)
LC_TPC_WIDE(minifloat256, minifloat512, minifloat1024)
LC_TPC_WIDE(minihalf256, minihalf512, minihalf1024)
#undef LC_TPC_WIDE

#define LC_TPC_PAIR_OF_SCALARS(T)                                              \
  typedef lc_tpc::pair<T, T> T##_##T##_pair_t;                                 \
  typedef T##_##T##_pair_t T##_pair_t;
LC_TPC_PAIR_OF_SCALARS(float)
LC_TPC_PAIR_OF_SCALARS(int)
LC_TPC_PAIR_OF_SCALARS(bf16)
#undef LC_TPC_PAIR_OF_SCALARS
typedef lc_tpc::pair<unsigned, unsigned> uint_pair_t;
typedef uint_pair_t uint_uint_pair_t;
typedef uint_pair_t uint32_t_pair_t;
typedef lc_tpc::pair<int, int> int32_t_pair_t;

#define LC_TPC_AS(T)                                                           \
  template <class S> LC_TPC_FN T as_##T(S x) {                                 \
    return __builtin_bit_cast(T, x);                                           \
  }
LC_TPC_AS(float64)
LC_TPC_AS(int64)
LC_TPC_AS(uint64)
LC_TPC_AS(bfloat128)
LC_TPC_AS(half128)
LC_TPC_AS(short128)
LC_TPC_AS(ushort128)
LC_TPC_AS(char256)
LC_TPC_AS(uchar256)
LC_TPC_AS(minifloat256)
LC_TPC_AS(minihalf256)
LC_TPC_AS(float128)
LC_TPC_AS(int128)
LC_TPC_AS(uint128)
LC_TPC_AS(bfloat256)
LC_TPC_AS(half256)
LC_TPC_AS(short256)
LC_TPC_AS(ushort256)
LC_TPC_AS(char512)
LC_TPC_AS(uchar512)
LC_TPC_AS(minifloat512)
LC_TPC_AS(minihalf512)
LC_TPC_AS(float256)
LC_TPC_AS(int256)
LC_TPC_AS(uint256)
LC_TPC_AS(float)
LC_TPC_AS(int)
LC_TPC_AS(bf16)
LC_TPC_AS(half)
LC_TPC_AS(short)
LC_TPC_AS(char)
LC_TPC_AS(minifloat)
LC_TPC_AS(minihalf)
#undef LC_TPC_AS
template <class S> LC_TPC_FN unsigned as_uint(S x) {
  return __builtin_bit_cast(unsigned, x);
}
template <class S> LC_TPC_FN unsigned short as_ushort(S x) {
  return __builtin_bit_cast(unsigned short, x);
}
template <class S> LC_TPC_FN unsigned char as_uchar(S x) {
  return __builtin_bit_cast(unsigned char, x);
}

LC_TPC_FN bool64 to_bool64(bool256 x) { return x; }
LC_TPC_FN bool128 to_bool128(bool256 x) { return x; }
LC_TPC_FN bool256 from_bool64(bool64 x) { return x; }
LC_TPC_FN bool256 from_bool128(bool128 x) { return x; }

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_TYPES_H
