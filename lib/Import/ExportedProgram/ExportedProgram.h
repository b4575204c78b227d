// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads programs that torch.export saved (.pt2), without torch.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_EXPORTEDPROGRAM_H
#define LIB_IMPORT_EXPORTEDPROGRAM_EXPORTEDPROGRAM_H

#include "lib/Import/Aten/ImportOptions.h"
#include "lib/Import/Aten/ProgramBuilder.h"

namespace lcompile::import {

/// Imports the archive at `path`; the options' inputs narrow the shapes that it
/// has. The weights that the graph uses go into the
/// session's weight store, mostly as slices of the mapped file. Null on error:
/// `error` then says what is wrong with the file, or is empty and `coverage`
/// lists the operators that cannot be imported.
mlir::OwningOpRef<mlir::ModuleOp>
importExportedProgram(llvm::StringRef path, mlir::MLIRContext *ctx,
                      const ImportOptions &options, Coverage &coverage,
                      std::string &error);

/// A weight in the caller's memory, dense and row-major; it must outlive the
/// session.
struct GivenWeight {
  std::string name;  // as the signature calls it
  std::string dtype; // "f32"
  std::vector<int64_t> sizes;
  const void *data;
};

/// The same program form as text, without an archive: parameters, buffers and
/// constants that are not among `weights` are inputs, under their names in the
/// signature. For `marksParameters` see ImportOptions.
mlir::OwningOpRef<mlir::ModuleOp>
importGraphJson(llvm::StringRef json, mlir::MLIRContext *ctx,
                Coverage &coverage, std::string &error,
                llvm::ArrayRef<GivenWeight> weights = {},
                bool marksParameters = false);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_EXPORTEDPROGRAM_H
