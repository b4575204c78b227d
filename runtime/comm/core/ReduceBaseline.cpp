// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reductions for any x86-64 processor.
#include "runtime/comm/core/ReduceLoops.h"

void lcompile::rt::comm::reduceBaseline(uint32_t dtype, uint32_t reduction,
                                        const Reduction &what) {
  byDtype(dtype, reduction, what);
}
