// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comparing an output with what was expected.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_COMPARE_H
#define LCOMPILE_RUNTIME_LAUNCHER_COMPARE_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// The result: every |found - expected| must be at most
/// `tolerance` = atol + rtol * `range`, where range is the largest finite
/// |expected|. NaN matches NaN only, infinities match themselves only.
struct Comparison {
  double maxError, range, tolerance, found, expected;
  int64_t position;   // of the largest error, flat
  int64_t mismatches; // elements out of tolerance
};

/// Negative tolerances mean the defaults of the found dtype: rtol 1e-4 for f32,
/// 1e-8 for f64, 1e-2 for f16 and bf16, 0 for integers; atol 0.
/// LC_INVALID_ARGUMENT when shapes differ or only one of the two is float.
int32_t compare(const char *name, const lc_tensor_t &found,
                const lc_tensor_t &expected, double rtol, double atol,
                Comparison &result, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_COMPARE_H
