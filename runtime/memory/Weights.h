// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weights of an artefact, embedded or mapped from the file beside it.
#ifndef LCOMPILE_RUNTIME_MEMORY_WEIGHTS_H
#define LCOMPILE_RUNTIME_MEMORY_WEIGHTS_H

#include "runtime/base/Error.h"

namespace lcompile::rt {

struct Weights {
  const uint8_t *data = nullptr;
  size_t size = 0;
  bool mapped = false;     // by us, to be unmapped
  bool fileBacked = false; // pages that are dropped come back from a file
  char *path = nullptr;    // owned; NULL when embedded
};

/// Finds, maps read-only and checks the weights of `executable`. `path` may be
/// NULL: beside the artefact. Size, header and build id are always checked; all
/// bytes when `verify` is set.
int32_t openWeights(const lc_executable_t &executable, const char *path,
                    const char *artefactPath, bool verify, Weights &weights,
                    Error error);

/// Lets go of the pages inside [data, data + size), which come back from their
/// file if ever read again. Returns the bytes let go.
size_t releasePages(const Weights &weights, const void *data, size_t size);

void closeWeights(Weights &weights);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_MEMORY_WEIGHTS_H
