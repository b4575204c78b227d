// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What may be in the IR after each stage.
#ifndef PASSES_PIPELINES_GATES_H
#define PASSES_PIPELINES_GATES_H

#include "mlir/IR/BuiltinOps.h"

namespace lcompile {

/// Checks the IR after `stage` ("import", "normalize", ...) against the table
/// of what is legal there, and that every tensor has known sizes. Emits one
/// error, at the first operation that is not legal, with the stage and what
/// should have removed it.
mlir::LogicalResult verifyGate(mlir::ModuleOp module, llvm::StringRef stage);

} // namespace lcompile

#endif // PASSES_PIPELINES_GATES_H
