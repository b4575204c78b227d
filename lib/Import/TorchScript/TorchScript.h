// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads TorchScript programs (.pt), through a library of its own that links
// libtorch.
#ifndef LIB_IMPORT_TORCHSCRIPT_TORCHSCRIPT_H
#define LIB_IMPORT_TORCHSCRIPT_TORCHSCRIPT_H

#include "lib/Import/Aten/ImportOptions.h"
#include "lib/Import/Aten/ProgramBuilder.h"

namespace lcompile::import {

/// Imports the method `forward` of the archive at `path`, traced or scripted.
/// The options' inputs are (name, shape) in the grammar of InputSpec.h; an
/// empty name stands for the input at that position. Inputs without one have
/// the sizes of the example that the model was traced with. Null on error:
/// `error` then says what is wrong, or is empty and `coverage` lists the
/// operators that cannot be imported.
mlir::OwningOpRef<mlir::ModuleOp>
importTorchScript(llvm::StringRef path, mlir::MLIRContext *ctx,
                  const ImportOptions &options, Coverage &coverage,
                  std::string &error);

} // namespace lcompile::import

#endif // LIB_IMPORT_TORCHSCRIPT_TORCHSCRIPT_H
