// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cache of plans: few entries, so a linear search is the fastest one.
#include "runtime/loader/Plans.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

bool Plans::init(const lc_function_t &f) {
  function = &f;
  slots = f.n_symbols ? capacity : 1;
  // One value more, so that functions without symbols and plan work alike.
  size_t entry = size_t(f.n_symbols) + f.n_plan + 1;
  memory = static_cast<int64_t *>(
      calloc(entry * slots + f.n_symbols + 1, sizeof(int64_t)));
  if (!memory)
    return false;
  wantedSymbols = memory + entry * slots;
  return true;
}

void Plans::destroy() { free(memory); }

void Plans::find() {
  size_t entry = size_t(function->n_symbols) + function->n_plan + 1;
  size_t key = function->n_symbols * sizeof(int64_t);
  ++clock;
  uint32_t victim = 0;
  for (uint32_t i = 0; i < used; ++i) {
    int64_t *candidate = memory + i * entry;
    if (!memcmp(candidate, wantedSymbols, key)) {
      lastUse[i] = clock;
      current = candidate;
      return;
    }
    if (lastUse[i] < lastUse[victim])
      victim = i;
  }
  if (used < slots)
    victim = used++;
  current = memory + victim * entry;
  lastUse[victim] = clock;
  memcpy(current, wantedSymbols, key);
  if (function->plan)
    function->plan(current, current + function->n_symbols);
}

} // namespace lcompile::rt
