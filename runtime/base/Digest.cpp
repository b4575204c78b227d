// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// XXH3-64, inlined from its header.
#include "runtime/base/Digest.h"

#define XXH_INLINE_ALL
#define XXH_NO_STREAM
#include <xxhash.h>

uint64_t lcompile::rt::digest(const void *data, size_t size) {
  return XXH3_64bits(data, size);
}
