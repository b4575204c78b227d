// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradient accumulation: a batch in parts, one after the other.
#ifndef PASSES_2_TRAIN_MICROBATCHES_H
#define PASSES_2_TRAIN_MICROBATCHES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile {

/// What `function` computes so far for a batch becomes a loop over `count`
/// batches of that size, which lie behind each other in the first dimension of
/// its inputs (states aside): that is `count` times as large. Inputs of rank 0
/// become vectors. The first output and `gradients` (null ones aside) become
/// sums, of f32 where they are narrower; what outputs update goes from batch to
/// batch. `b` is at the end of the function.
mlir::LogicalResult
loopOverMicroBatches(mlir::func::FuncOp function, int64_t count,
                     llvm::MutableArrayRef<mlir::Value> gradients,
                     mlir::ImplicitLocOpBuilder &b);

} // namespace lcompile

#endif // PASSES_2_TRAIN_MICROBATCHES_H
