// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Inputs and outputs that are added to a function of a model.
#ifndef DIALECTS_LC_IR_FUNCTIONSIGNATURE_H
#define DIALECTS_LC_IR_FUNCTIONSIGNATURE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace lcompile::lc {

/// One more input, the last, under this name.
mlir::Value addInput(mlir::FunctionOpInterface function,
                     mlir::RankedTensorType type, const llvm::Twine &name);

/// One more input that stays from call to call: a state of this kind
/// (LcDialect::stateAttrName) that begins as the weight `initial`, or as zeros.
mlir::Value addState(mlir::FunctionOpInterface function,
                     mlir::RankedTensorType type, const llvm::Twine &name,
                     llvm::StringRef kind, llvm::StringRef initial = "");
/// Says that an input is one.
void markState(mlir::FunctionOpInterface function, unsigned input,
               llvm::StringRef kind, llvm::StringRef initial = "");

/// `value`, which its function knows at its end, as one more output, the last.
void addOutput(mlir::FunctionOpInterface function, mlir::Value value,
               const llvm::Twine &name);

/// The same under the name of `input`, which it updates (`lc.alias`).
void addUpdate(mlir::FunctionOpInterface function, mlir::BlockArgument input,
               mlir::Value value);

/// The line of the model that reads a value first: weights and inputs have none
/// of their own.
mlir::Location locationOfReader(mlir::Value v);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_FUNCTIONSIGNATURE_H
