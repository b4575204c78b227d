// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A careful look at a shared object before the dynamic linker sees it.
#ifndef LCOMPILE_RUNTIME_LOADER_ELF_H
#define LCOMPILE_RUNTIME_LOADER_ELF_H

#include "runtime/base/Error.h"

namespace lcompile::rt {

/// What an artefact needs from others.
struct ElfNeeds {
  static constexpr int capacity = 16;
  const char *libraries[capacity]; // into the file's bytes
  int count;
};

/// Checks that `data` is an x86-64 shared object whose headers, segments,
/// sections and dynamic table lie inside it, and lists DT_NEEDED.
int32_t checkElf(const uint8_t *data, size_t size, const char *name,
                 ElfNeeds &needs, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_ELF_H
