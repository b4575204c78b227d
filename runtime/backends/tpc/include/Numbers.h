// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One number at a time: how it is read, rounded and written. Every element type
// is exact in a double, so a conversion is a reading and one rounding.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_NUMBERS_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_NUMBERS_H

#include "State.h"

namespace lc_tpc {

enum rounding {
  round_even,
  round_zero,
  round_up,
  round_down,
  round_random,
  round_register,
  round_away,
  round_random_even
};

LC_TPC_FN int rounding_of(int switches) {
  int mode = switches >> 16 & 7;
  return mode == round_register ? int(here.csr_rounding) : mode;
}
LC_TPC_FN bool is_random(int mode) {
  return mode == round_random || mode == round_random_even;
}

// Formats of floats by bits of exponent and mantissa. The largest exponent
// stands for infinity and NaN in all of them; the NaN that results have has
// all bits but the sign.
template <int EXPONENT, int MANTISSA> struct format {
  static constexpr int bias = (1 << (EXPONENT - 1)) - 1;
  static constexpr unsigned infinity = ((1u << EXPONENT) - 1) << MANTISSA;
  static constexpr unsigned nan = (1u << (EXPONENT + MANTISSA)) - 1;
  static constexpr int sign_at = EXPONENT + MANTISSA;

  static double read(unsigned bits) {
    unsigned magnitude = bits & nan, exponent = magnitude >> MANTISSA;
    u64 sign = u64(bits >> sign_at & 1) << 63, result;
    if (exponent == 0) // zeros, and subnormals, which count as zeros
      result = 0;
    else if (magnitude >= infinity)
      result = u64(magnitude == infinity ? 0x7FF0 : 0x7FF8) << 48;
    else
      result = (u64(exponent - bias + 1023) << 52) |
               (u64(magnitude & ((1u << MANTISSA) - 1)) << (52 - MANTISSA));
    return __builtin_bit_cast(double, result | sign);
  }

  // `random` is uniform on 32 bits and counts in the random modes only.
  static unsigned write(double value, int mode, bool clip, unsigned random) {
    u64 bits = __builtin_bit_cast(u64, value);
    unsigned sign = unsigned(bits >> 63), signs = sign << sign_at;
    int exponent = int(bits >> 52 & 0x7FF) - 1023;
    u64 mantissa = (bits & ((u64(1) << 52) - 1)) | u64(1) << 52;
    if (exponent == 1024) {
      if (bits << 12)
        return nan;
      return signs | (clip ? infinity - 1 : infinity);
    }
    if (exponent == -1023) // no operand makes a subnormal double
      return signs;
    bool small = exponent < 1 - bias;
    int shift = 52 - MANTISSA + (small ? 1 - bias - exponent : 0);
    shift = shift > 62 ? 62 : shift;
    u64 kept = mantissa >> shift, rest = mantissa & ((u64(1) << shift) - 1);
    u64 half = u64(1) << (shift - 1);
    bool up;
    switch (mode) {
    case round_zero:
      up = false;
      break;
    case round_up:
      up = rest && !sign;
      break;
    case round_down:
      up = rest && sign;
      break;
    case round_away:
      up = rest >= half;
      break;
    case round_random:
    case round_random_even:
      up = (shift > 32 ? rest >> (shift - 32) : rest << (32 - shift)) > random;
      break;
    default:
      up = rest > half || (rest == half && (kept & 1));
    }
    kept += up;
    if (small) // what stays below the smallest normal number is zero
      return signs | (kept >> MANTISSA ? 1u << MANTISSA : 0);
    long result = (long(exponent + bias - 1) << MANTISSA) + long(kept);
    if (result >= long(infinity)) {
      bool stays = mode == round_zero || (mode == round_up && sign) ||
                   (mode == round_down && !sign);
      return signs | (clip || stays ? infinity - 1 : infinity);
    }
    return signs | unsigned(result);
  }
};
typedef format<8, 23> format_f32;
typedef format<8, 7> format_bf16;
typedef format<5, 10> format_f16;
template <int M> struct format8 : format<7 - M, M> {};

// To an integer: rounded, saturated, NaN becomes 0.
LC_TPC_FN double round_whole(double value, int mode, unsigned random) {
  switch (mode) {
  case round_zero:
    return __builtin_trunc(value);
  case round_up:
    return __builtin_ceil(value);
  case round_down:
    return __builtin_floor(value);
  case round_away:
    return __builtin_copysign(__builtin_floor(__builtin_fabs(value) + 0.5),
                              value);
  case round_random:
  case round_random_even: {
    double low = __builtin_floor(value);
    return (value - low) * 4294967296.0 > double(random) ? low + 1 : low;
  }
  default:
    return __builtin_roundeven(value);
  }
}
LC_TPC_FN double saturate(double value, double low, double high) {
  value = value < low ? low : value;
  value = value > high ? high : value;
  return value == value ? value : 0;
}

// Reading by type.
LC_TPC_FN double number(float x) { return double(x); }
LC_TPC_FN double number(bf16 x) {
  unsigned bits = unsigned(__builtin_bit_cast(unsigned short, x)) << 16;
  return double(__builtin_bit_cast(float, bits));
}
LC_TPC_FN double number(half x) {
  return format_f16::read(__builtin_bit_cast(unsigned short, x));
}
template <int M> LC_TPC_FN double number(float8<M> x) {
  return format8<M>::read(x.bits);
}
LC_TPC_FN double number(int x) { return x; }
LC_TPC_FN double number(unsigned x) { return x; }
LC_TPC_FN double number(short x) { return x; }
LC_TPC_FN double number(unsigned short x) { return x; }
LC_TPC_FN double number(char x) { return x; }
LC_TPC_FN double number(signed char x) { return x; }
LC_TPC_FN double number(unsigned char x) { return x; }

// Writing by type.
template <class T> struct writer {
  static constexpr double high = T(-1) > T(0)
                                     ? double(T(-1))
                                     : double((1ull << (sizeof(T) * 8 - 1)) -
                                              1);
  static constexpr double low = T(-1) > T(0) ? 0 : -high - 1;
  static LC_TPC_INLINE T write(double x, int mode, bool, unsigned random) {
    return T((long)saturate(round_whole(x, mode, random), low, high));
  }
};
template <> struct writer<float> {
  static LC_TPC_INLINE float write(double x, int mode, bool clip,
                                   unsigned random) {
    return __builtin_bit_cast(float, format_f32::write(x, mode, clip, random));
  }
};
template <> struct writer<bf16> {
  static LC_TPC_INLINE bf16 write(double x, int mode, bool clip,
                                  unsigned random) {
    return __builtin_bit_cast(
        bf16, (unsigned short)format_bf16::write(x, mode, clip, random));
  }
};
template <> struct writer<half> {
  static LC_TPC_INLINE half write(double x, int mode, bool clip,
                                  unsigned random) {
    return __builtin_bit_cast(
        half, (unsigned short)format_f16::write(x, mode, clip, random));
  }
};
template <int M> struct writer<float8<M>> {
  static LC_TPC_INLINE float8<M> write(double x, int mode, bool clip,
                                       unsigned random) {
    return float8<M>::of(
        (unsigned char)format8<M>::write(x, mode, clip, random));
  }
};

template <int M> float decode8(unsigned char bits) {
  return float(format8<M>::read(bits));
}
template <int M> unsigned char encode8(float value) {
  return (unsigned char)format8<M>::write(double(value), round_even, false, 0);
}

} // namespace lc_tpc

