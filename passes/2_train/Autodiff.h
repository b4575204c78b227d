// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reverse-mode differentiation of the operations of a block.
#ifndef PASSES_2_TRAIN_AUTODIFF_H
#define PASSES_2_TRAIN_AUTODIFF_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile {

/// Builds, at `b`, behind the operations of its block, the gradients with
/// respect to `inputs` of the sum over all i of outputs[i] * seeds[i]. All are
/// tensors of floating point; a seed has its output's type, or is null where the
/// output does not count; a gradient has its input's. Inputs without influence get null. Fails with an error at every
/// operation on the way that has no gradient. Loops on the way are replaced.
///
/// An operation without a rule of its own that decomposes is computed again,
/// decomposed, for its gradient: what was fused before stays fused.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
differentiate(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange outputs,
              mlir::ValueRange seeds, mlir::ValueRange inputs);

} // namespace lcompile

#endif // PASSES_2_TRAIN_AUTODIFF_H
