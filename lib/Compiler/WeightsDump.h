// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The weights beside dumped IR, as a safetensors file.
#ifndef LIB_COMPILER_WEIGHTSDUMP_H
#define LIB_COMPILER_WEIGHTSDUMP_H

#include "dialects/lc/IR/WeightStore.h"
#include "llvm/Support/Error.h"

namespace lcompile {

constexpr llvm::StringLiteral weightsDumpName = "weights.safetensors";

llvm::Error writeWeightsDump(llvm::StringRef path,
                             const lc::WeightStore &store);

/// Maps the file and adds its tensors to the store of the session.
llvm::Error readWeightsDump(llvm::StringRef path, mlir::MLIRContext *ctx);

} // namespace lcompile

#endif // LIB_COMPILER_WEIGHTSDUMP_H
