// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results of a function's plan(), remembered per set of symbol values.
#ifndef LCOMPILE_RUNTIME_LOADER_PLANS_H
#define LCOMPILE_RUNTIME_LOADER_PLANS_H

#include "lcompile-c/Executable.h"

namespace lcompile::rt {

/// A least-recently-used cache of at most `capacity` plans. All memory is taken
/// by init, so memory does not depend on how many shapes are seen.
class Plans {
public:
  static constexpr uint32_t capacity = 32;

  /// False when memory is out.
  bool init(const lc_function_t &function);
  void destroy();

  /// Where the caller puts symbol values before find().
  int64_t *wanted() { return wantedSymbols; }

  /// Makes the plan of wanted() current, computing it when it is not there.
  void find();

  /// Of the current plan. Valid until the next find().
  const int64_t *symbols() const { return current; }
  const int64_t *plan() const { return current + function->n_symbols; }

  uint32_t size() const { return used; }

private:
  const lc_function_t *function = nullptr;
  int64_t *memory = nullptr;
  int64_t *wantedSymbols = nullptr;
  int64_t *current = nullptr;
  uint64_t lastUse[capacity] = {0};
  uint64_t clock = 0;
  uint32_t slots = 0, used = 0;
};

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_PLANS_H
