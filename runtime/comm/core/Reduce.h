// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of the ranks' values, with the same bits on every processor.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_REDUCE_H
#define LCOMPILE_RUNTIME_COMM_CORE_REDUCE_H

#include "runtime/base/Error.h"

namespace lcompile::rt::comm {

/// One reduction of `elements` elements: inputs[r] are rank r's values. The
/// result goes to `output`, which may be one of the inputs.
struct Reduction {
  const void *const *inputs;
  uint32_t count; // of inputs, at least 1
  void *output;
  uint64_t elements;
  double scale; // 1, or what sums of floating-point numbers are multiplied by
};

/// As Channel.h says; a result that is not a number is always the same one
/// (quiet, positive, without payload). Checked before by checkReduction.
void reduce(uint32_t dtype, uint32_t reduction, const Reduction &what);

/// LC_INVALID_ARGUMENT for a combination that has no meaning.
int32_t checkReduction(uint32_t dtype, uint32_t reduction, double scale,
                       const char *name, Error error);

/// One function per instruction set, compiled from ReduceLoops.h.
using ReduceFn = void (*)(uint32_t dtype, uint32_t reduction,
                          const Reduction &what);
void reduceBaseline(uint32_t, uint32_t, const Reduction &);
void reduceAvx2(uint32_t, uint32_t, const Reduction &);
void reduceAvx512(uint32_t, uint32_t, const Reduction &);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_REDUCE_H
