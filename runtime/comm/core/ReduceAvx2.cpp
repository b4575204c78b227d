// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reductions for x86-64-v3.
#include "runtime/comm/core/ReduceLoops.h"

void lcompile::rt::comm::reduceAvx2(uint32_t dtype, uint32_t reduction,
                                    const Reduction &what) {
  byDtype(dtype, reduction, what);
}
