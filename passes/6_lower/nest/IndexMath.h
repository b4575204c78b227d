// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arithmetic on places: affine expressions over loop axes with known sizes.
#ifndef PASSES_6_LOWER_NEST_INDEXMATH_H
#define PASSES_6_LOWER_NEST_INDEXMATH_H

#include "dialects/lc/IR/SymbolicShape.h"

namespace lcompile::nest {

/// For each dimension d_i the number of values it takes, 0 <= d_i < sizes[i];
/// null when unknown. And the symbols' ranges.
struct Bounds {
  llvm::SmallVector<mlir::AffineExpr> sizes;
  llvm::SmallVector<lc::SymbolAttr> symbols;
};

/// Simplifies with the knowledge of the bounds: (d0 * 64 + d1) mod 64 is d1
/// when d1 < 64, also where the divisor is symbolic.
mlir::AffineExpr simplify(mlir::AffineExpr expr, const Bounds &bounds);

/// True when lhs < rhs for all values within the bounds.
bool provablyBelow(mlir::AffineExpr lhs, mlir::AffineExpr rhs,
                   const Bounds &bounds);
bool provablyNotNegative(mlir::AffineExpr expr, const Bounds &bounds);

/// By how much `expr` grows when d_axis grows by 1, if that is always the same.
std::optional<int64_t> strideAlong(mlir::AffineExpr expr, unsigned axis,
                                   const Bounds &bounds);

/// The same as an expression of the symbols; null when it differs from place to
/// place.
mlir::AffineExpr symbolicStride(mlir::AffineExpr expr, unsigned axis,
                                const Bounds &bounds);

/// The row-major offset of a place in a tensor of these sizes.
mlir::AffineExpr linearize(llvm::ArrayRef<mlir::AffineExpr> place,
                           llvm::ArrayRef<mlir::AffineExpr> sizes,
                           mlir::MLIRContext *ctx);

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_INDEXMATH_H
