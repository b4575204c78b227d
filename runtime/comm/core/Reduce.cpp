// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which reductions there are, and which code runs them here.
#include "runtime/comm/core/Reduce.h"

#include "lcompile-c/Channel.h"
#include "lcompile-c/Types.h"
#include "runtime/base/Isa.h"

namespace lcompile::rt::comm {

int32_t checkReduction(uint32_t dtype, uint32_t reduction, double scale,
                       const char *name, Error error) {
  if (reduction < LC_REDUCTION_SUM || reduction > LC_REDUCTION_MAX)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: reduction %u is none that "
                "this version knows",
                name, reduction);
  if (dtype == LC_DTYPE_BOOL && reduction == LC_REDUCTION_SUM)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: bool values have no sum; max "
                "is true where any rank's is, min where all are",
                name);
  bool floating = dtype == LC_DTYPE_F32 || dtype == LC_DTYPE_F64 ||
                  dtype == LC_DTYPE_F16 || dtype == LC_DTYPE_BF16;
  if (scale != 1 && (!floating || reduction != LC_REDUCTION_SUM))
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: only sums of floating-point "
                "values can be scaled, not %s",
                name, lc_dtype_name(dtype));
  return LC_OK;
}

void reduce(uint32_t dtype, uint32_t reduction, const Reduction &what) {
  // Asked once; every thread would find the same.
  static ReduceFn chosen;
  ReduceFn run = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (!run) {
    uint64_t isa = hostIsa();
    run = isa & LC_ISA_AVX512 ? reduceAvx512
          : isa & LC_ISA_AVX2 ? reduceAvx2
                              : reduceBaseline;
    __atomic_store_n(&chosen, run, __ATOMIC_RELAXED);
  }
  run(dtype, reduction, what);
}

} // namespace lcompile::rt::comm
