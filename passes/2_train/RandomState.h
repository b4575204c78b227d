// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the random numbers of a training step come from.
#ifndef PASSES_2_TRAIN_RANDOMSTATE_H
#define PASSES_2_TRAIN_RANDOMSTATE_H

#include "dialects/lc/IR/TensorMath.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace lcompile {

/// Makes lc.philox of every lc.rand of the function: the place is that of the
/// element in row-major order, seed and offset are the two numbers of a state,
/// `random`, which begins as (seed, 0). A site adds its number to the offset,
/// and each call as many as there are sites. Nothing without lc.rand.
void keepRandomState(mlir::FunctionOpInterface function, int64_t seed);

} // namespace lcompile

#endif // PASSES_2_TRAIN_RANDOMSTATE_H
