// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that lists backends.
#include "runtime/hal/Backend.h"

#include <string.h>

const lc_backend_t *const *lc_backends(uint32_t *count) {
  static const lc_backend_t *list[2];
  // Both threads of a race write the same.
  list[0] = lc_cpu_backend();
  list[1] = lc_null_backend();
  *count = sizeof list / sizeof list[0];
  return list;
}

const lc_backend_t *lc_backend_find(const char *name) {
  uint32_t count;
  const lc_backend_t *const *list = lc_backends(&count);
  for (uint32_t i = 0; i < count; ++i)
    if (!strcmp(list[i]->name, name))
      return list[i];
  return nullptr;
}
