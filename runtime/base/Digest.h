// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The digest of artefacts and weights: XXH3-64.
#ifndef LCOMPILE_RUNTIME_BASE_DIGEST_H
#define LCOMPILE_RUNTIME_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

namespace lcompile::rt {

/// XXH3-64 with seed 0 of `size` bytes.
uint64_t digest(const void *data, size_t size);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_DIGEST_H
