// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of executables and lcompile-run.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_OPTIONS_H
#define LCOMPILE_RUNTIME_LAUNCHER_OPTIONS_H

#include "runtime/base/Error.h"

namespace lcompile::rt {

/// The values of an option that may be given several times.
struct Values {
  const char **items = nullptr;
  int count = 0;
};

/// What the command line says. Strings belong to argv.
struct Options {
  Values inputs, outputs, expects, dims;
  const char *function = nullptr;
  const char *weights = nullptr;
  const char *profile = nullptr;
  const char *data = nullptr, *load = nullptr, *save = nullptr,
             *exported = nullptr; // training
  int64_t steps = 0, saveEvery = 0, world = 0, linkBytes = 0;
  double linkLatency = 0, timeout = 0; // microseconds, seconds
  double rtol = -1, atol = -1;         // negative: by dtype
  int64_t threads = 0;
  int64_t iterations = 0; // 0: as many as fit in a second
  bool benchmark = false, info = false, verifyWeights = false;
  bool help = false, helpAll = false;

  /// Whether steps of a training are wanted, or at least its states.
  bool trains() const { return steps || data || exported; }
};

/// Reads argv[1..]. Unknown options are refused with the nearest name.
int32_t parseOptions(int argc, char **argv, Options &options, Error error);
void freeOptions(Options &options);

/// Prints the help, which fits one screen unless it is about all options.
void printHelp(const char *usage, bool all);

/// The one of `count` names (given by `name(context, i)`) nearest to `text`, or
/// NULL when none is near.
const char *nearest(const char *text, int count,
                    const char *(*name)(const void *, int),
                    const void *context);

/// Whole-string numbers; false when `text` is not one.
bool parseInteger(const char *text, int64_t &value);
bool parseNumber(const char *text, double &value);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_OPTIONS_H
