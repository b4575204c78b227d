// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the processor can do, asked of the processor itself.
#ifndef LCOMPILE_RUNTIME_BASE_ISA_H
#define LCOMPILE_RUNTIME_BASE_ISA_H

#include "runtime/base/Error.h"

namespace lcompile::rt {

/// LC_ISA_* bits that the processor has and the kernel saves on switches.
uint64_t hostIsa();

/// LC_UNAVAILABLE, naming what is missing, unless `required` can run here. For
/// AMX it also asks the kernel for permission to use the tiles.
int32_t checkIsa(uint64_t required, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_ISA_H
