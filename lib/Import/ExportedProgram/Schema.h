// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The numbers that the archive's schema uses for types and formats.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_SCHEMA_H
#define LIB_IMPORT_EXPORTEDPROGRAM_SCHEMA_H

#include "lib/Import/ExportedProgram/Json.h"
#include "mlir/IR/BuiltinTypes.h"

namespace lcompile::import {

/// The element type of a ScalarType code; null when there is none.
mlir::Type scalarType(int64_t code, mlir::MLIRContext *ctx);
/// True for the element types that tensors of the lc dialect can have.
bool isSupportedElement(mlir::Type type);
/// "torch.contiguous_format" without "torch."; empty when unknown.
llvm::StringRef memoryFormat(int64_t code);
/// PyTorch's name of an element type: "float32".
std::string torchName(mlir::Type type);
/// The element type that "f32", "i64", "bool" or "float32" names; null when
/// none.
mlir::Type parseElement(llvm::StringRef text, mlir::MLIRContext *ctx);

/// The only schema version that is understood; minor versions only add.
inline constexpr int64_t schemaMajor = 8, schemaMinor = 20;

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_SCHEMA_H
