// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists of index tensors, as x[i, :, j] reads and writes them.
#ifndef LIB_IMPORT_ATEN_RULES_INDICES_H
#define LIB_IMPORT_ATEN_RULES_INDICES_H

#include "lib/Import/Aten/Rules/Helpers.h"

namespace lcompile::import {

/// The index tensors of a call's `indices`, Nones left out.
struct Indices {
  llvm::SmallVector<int64_t> dims; // the dimension of each
  llvm::SmallVector<mlir::Value> tensors;
  bool masks = false; // some are masks; none is converted then

  /// The permutation that moves separated indexed dimensions to the front;
  /// empty when they are neighbours.
  llvm::SmallVector<int64_t> toFront(int64_t rank) const;
};

std::optional<Indices> indicesOf(AtenCall &call, mlir::Value x);
/// `v` as i64 or i32.
mlir::Value asIndices(AtenCall &call, mlir::Value v);
/// `x` with the dimensions from `first` on, one for each index tensor, as one
/// dimension, and the places along it.
std::pair<mlir::Value, mlir::Value>
mergeIndexed(AtenCall &call, mlir::Value x, int64_t first,
             llvm::ArrayRef<mlir::Value> indices);

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_RULES_INDICES_H
