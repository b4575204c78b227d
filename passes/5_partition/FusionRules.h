// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What may be computed in one generated kernel.
#ifndef PASSES_5_PARTITION_FUSIONRULES_H
#define PASSES_5_PARTITION_FUSIONRULES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SetVector.h"

namespace lcompile {

/// The operations of a kernel; the first is its root, what it is made for.
using Group = llvm::SetVector<mlir::Operation *>;

/// Costs nothing to compute again: a change of place or a number.
bool isFree(mlir::Operation *op);

/// One addition or multiplication of a tensor by what is repeated along it,
/// like x - mean: whoever reads the result from memory could read the tensor.
bool isShift(mlir::Operation *op);

/// Writes a part of the memory of operand 0, which has to be a tensor of its
/// own.
bool updates(mlir::Operation *op, mlir::Value operand);

/// True for what generated kernels compute.
bool canGenerate(mlir::Operation *op);

/// True when `op`, all users of which `group` holds, is computed there as
/// cheaply as in a kernel of its own.
bool canJoin(mlir::Operation *op, const Group &group);

/// True when the kernel of `group` may store `op` as a result of its own: it
/// computes both, element by element, in one place, and whoever else reads
/// `op` comes behind the kernel.
bool canBeResult(mlir::Operation *op, const Group &group);

/// True when both groups reduce the same rows of columns that lie side by side,
/// of a tensor that both read, so that one walk over the rows is cheaper, and
/// nobody wants the result of `earlier` before `later` is there.
bool canWalkTogether(const Group &later, const Group &earlier);

} // namespace lcompile

#endif // PASSES_5_PARTITION_FUSIONRULES_H
