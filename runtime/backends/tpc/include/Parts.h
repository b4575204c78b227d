// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts and classes of floats, and the look-up tables of special functions.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_PARTS_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_PARTS_H

#include "Memory.h"
#include "Scalars.h"
#include "TpcTables.h"

namespace lc_tpc {

// Bits of exponent and mantissa by type.
template <class T> struct shape {
  static constexpr int exponent = 8, mantissa = 23;
};
template <> struct shape<bf16> {
  static constexpr int exponent = 8, mantissa = 7;
};
template <> struct shape<half> {
  static constexpr int exponent = 5, mantissa = 10;
};
template <int M> struct shape<float8<M>> {
  static constexpr int exponent = 7 - M, mantissa = M;
};
template <class T> constexpr int bias_of = (1 << (shape<T>::exponent - 1)) - 1;
template <class T>
constexpr unsigned exponents_of = (1u << shape<T>::exponent) - 1;

template <class T> LC_TPC_FN int class_one(T x) {
  constexpr int m = shape<T>::mantissa;
  unsigned b = to_raw(x), low = b & ((1u << m) - 1);
  unsigned e = b >> m & exponents_of<T>;
  bool minus = b >> (m + shape<T>::exponent) & 1;
  if (e == exponents_of<T>)
    return low ? (low >> (m - 1) & 1 ? 1 << 9 : 1 << 8)
               : (minus ? 1 << 0 : 1 << 7);
  if (e == 0)
    return low ? (minus ? 1 << 2 : 1 << 5) : (minus ? 1 << 3 : 1 << 4);
  return minus ? 1 << 1 : 1 << 6;
}
template <class T> LC_TPC_FN int exponent_one(T x, int sw) {
  int e = int(unsigned(to_raw(x)) >> shape<T>::mantissa & exponents_of<T>);
  return sw & SW_BIASED ? e : e - bias_of<T>;
}
// The exponent is a float's field, or an integer (`number`). People write
// integers into float operands, too: bits that are a small integer would be a
// sub-normal float, which has no exponent, so they are what they look like,
// whatever EXP_IS_NUM says.
template <class T>
LC_TPC_FN T form_one(unsigned exponent, unsigned sign, unsigned mantissa,
                     bool number, int sw) {
  constexpr int m = shape<T>::mantissa, top = m + shape<T>::exponent;
  int n = int(exponent << (31 - top)) >> (31 - top);
  bool small = n >= -2 * bias_of<T> && n <= int(exponents_of<T>);
  unsigned e = number || small ? exponent : exponent >> m;
  if (sw & SW_ADD_BIAS)
    e += bias_of<T>;
  unsigned s = sw & SW_SIGN_LSB ? sign : sign >> top;
  if (sw & SW_FORCE_SIGN0)
    s = 0;
  if (sw & SW_FORCE_SIGN1)
    s = 1;
  return from_raw<T>(raw<T>((s & 1) << top | (e & exponents_of<T>) << m |
                            (mantissa & ((1u << m) - 1))));
}

template <class V> LC_TPC_FN signs_of<V> classes(V x) {
  return map<signs_of<V>>(
      [](element<V> e) { return element<signs_of<V>>(class_one(e)); }, x);
}
template <class V> LC_TPC_FN signs_of<V> exponents(V x, int sw) {
  return map<signs_of<V>>(
      [sw](element<V> e) { return element<signs_of<V>>(exponent_one(e, sw)); },
      x);
}
template <class V>
LC_TPC_FN V form(bits_of<V> exponent, bits_of<V> sign, bits_of<V> mantissa,
                 bool number, int sw) {
  return map<V>(
      [number, sw](element<bits_of<V>> e, element<bits_of<V>> s,
                   element<bits_of<V>> m) {
        return form_one<element<V>>(e, s, m, number, sw);
      },
      exponent, sign, mantissa);
}

// The value of a function where its operands are special, else nothing.
struct special {
  bool known;
  float value;
};
constexpr int class_minus_inf = 1 << 0, class_minus = 1 << 1;
constexpr int class_minus_zero = 1 << 2 | 1 << 3;
constexpr int class_plus_zero = 1 << 4 | 1 << 5, class_plus = 1 << 6;
constexpr int class_plus_inf = 1 << 7, class_nan = 1 << 8 | 1 << 9;
constexpr int class_zero = class_minus_zero | class_plus_zero;
constexpr int class_inf = class_minus_inf | class_plus_inf;
constexpr int class_negative = class_minus_inf | class_minus | class_minus_zero;

LC_TPC_OUTLINE special special_value(int a, int b, int function) {
  const float inf = __builtin_inff();
  const float nan = __builtin_bit_cast(float, 0x7FFFFFFF);
  bool minus = a & class_negative;
  float signed_zero = minus ? -0.0f : 0.0f, signed_inf = minus ? -inf : inf;
  bool two = function == SW_DIV || function == SW_POW;
  if (function == SW_POW) { // base, exponent
    if (b & class_zero)
      return {true, 1};
    if ((a | b) & class_nan)
      return {true, nan};
    if (a & class_zero)
      return {true, b & class_negative ? inf : 0.0f};
    if (a & class_inf)
      return {true, b & class_negative ? 0.0f : inf};
    return {false, 0}; // an infinite exponent depends on the base's value
  }
  if ((a | (two ? b : 0)) & class_nan)
    return {true, nan};
  switch (function) {
  case SW_RECIP:
    if (a & class_zero)
      return {true, signed_inf};
    return {(a & class_inf) != 0, signed_zero};
  case SW_RSQRT:
    if (a & class_zero)
      return {true, signed_inf};
    if (minus)
      return {true, nan};
    return {(a & class_plus_inf) != 0, 0};
  case SW_SQRT:
    if (a & class_zero)
      return {true, signed_zero};
    if (minus)
      return {true, nan};
    return {(a & class_plus_inf) != 0, inf};
  case SW_LOG:
    if (a & class_zero)
      return {true, -inf};
    if (minus)
      return {true, nan};
    return {(a & class_plus_inf) != 0, inf};
  case SW_EXP:
    if (a & class_zero)
      return {true, 1};
    return {(a & class_inf) != 0, minus ? 0 : inf};
  case SW_TANH:
    if (a & class_zero)
      return {true, signed_zero};
    return {(a & class_inf) != 0, minus ? -1.0f : 1.0f};
  default: { // a / b
    bool sign = minus != ((b & class_negative) != 0);
    if ((a & class_zero && b & class_zero) || (a & class_inf && b & class_inf))
      return {true, nan};
    if (a & class_zero || b & class_inf)
      return {true, sign ? -0.0f : 0.0f};
    return {(a & class_inf) || (b & class_zero), sign ? -inf : inf};
  }
  }
}
template <class V>
LC_TPC_FN V special_lanes(signs_of<V> a, signs_of<V> b, int function,
                          V income) {
  return map<V>(
      [function](element<signs_of<V>> x, element<signs_of<V>> y,
                 element<V> old) {
        special s = special_value(x, y, function & 7);
        return s.known ? rounded<element<V>>(s.value) : old;
      },
      a, b, income);
}

// Look-ups. An entry is three coefficients around the start of its interval.
enum { lut_default, lut_tanh, lut_sqrt, lut_sin_cos, lut_log };
struct interval {
  unsigned entry;
  float start;
};
LC_TPC_FN interval interval_one(float x, int shift, int variant) {
  unsigned b = __builtin_bit_cast(unsigned, x) & 0x7FFFFFFF;
  unsigned kept = (unsigned)(shift & 31) > 23 ? 23 : (unsigned)(shift & 31);
  unsigned mantissa = (b & 0x7FFFFF) >> kept;
  int exponent = int(b >> 23) - 127;
  float start = __builtin_bit_cast(float, b & ~((1u << kept) - 1)); // of |x|
  switch (variant) {
  case lut_sqrt:
    return {mantissa | unsigned(exponent & 1) << (23 - kept), start};
  case lut_log:
    return {mantissa + (exponent == 0 ? 0u : 1u << (23 - kept)), start};
  case lut_tanh: {
    // 32 intervals below 2^-4 and in each octave up to 8.
    unsigned octave = exponent < -4 ? 0 : exponent > 2 ? 7 : exponent + 5;
    if (octave == 0) {
      unsigned i = unsigned(__builtin_bit_cast(float, b) * 512);
      return {i, float(i) * (1.0f / 512)};
    }
    if (exponent > 2)
      return {255, 7.875f};
    return {octave * 32 + ((b & 0x7FFFFF) >> 18),
            __builtin_bit_cast(float, b & ~0x3FFFFu)};
  }
  case lut_sin_cos: { // 64 intervals of 1/64; the kernel adds 64 for cos
    float x = __builtin_bit_cast(float, b);
    unsigned i = x < 1 ? unsigned(x * 64) : 63;
    return {i, float(i) * (1.0f / 64)};
  }
  default:
    return {mantissa, start};
  }
}
LC_TPC_FN uint64_float64 intervals(float64 x, int shift, int variant) {
  float in[64], start[64];
  unsigned entry[64];
  uint64_float64 r;
  __builtin_memcpy(in, &x, sizeof in);
  for (int i = 0; i < 64; ++i) {
    interval v = interval_one(in[i], shift, variant >> 13 & 7);
    entry[i] = v.entry;
    start[i] = v.start;
  }
  __builtin_memcpy(&r.v1, entry, sizeof entry);
  __builtin_memcpy(&r.v2, start, sizeof start);
  return r;
}

// The coefficients of a bank, or of the user's table in the same layout.
LC_TPC_FN const float (*bank(int id, int sw))[3] {
  if (sw & SW_LUT_PTR && here.user_table)
    return (const float (*)[3])here.user_table;
  switch (id) {
  case 0:
    return table_tanh;
  case 1:
    return table_rsqrt;
  case 2:
    return table_log2;
  case 128:
    return table_sqrt;
  case 129:
    return table_rcp;
  case 130:
    return table_sin_cos;
  case 256:
    return table_pow2;
  default:
    return nullptr;
  }
}
LC_TPC_OUTLINE void look_up(float *out, const unsigned *entry, int id, int sw,
                            int coefficient) {
  const float (*table)[3] = bank(id, sw);
  if (!table)
    return fault("a look-up in a table that does not exist", 0);
  unsigned last = (256u >> (id >> 7 & 3)) - 1;
  for (int i = 0; i < 64; ++i)
    out[i] = table[entry[i] & last][coefficient];
}
LC_TPC_FN float64 look_up(uint64 entry, int id, int sw, int coefficient) {
  float64 r = {};
  look_up((float *)&r, (const unsigned *)&entry, id, sw, coefficient);
  return r;
}
LC_TPC_FN float128 look_up2(uint64 entry, int id, int sw) {
  return {look_up(entry, id, sw, 1), look_up(entry, id, sw, 2)};
}
LC_TPC_FN void use_table(int number, int line) {
  if (const lc_tpc_tensor_t *t = tensor_at(number, line))
    here.user_table = t->data;
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_PARTS_H
