// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The comparison behind --expect.
#include "runtime/launcher/Compare.h"

#include "runtime/launcher/Values.h"

#include <string.h>

namespace lcompile::rt {

namespace {
double defaultRtol(uint32_t dtype) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return 1e-4;
  case LC_DTYPE_F64:
    return 1e-8;
  case LC_DTYPE_F16:
  case LC_DTYPE_BF16:
    return 1e-2;
  default:
    return 0;
  }
}

double magnitude(double value) { return value < 0 ? -value : value; }

/// Infinite when the two are not comparable numbers and not the same.
double difference(double found, double expected) {
  if (__builtin_isnan(found) && __builtin_isnan(expected))
    return 0;
  if (found == expected)
    return 0;
  double error = magnitude(found - expected);
  return __builtin_isnan(error) ? __builtin_inf() : error;
}

bool sameShape(const lc_tensor_t &a, const lc_tensor_t &b) {
  return a.rank == b.rank &&
         (!a.rank || !memcmp(a.dims, b.dims, a.rank * sizeof(int64_t)));
}
} // namespace

int32_t compare(const char *name, const lc_tensor_t &found,
                const lc_tensor_t &expected, double rtol, double atol,
                Comparison &result, Error error) {
  if (!sameShape(found, expected) ||
      isFloat(found.dtype) != isFloat(expected.dtype)) {
    char a[320], b[320];
    formatShape(expected, a, sizeof a);
    formatShape(found, b, sizeof b);
    return fail(error, LC_INVALID_ARGUMENT,
                "output '%s': expected %s, found %s", name, a, b);
  }
  result = {};
  int64_t count = elementCount(found);
  for (int64_t i = 0; i < count; ++i) {
    double value = magnitude(loadElement(expected.dtype, expected.data, i));
    if (__builtin_isfinite(value) && value > result.range)
      result.range = value;
  }
  if (rtol < 0)
    rtol = defaultRtol(found.dtype);
  result.tolerance = (atol < 0 ? 0 : atol) + rtol * result.range;
  for (int64_t i = 0; i < count; ++i) {
    double f = loadElement(found.dtype, found.data, i);
    double e = loadElement(expected.dtype, expected.data, i);
    double d = difference(f, e);
    result.mismatches += d > result.tolerance;
    if (d > result.maxError || i == 0) {
      result.maxError = d;
      result.position = i;
      result.found = f;
      result.expected = e;
    }
  }
  return LC_OK;
}

} // namespace lcompile::rt
