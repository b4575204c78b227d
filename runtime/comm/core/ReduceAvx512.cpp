// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reductions for x86-64-v4.
#include "runtime/comm/core/ReduceLoops.h"

void lcompile::rt::comm::reduceAvx512(uint32_t dtype, uint32_t reduction,
                                      const Reduction &what) {
  byDtype(dtype, reduction, what);
}
