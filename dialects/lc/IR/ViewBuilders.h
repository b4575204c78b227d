// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for passes that change how a tensor is seen.
#ifndef DIALECTS_LC_IR_VIEWBUILDERS_H
#define DIALECTS_LC_IR_VIEWBUILDERS_H

#include "mlir/IR/PatternMatch.h"

namespace lcompile::lc {

/// `type` with dimension perm[i] in place i.
mlir::RankedTensorType permuted(mlir::RankedTensorType type,
                                llvm::ArrayRef<int64_t> perm);
/// lc.permute of `v`: dimension i of the result is dimension perm[i] of `v`.
mlir::Value permute(mlir::OpBuilder &b, mlir::Location loc, mlir::Value v,
                    llvm::ArrayRef<int64_t> perm);
/// lc.reshape of `v` to these sizes.
mlir::Value reshape(mlir::OpBuilder &b, mlir::Location loc, mlir::Value v,
                    llvm::ArrayRef<mlir::AffineExpr> dims);

/// The value that `v` shows through views, or `v` itself.
mlir::Value viewedValue(mlir::Value v);

/// Replaces an operation over images, operand 0 and result of which have
/// channels at dimension 1, by the same with `channels_last` between two
/// permutes.
void moveChannelsLast(mlir::Operation *op, mlir::PatternRewriter &rewriter);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_VIEWBUILDERS_H
