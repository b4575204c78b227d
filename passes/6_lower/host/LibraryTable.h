// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of library operations as an attribute of the module.
#ifndef PASSES_6_LOWER_HOST_LIBRARYTABLE_H
#define PASSES_6_LOWER_HOST_LIBRARYTABLE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "passes/6_lower/cpu/LibraryOp.h"

namespace lcompile {

/// Describes `op` as a dictionary with the fields of lc_library_op_t. Sizes
/// that are not constant become -1 - i, where i is the index that `planIndex`
/// gives to an expression. `weightsConstant` is an index of a constant, or -1.
mlir::DictionaryAttr
libraryOpAttr(const LibraryOp &op, int64_t weightsConstant,
              llvm::ArrayRef<int> postOpBuffers,
              llvm::function_ref<int64_t(mlir::AffineExpr)> planIndex,
              mlir::MLIRContext *ctx);

/// The lc_dtype_t of an element type.
lc_dtype_t dtypeOf(mlir::Type element);

/// Reads one back, for emission.
lc_library_op_t libraryOpFromAttr(mlir::DictionaryAttr attr);

} // namespace lcompile

#endif // PASSES_6_LOWER_HOST_LIBRARYTABLE_H
