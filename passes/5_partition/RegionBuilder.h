// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Wraps operations of one block into a kernel.region.
#ifndef PASSES_5_PARTITION_REGIONBUILDER_H
#define PASSES_5_PARTITION_REGIONBUILDER_H

#include "dialects/kernel/IR/KernelDialect.h"
#include "llvm/ADT/SetVector.h"

namespace lcompile {

/// Moves copies of `ops` (any order, one block) into a new region in front of
/// `before`, and replaces the uses of `results` outside of the group.
/// Operations of the group without other uses are erased.
kernel::RegionOp wrapInRegion(const llvm::SetVector<mlir::Operation *> &ops,
                              mlir::ValueRange results, kernel::Unit unit,
                              mlir::Operation *before);

/// True for an operation that a region holds already.
inline bool isInRegion(mlir::Operation *op) {
  return op->getParentOfType<kernel::RegionOp>() != nullptr;
}

} // namespace lcompile

#endif // PASSES_5_PARTITION_REGIONBUILDER_H
