// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters in few bits, with copies in f32 that are updated.
#ifndef PASSES_2_TRAIN_MASTERS_H
#define PASSES_2_TRAIN_MASTERS_H

#include "mlir/IR/Builders.h"
#include "llvm/Support/Error.h"

namespace lcompile {

/// The type that parameters are kept in: "bf16" or "f16"; null for "", which
/// leaves them as the model has them.
llvm::Expected<mlir::Type> parseParameterType(llvm::StringRef text,
                                              mlir::Builder &b);

/// The key of the weight `key` with other elements, which is made where it is
/// not there; `key` itself when they are the same, or the weight is not there.
std::string convertedWeight(llvm::StringRef key, mlir::FloatType element);

} // namespace lcompile

#endif // PASSES_2_TRAIN_MASTERS_H
