// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Locations of model operations: source line, module and ATen operator.
#ifndef LIB_SUPPORT_MODELLOCATION_H
#define LIB_SUPPORT_MODELLOCATION_H

#include "mlir/IR/Location.h"
#include <string>

namespace lcompile {

/// Where an operation comes from. Empty parts are unknown.
struct ModelLocation {
  std::string file; // as Python knows it
  unsigned line = 0;
  std::string module; // "encoder.layer.3.attention"
  std::string op;     // "aten.linear"
};

/// file:line as MLIR knows it, fused with names "module:..." and "op:...".
mlir::Location toLocation(const ModelLocation &where, mlir::MLIRContext *ctx);

/// All model locations inside `loc`, outermost first, without repetition.
llvm::SmallVector<ModelLocation> fromLocation(mlir::Location loc);

/// "bert.py:142 encoder.layer.3 aten.linear; bert.py:143 ...", file names
/// without folders, at most `limit` entries and then a count.
std::string toText(mlir::Location loc, unsigned limit = 8);

} // namespace lcompile

#endif // LIB_SUPPORT_MODELLOCATION_H
