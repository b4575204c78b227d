// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How long operations take, roughly: enough to order them.
#ifndef PASSES_3_DISTRIBUTE_OPERATIONCOST_H
#define PASSES_3_DISTRIBUTE_OPERATIONCOST_H

#include "mlir/IR/Operation.h"

namespace lcompile {

/// Seconds of one core, from shapes alone, so that all ranks say the same;
/// dynamic sizes count as 64.
double computeSeconds(mlir::Operation *op);

/// Bytes of a tensor, dynamic sizes likewise; 0 for other types.
double tensorBytes(mlir::Type type);

/// Seconds of a collective when a rank sends `bytesPerSecond`.
double transferSeconds(mlir::Operation *collective, double bytesPerSecond);

} // namespace lcompile

#endif // PASSES_3_DISTRIBUTE_OPERATIONCOST_H
