// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The objects behind the handles of lcompile-c/Runtime.h.
#ifndef LCOMPILE_RUNTIME_API_API_H
#define LCOMPILE_RUNTIME_API_API_H

#include "lcompile-c/Runtime.h"

/// Counted by its opener and its instances.
struct lc_artefact_s {
  const lc_executable_t *executable;
  char *path;   // owned; "" for a wrapped one
  void *handle; // from dlopen, or NULL
  uint32_t references;
  void (*closeHandle)(void *handle); // set when there is a handle
};

namespace lcompile::rt {

/// A new artefact with one reference and a copy of `path`; NULL when memory is
/// out.
lc_artefact_t *makeArtefact(const lc_executable_t *executable, const char *path,
                            void *handle, void (*closeHandle)(void *));

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_API_API_H