// The compiler leaves conversions to bf16 to a library, which older ones lack.
extern "C" __attribute__((weak, used, visibility("hidden"))) bf16
__truncsfbf2(float x) {
  unsigned bits = __builtin_bit_cast(unsigned, x);
  if (!(bits & 0xFFFF)) // most likely it was bf16 before, and is only moved
    return __builtin_bit_cast(bf16, (unsigned short)(bits >> 16));
  return lc_tpc::writer<bf16>::write(lc_tpc::number(x), lc_tpc::round_even,
                                     false, 0);
}

namespace lc_tpc {

// The NaN of results, and of stores.
LC_TPC_FN float64 canonical(float64 x) {
  return __builtin_bit_cast(float64, x != x ? int64(0x7FFFFFFF)
                                            : __builtin_bit_cast(int64, x));
}
LC_TPC_FN bfloat128 canonical(bfloat128 x) {
  short128 bits = __builtin_bit_cast(short128, x);
  return __builtin_bit_cast(bfloat128, (bits & short(0x7FFF)) > short(0x7F80)
                                           ? short128(0x7FFF)
                                           : bits);
}
LC_TPC_FN half128 canonical(half128 x) {
  short128 bits = __builtin_bit_cast(short128, x);
  return __builtin_bit_cast(half128, (bits & short(0x7FFF)) > short(0x7C00)
                                         ? short128(0x7FFF)
                                         : bits);
}
LC_TPC_FN float canonical(float x) {
  return x != x ? __builtin_bit_cast(float, 0x7FFFFFFF) : x;
}

// bf16 and f16 by way of f32: even lanes, then odd ones.
LC_TPC_FN float128 widen(bfloat128 x) {
  uint64 bits = __builtin_bit_cast(uint64, x);
  return {__builtin_bit_cast(float64, bits << 16),
          __builtin_bit_cast(float64, bits & 0xFFFF0000u)};
}
LC_TPC_FN uint64 round_bf16(float64 x) {
  uint64 bits = __builtin_bit_cast(uint64, x);
  uint64 magnitude = bits & 0x7FFFFFFFu;
  bits += 0x7FFFu + ((bits >> 16) & 1u);
  bits = magnitude < 0x00800000u ? bits & 0x80000000u : bits;
  return magnitude > 0x7F800000u ? uint64(0x7FFFFFFFu) : bits;
}
LC_TPC_FN bfloat128 narrow(float128 x, bfloat128 *) {
  return __builtin_bit_cast(bfloat128, (round_bf16(x.v1) >> 16) |
                                           (round_bf16(x.v2) & 0xFFFF0000u));
}
LC_TPC_FN half128 flush(half128 x) {
  short128 bits = __builtin_bit_cast(short128, x);
  return __builtin_bit_cast(half128, (bits & short(0x7C00)) == short(0)
                                         ? bits & short(0x8000)
                                         : bits);
}
LC_TPC_FN float128 widen(half128 x) {
  x = flush(x);
  float128 r;
  half even[64], odd[64], all[128];
  __builtin_memcpy(all, &x, sizeof all);
  for (int i = 0; i < 64; ++i) {
    even[i] = all[2 * i];
    odd[i] = all[2 * i + 1];
  }
  typedef half half64 LC_TPC_VECTOR(64);
  half64 e, o;
  __builtin_memcpy(&e, even, sizeof e);
  __builtin_memcpy(&o, odd, sizeof o);
  r.v1 = __builtin_convertvector(e, float64);
  r.v2 = __builtin_convertvector(o, float64);
  return r;
}
LC_TPC_FN half128 narrow(float128 x, half128 *) {
  typedef half half64 LC_TPC_VECTOR(64);
  half64 e = __builtin_convertvector(x.v1, half64);
  half64 o = __builtin_convertvector(x.v2, half64);
  half even[64], odd[64], all[128];
  __builtin_memcpy(even, &e, sizeof even);
  __builtin_memcpy(odd, &o, sizeof odd);
  for (int i = 0; i < 64; ++i) {
    all[2 * i] = even[i];
    all[2 * i + 1] = odd[i];
  }
  half128 r;
  __builtin_memcpy(&r, all, sizeof r);
  return canonical(flush(r));
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_NUMBERS_H
