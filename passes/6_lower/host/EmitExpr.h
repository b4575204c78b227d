// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes and offsets as i64 arithmetic of the host program.
#ifndef PASSES_6_LOWER_HOST_EMITEXPR_H
#define PASSES_6_LOWER_HOST_EMITEXPR_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile {

/// Builds `expr`, which has no dimensions; `symbol` gives the value of symbol
/// i.
mlir::Value emitExpr(mlir::ImplicitLocOpBuilder &b, mlir::AffineExpr expr,
                     llvm::function_ref<mlir::Value(unsigned)> symbol);

} // namespace lcompile

#endif // PASSES_6_LOWER_HOST_EMITEXPR_H
