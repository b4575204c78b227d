// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients through branches and loops.
#ifndef PASSES_2_TRAIN_AUTODIFFREGIONS_H
#define PASSES_2_TRAIN_AUTODIFFREGIONS_H

#include "dialects/lc/IR/GradientBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace lcompile {

/// A branch of the same condition behind it, in which the taken side is
/// computed again for its gradients.
mlir::LogicalResult differentiateIf(mlir::scf::IfOp op, lc::GradientBuilder &g);

/// A loop behind it that runs the rounds backwards, each computed again from
/// what it began with. The loop itself is replaced by one that keeps that.
/// Fails when the number of rounds is not an expression of sizes.
mlir::LogicalResult differentiateFor(mlir::scf::ForOp op,
                                     lc::GradientBuilder &g);

} // namespace lcompile

#endif // PASSES_2_TRAIN_AUTODIFFREGIONS_H
