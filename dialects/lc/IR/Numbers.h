// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scalars of control flow that are expressions of sizes.
#ifndef DIALECTS_LC_IR_NUMBERS_H
#define DIALECTS_LC_IR_NUMBERS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"

namespace lcompile::lc {

/// What the integer `number` is, of constants and the function's symbols; null
/// when data decides.
mlir::AffineExpr expressionOf(mlir::Value number);

/// `expr` as an i64.
mlir::Value makeNumber(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::AffineExpr expr);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_NUMBERS_H
