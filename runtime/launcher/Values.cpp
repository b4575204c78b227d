// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions done by hand: the compiler's helpers for half floats live in
// libraries that executables do not link.
#include "runtime/launcher/Values.h"

#include "runtime/base/Error.h"

#include <string.h>

namespace lcompile::rt {

namespace {
template <typename T> T at(const void *data, int64_t index) {
  T value;
  memcpy(&value, static_cast<const char *>(data) + index * int64_t(sizeof(T)),
         sizeof(T));
  return value;
}
template <typename T> void put(void *data, int64_t index, T value) {
  memcpy(static_cast<char *>(data) + index * int64_t(sizeof(T)), &value,
         sizeof(T));
}

float fromBits(uint32_t bits) { return __builtin_bit_cast(float, bits); }
uint32_t toBits(float value) { return __builtin_bit_cast(uint32_t, value); }

float fromHalf(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16, rest = half & 0x7fffu;
  if (rest >= 0x7c00) // infinity, NaN
    return fromBits(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  // Scaling by 2^112 moves the exponent and makes subnormals right.
  float magnitude = fromBits(rest << 13) * 0x1p112f;
  return fromBits(sign | toBits(magnitude));
}

uint16_t toHalf(float value) {
  uint32_t bits = toBits(value), sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000)
    return uint16_t(sign | 0x7e00);
  if (bits >= 0x47800000) // 65536 and above
    return uint16_t(sign | 0x7c00);
  if (bits < 0x38800000) { // subnormal: the sum rounds in the right place
    uint32_t sum = toBits(fromBits(bits) + 0.5f);
    return uint16_t(sign | (sum - 0x3f000000));
  }
  uint32_t odd = bits >> 13 & 1;
  return uint16_t(sign | (bits - 0x38000000 + 0xfff + odd) >> 13);
}

uint16_t toBfloat(float value) {
  uint32_t bits = toBits(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
} // namespace

double loadElement(uint32_t dtype, const void *data, int64_t index) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return double(at<float>(data, index));
  case LC_DTYPE_F64:
    return at<double>(data, index);
  case LC_DTYPE_F16:
    return double(fromHalf(at<uint16_t>(data, index)));
  case LC_DTYPE_BF16:
    return double(fromBits(uint32_t(at<uint16_t>(data, index)) << 16));
  case LC_DTYPE_I64:
    return double(at<int64_t>(data, index));
  case LC_DTYPE_I32:
    return at<int32_t>(data, index);
  case LC_DTYPE_I16:
    return at<int16_t>(data, index);
  case LC_DTYPE_I8:
    return at<int8_t>(data, index);
  default:
    return at<uint8_t>(data, index);
  }
}

void storeElement(uint32_t dtype, void *data, int64_t index, double value) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return put(data, index, float(value));
  case LC_DTYPE_F64:
    return put(data, index, value);
  case LC_DTYPE_F16:
    return put(data, index, toHalf(float(value)));
  case LC_DTYPE_BF16:
    return put(data, index, toBfloat(float(value)));
  case LC_DTYPE_I64:
    return put(data, index, int64_t(value));
  case LC_DTYPE_I32:
    return put(data, index, int32_t(value));
  case LC_DTYPE_I16:
    return put(data, index, int16_t(value));
  case LC_DTYPE_I8:
    return put(data, index, int8_t(value));
  case LC_DTYPE_BOOL:
    return put(data, index, uint8_t(value != 0));
  default:
    return put(data, index, uint8_t(value));
  }
}

bool isFloat(uint32_t dtype) {
  return dtype >= LC_DTYPE_F32 && dtype <= LC_DTYPE_BF16;
}

int64_t elementCount(const lc_tensor_t &tensor) {
  int64_t count = 1;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    count *= tensor.dims[i];
  return count;
}

double uniform(uint64_t seed, uint64_t stream, uint64_t index) {
  uint64_t state = seed * 0x9e3779b97f4a7c15 + stream;
  for (int round = 0; round < 2; ++round) {
    state += (round ? index : 0) + 0x9e3779b97f4a7c15;
    state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
    state = (state ^ state >> 27) * 0x94d049bb133111eb;
    state ^= state >> 31;
  }
  return double(state >> 11) * 0x1p-53;
}

Statistics summarize(const lc_tensor_t &tensor) {
  Statistics result = {0, 0, 0, 0};
  int64_t count = elementCount(tensor), finite = 0;
  for (int64_t i = 0; i < count; ++i) {
    double value = loadElement(tensor.dtype, tensor.data, i);
    if (!__builtin_isfinite(value)) {
      ++result.notFinite;
      continue;
    }
    if (!finite || value < result.min)
      result.min = value;
    if (!finite || value > result.max)
      result.max = value;
    result.mean += value;
    ++finite;
  }
  if (finite)
    result.mean /= double(finite);
  return result;
}

void formatShape(const lc_tensor_t &tensor, char *text, size_t size) {
  Error out = {text, size};
  fail(out, LC_OK, "%s", "");
  for (uint32_t i = 0; i < tensor.rank; ++i)
    amend(out, "%lldx", static_cast<long long>(tensor.dims[i]));
  amend(out, "%s", lc_dtype_name(tensor.dtype));
}

} // namespace lcompile::rt
