// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages in caller-provided memory.
#include "runtime/base/Error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

namespace lcompile::rt {

int32_t fail(Error error, lc_code_t code, const char *format, ...) {
  if (error.text && error.size) {
    va_list args;
    va_start(args, format);
    vsnprintf(error.text, error.size, format, args);
    va_end(args);
  }
  return code;
}

void amend(Error error, const char *format, ...) {
  if (!error.text || !error.size)
    return;
  size_t used = strnlen(error.text, error.size);
  if (used == error.size)
    return;
  va_list args;
  va_start(args, format);
  vsnprintf(error.text + used, error.size - used, format, args);
  va_end(args);
}

} // namespace lcompile::rt
