// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of Reduce.h. Included once per instruction set, in files that are
// compiled for it; everything here is local to the file that includes it.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_REDUCELOOPS_H
#define LCOMPILE_RUNTIME_COMM_CORE_REDUCELOOPS_H

#include "lcompile-c/Channel.h"
#include "runtime/comm/core/Reduce.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

namespace {
using lcompile::rt::comm::Reduction;

template <typename To, typename From> To bitcast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

/// How elements are stored, computed with, and put back: `Wide` has the bits of
/// the result of one rounded operation.
template <typename T> struct Same {
  using Stored = T;
  using Wide = T;
  static Wide widen(Stored value) { return value; }
  static Stored narrow(Wide value) { return value; }
};

struct Single : Same<float> {
  static float narrow(float value) {
    return value == value ? value : bitcast<float>(0x7fc00000u);
  }
};
struct Double : Same<double> {
  static double narrow(double value) {
    return value == value ? value : bitcast<double>(uint64_t(0x7ff8) << 48);
  }
};

struct BFloat16 {
  using Stored = uint16_t;
  using Wide = float;
  static float widen(uint16_t value) {
    return bitcast<float>(uint32_t(value) << 16);
  }
  static uint16_t narrow(float value) {
    uint32_t bits = bitcast<uint32_t>(value);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return uint16_t(value == value ? rounded : 0x7fc0);
  }
};

struct Half {
  using Stored = uint16_t;
  using Wide = float;
#ifdef __F16C__
  static float widen(uint16_t value) { return float(bitcast<_Float16>(value)); }
  static uint16_t narrow(float value) {
    return value == value ? bitcast<uint16_t>(_Float16(value))
                          : uint16_t(0x7e00);
  }
#else
  static float widen(uint16_t value) {
    // A product with a power of two moves the exponent, subnormals too.
    uint32_t sign = uint32_t(value & 0x8000) << 16, rest = value & 0x7fff;
    float scaled = bitcast<float>(rest << 13) * bitcast<float>(0x77800000u);
    uint32_t bits = bitcast<uint32_t>(scaled);
    return bitcast<float>(sign |
                          (rest < 0x7c00 ? bits : 0x7f800000 | rest << 13));
  }
  static uint16_t narrow(float value) {
    uint32_t bits = bitcast<uint32_t>(value), sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    if (value != value)
      return 0x7e00;
    if (bits >= 0x477ff000) // rounds to 65536 or more
      return uint16_t(sign | 0x7c00);
    if (bits < 0x38800000) // subnormal: the addition rounds at the right bit
      return uint16_t(sign | bitcast<uint32_t>(bitcast<float>(bits) + 0.5f) -
                                 0x3f000000);
    bits += 0xfff + (bits >> 13 & 1);
    return uint16_t(sign | ((bits >> 13) - (112 << 10)));
  }
#endif
};

/// Integers wrap around: they are computed with as unsigned ones.
template <typename T, typename Unsigned> struct Integer {
  using Stored = T;
  using Wide = T;
  using Bits = Unsigned;
  static T widen(T value) { return value; }
  static T narrow(T value) { return value; }
};

template <typename Type> struct Sum {
  static typename Type::Wide apply(typename Type::Wide a,
                                   typename Type::Wide b) {
    if constexpr (requires { typename Type::Bits; })
      return
          typename Type::Wide(typename Type::Bits(a) + typename Type::Bits(b));
    else
      return a + b;
  }
};
template <typename Type> struct Product {
  static typename Type::Wide apply(typename Type::Wide a,
                                   typename Type::Wide b) {
    if constexpr (requires { typename Type::Bits; })
      return typename Type::Wide(uint64_t(typename Type::Bits(a)) *
                                 uint64_t(typename Type::Bits(b)));
    else
      return a * b;
  }
};
/// b != b is true for NaN alone; once a is NaN, every comparison is false.
template <typename Type> struct Minimum {
  static typename Type::Wide apply(typename Type::Wide a,
                                   typename Type::Wide b) {
    return b < a || b != b ? b : a;
  }
};
template <typename Type> struct Maximum {
  static typename Type::Wide apply(typename Type::Wide a,
                                   typename Type::Wide b) {
    return b > a || b != b ? b : a;
  }
};

template <typename Type, typename Op> void loop(const Reduction &what) {
  using Stored = typename Type::Stored;
  using Wide = typename Type::Wide;
  constexpr uint64_t block = 512; // sums stay in the first-level cache
  alignas(64) Wide sum[block];
  auto *output = static_cast<Stored *>(what.output);
  for (uint64_t at = 0; at < what.elements; at += block) {
    uint64_t left = what.elements - at, count = left < block ? left : block;
    auto *input = static_cast<const Stored *>(what.inputs[0]) + at;
    for (uint64_t i = 0; i < count; ++i)
      sum[i] = Type::widen(input[i]);
    for (uint32_t rank = 1; rank < what.count; ++rank) {
      input = static_cast<const Stored *>(what.inputs[rank]) + at;
      for (uint64_t i = 0; i < count; ++i)
        sum[i] = Op::apply(sum[i], Type::widen(input[i]));
    }
    if (what.scale != 1) {
      Wide scale = Wide(what.scale);
      for (uint64_t i = 0; i < count; ++i)
        sum[i] = Wide(sum[i] * scale);
    }
    for (uint64_t i = 0; i < count; ++i)
      output[at + i] = Type::narrow(sum[i]);
  }
}

template <typename Type>
void byReduction(uint32_t reduction, const Reduction &what) {
  switch (reduction) {
  case LC_REDUCTION_SUM:
    return loop<Type, Sum<Type>>(what);
  case LC_REDUCTION_PROD:
    return loop<Type, Product<Type>>(what);
  case LC_REDUCTION_MIN:
    return loop<Type, Minimum<Type>>(what);
  case LC_REDUCTION_MAX:
    return loop<Type, Maximum<Type>>(what);
  }
}

inline void byDtype(uint32_t dtype, uint32_t reduction, const Reduction &what) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return byReduction<Single>(reduction, what);
  case LC_DTYPE_F64:
    return byReduction<Double>(reduction, what);
  case LC_DTYPE_F16:
    return byReduction<Half>(reduction, what);
  case LC_DTYPE_BF16:
    return byReduction<BFloat16>(reduction, what);
  case LC_DTYPE_I64:
    return byReduction<Integer<int64_t, uint64_t>>(reduction, what);
  case LC_DTYPE_I32:
    return byReduction<Integer<int32_t, uint32_t>>(reduction, what);
  case LC_DTYPE_I16:
    return byReduction<Integer<int16_t, uint16_t>>(reduction, what);
  case LC_DTYPE_I8:
    return byReduction<Integer<int8_t, uint8_t>>(reduction, what);
  case LC_DTYPE_U8:
  case LC_DTYPE_BOOL:
    return byReduction<Integer<uint8_t, uint8_t>>(reduction, what);
  }
}
} // namespace

#endif // LCOMPILE_RUNTIME_COMM_CORE_REDUCELOOPS_H
