// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of any dtype as doubles: filling, random numbers, statistics.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_VALUES_H
#define LCOMPILE_RUNTIME_LAUNCHER_VALUES_H

#include "lcompile-c/Types.h"

namespace lcompile::rt {

double loadElement(uint32_t dtype, const void *data, int64_t index);

/// Rounds to nearest for floats; truncates for integers; bool is value != 0.
void storeElement(uint32_t dtype, void *data, int64_t index, double value);

bool isFloat(uint32_t dtype);

int64_t elementCount(const lc_tensor_t &tensor);

/// Uniform in [0, 1), a pure function of its arguments (SplitMix64), so inputs
/// do not depend on order or threads.
double uniform(uint64_t seed, uint64_t stream, uint64_t index);

/// Smallest, largest and mean finite value, and how many are not finite.
struct Statistics {
  double min, max, mean;
  int64_t notFinite;
};
Statistics summarize(const lc_tensor_t &tensor);

/// "4x128xf32".
void formatShape(const lc_tensor_t &tensor, char *text, size_t size);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_VALUES_H
