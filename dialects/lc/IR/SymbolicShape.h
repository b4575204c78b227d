// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes of tensors as affine expressions of the function's symbols.
#ifndef DIALECTS_LC_IR_SYMBOLICSHAPE_H
#define DIALECTS_LC_IR_SYMBOLICSHAPE_H

#include "dialects/lc/IR/LcDialect.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir {
/// Lets diagnostics take sizes like any other value.
inline Diagnostic &operator<<(Diagnostic &diagnostic, AffineExpr expr) {
  std::string text;
  llvm::raw_string_ostream(text) << expr;
  return diagnostic << text;
}
} // namespace mlir

namespace lcompile::lc {

using Dims = llvm::SmallVector<mlir::AffineExpr>;

/// One expression for each dimension of `type`: a constant where it is static,
/// null where it is dynamic and the type carries no expression.
Dims getDims(mlir::RankedTensorType type);
Dims getDims(mlir::Value tensor);

/// The tensor type with these sizes: static where an expression is constant,
/// with a `#lc.dims` encoding when any is not. Null expressions give `?`.
mlir::RankedTensorType makeTensorType(llvm::ArrayRef<mlir::AffineExpr> dims,
                                      mlir::Type element);

/// `type` with another element type.
mlir::RankedTensorType withElement(mlir::RankedTensorType type,
                                   mlir::Type element);

/// True when something is divided by an expression of symbols or dimensions.
/// MLIR's simplification takes a quotient and a remainder of the same operands
/// for one value, so such expressions must not be given to it.
bool dividesBySymbols(mlir::AffineExpr expr);

/// Simplified forms of the usual arithmetic; null operands give null.
mlir::AffineExpr simplify(mlir::AffineExpr expr);
mlir::AffineExpr constant(mlir::MLIRContext *ctx, int64_t value);

/// True when the two are equal for all values of the symbols.
bool provablyEqual(mlir::AffineExpr lhs, mlir::AffineExpr rhs);

/// True when the two are unequal for all values of the symbols; null
/// (unknown) expressions are never provably unequal.
bool provablyDifferent(mlir::AffineExpr lhs, mlir::AffineExpr rhs);

bool isConstant(mlir::AffineExpr expr, int64_t value);
std::optional<int64_t> getConstant(mlir::AffineExpr expr);

/// The product of the sizes; null when one is unknown.
mlir::AffineExpr numElements(llvm::ArrayRef<mlir::AffineExpr> dims,
                             mlir::MLIRContext *ctx);

/// The symbols that a function declares in `lc.symbols`.
llvm::SmallVector<SymbolAttr> getSymbols(mlir::Operation *function);

/// Inclusive bounds of `expr` when symbol i lies in ranges[i].
/// Unbounded or unknown: INT64_MIN or INT64_MAX.
struct Range {
  int64_t min, max;
};
Range boundsOf(mlir::AffineExpr expr, llvm::ArrayRef<SymbolAttr> symbols);

/// Value of `expr` for these values of the symbols.
int64_t evaluate(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> symbols);

/// Prints `expr` with the symbols' names: "batch * 4 + 1".
std::string toText(mlir::AffineExpr expr, llvm::ArrayRef<SymbolAttr> symbols);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_SYMBOLICSHAPE_H
