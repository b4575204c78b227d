// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How runtime code that may not use libstdc++ reports errors.
#ifndef LCOMPILE_RUNTIME_BASE_ERROR_H
#define LCOMPILE_RUNTIME_BASE_ERROR_H

#include "lcompile-c/Executable.h"

namespace lcompile::rt {

/// Where a message goes: `size` bytes at `text`; both may be zero. Messages are
/// cut, never overrun. Cheap to copy.
struct Error {
  char *text = nullptr;
  size_t size = 0;
};

/// An Error with its memory.
struct ErrorBuffer {
  char text[1024] = {0};
  operator Error() { return {text, sizeof text}; }
};

/// Writes a message (printf's format) and returns `code`.
int32_t fail(Error error, lc_code_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Appends to the message that is there already.
void amend(Error error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_ERROR_H
