// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a function updates its states: for passes that move updates.
#ifndef DIALECTS_LC_IR_STATEUPDATES_H
#define DIALECTS_LC_IR_STATEUPDATES_H

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace lcompile::lc {

/// The inputs that each operation of the outermost block gives new values for
/// (`lc.alias`).
llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>>
findWriters(mlir::FunctionOpInterface function);

/// The operations of the outermost block that read each input, or hold one that
/// does, but for those that `leftOut` holds for.
llvm::DenseMap<mlir::Value, llvm::DenseSet<mlir::Operation *>>
findReaders(mlir::FunctionOpInterface function,
            llvm::function_ref<bool(mlir::Operation *)> leftOut);

/// What updates need beside gradients: operations that nothing but updates (and
/// the end) reads, and that follow from states and numbers, not from batches:
/// slices of parameters, the rates of a step. Those that read others come
/// first.
llvm::SetVector<mlir::Operation *>
findUpdateHelpers(mlir::FunctionOpInterface function,
                  llvm::function_ref<bool(mlir::Operation *)> isUpdate);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_STATEUPDATES_H
