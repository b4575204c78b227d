// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Along which dimension of its results a kernel's vectors run.
#ifndef PASSES_6_LOWER_NEST_VECTORAXIS_H
#define PASSES_6_LOWER_NEST_VECTORAXIS_H

#include "dialects/lc/IR/SymbolicShape.h"

namespace lcompile::nest {

/// The dimension of `roots`, tensors of one shape, along which `lanes` elements
/// at once cost least: whole vectors, in memory side by side where they are
/// read and written. -1 when rows are reduced: then vectors run inside of the
/// reduction.
int chooseVectorAxis(llvm::ArrayRef<mlir::Value> roots,
                     llvm::ArrayRef<lc::SymbolAttr> symbols, unsigned lanes);

/// Whether elementwise operations and views alone lead to `v` from a reduction
/// of rows, so that an element of it is a row of what is read.
bool reducesRows(mlir::Value v);

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_VECTORAXIS_H
