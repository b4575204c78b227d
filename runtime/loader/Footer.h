// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checking the footer of linked artefacts.
#ifndef LCOMPILE_RUNTIME_LOADER_FOOTER_H
#define LCOMPILE_RUNTIME_LOADER_FOOTER_H

#include "lcompile-c/Footer.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// Checks magic, size, digest, version and ISA, in this order, over the bytes
/// of a file. Messages start with `name`.
int32_t checkFooter(const uint8_t *data, size_t size, const char *name,
                    lc_footer_t &footer, Error error);

/// The same for a file, which is mapped meanwhile.
int32_t checkFooter(const char *path, lc_footer_t &footer, Error error);

/// Maps a regular file read-only. LC_INVALID_ARGUMENT when it cannot be read,
/// LC_INCOMPATIBLE when it is empty.
int32_t mapFile(const char *path, const uint8_t **data, size_t *size,
                Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_FOOTER_H
