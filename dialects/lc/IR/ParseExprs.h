// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of sizes in attributes of all dialects.
#ifndef DIALECTS_LC_IR_PARSEEXPRS_H
#define DIALECTS_LC_IR_PARSEEXPRS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/OpImplementation.h"

namespace lcompile::lc {

/// Expressions of the function's symbols s0, s1, ..., separated by commas.
mlir::ParseResult parseExprs(mlir::AsmParser &parser,
                             llvm::SmallVectorImpl<mlir::AffineExpr> &exprs);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_PARSEEXPRS_H
