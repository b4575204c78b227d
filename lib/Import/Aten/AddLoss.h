// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loss behind an imported model, by the rules that models use themselves.
#ifndef LIB_IMPORT_ATEN_ADDLOSS_H
#define LIB_IMPORT_ATEN_ADDLOSS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace lcompile::import {

/// Replaces the outputs of the model's function by a loss of the first of them;
/// what the model updates stays. But for "output" (the first output is the loss)
/// there is one more input, `target`: classes (i64) for cross_entropy, else a
/// tensor like the output. Classes are the last dimension of outputs with up to
/// three dimensions and dimension 1 of images. Errors: an unknown name, outputs
/// that the loss cannot take.
llvm::Error addLoss(mlir::ModuleOp module, llvm::StringRef loss);

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_ADDLOSS_H
