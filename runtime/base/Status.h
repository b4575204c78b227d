// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lc_status_t as the implementation sees it.
#ifndef LCOMPILE_RUNTIME_BASE_STATUS_H
#define LCOMPILE_RUNTIME_BASE_STATUS_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// A status of `code` (not LC_OK) with a copy of `message`. Never NULL: when
/// memory is out, a static status says so.
lc_status_t makeStatus(int32_t code, const char *message);

/// NULL for LC_OK.
inline lc_status_t toStatus(int32_t code, const ErrorBuffer &error) {
  return code == LC_OK ? nullptr : makeStatus(code, error.text);
}

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_STATUS_H
