// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "NAME[: SHAPE][=VALUE]", the grammar of --input.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_INPUTSPEC_H
#define LCOMPILE_RUNTIME_LAUNCHER_INPUTSPEC_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// How one input comes to be.
struct InputSpec {
  char name[256] = {0}; // "": the only input
  bool hasShape = false;
  uint32_t rank = 0;
  int64_t dims[LC_MAX_RANK] = {0};   // -1: not said ("?")
  uint32_t dtype = LC_DTYPE_INVALID; // INVALID: not said
  enum Kind { random, constant, file } kind = random;
  const char *path = nullptr; // file
  double value = 0;           // constant
  int64_t seed = 0;           // random
  bool hasRange = false;
  double low = 0, high = 0;
};

/// Parses one specification; strings point into `text`.
int32_t parseInput(const char *text, InputSpec &spec, Error error);

/// Fills a dense tensor as the specification says. Floats without a range are
/// uniform in [-1, 1), integers 0 or 1. `stream` tells inputs apart.
void generate(const InputSpec &spec, uint64_t stream,
              const lc_tensor_t &tensor);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_INPUTSPEC_H
