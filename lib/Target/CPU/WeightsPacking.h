// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights in the layout that library kernels want, made while compiling.
#ifndef LIB_TARGET_CPU_WEIGHTSPACKING_H
#define LIB_TARGET_CPU_WEIGHTSPACKING_H

#include "mlir/IR/BuiltinOps.h"
#include "runtime/backends/cpu/artefact/Artefact.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <vector>

namespace lcompile {

/// For a constant: the op that wants it packed, with the tag of its layout;
/// none when the constant stays as it is.
using WeightsPacking = std::optional<lc_library_op_t>;

/// Chooses by the processor of this machine; calls use so many threads (0:
/// all). A constant is packed when all that read it are library ops that agree.
std::vector<WeightsPacking> chooseWeightsPacking(mlir::ModuleOp program,
                                                 int threads);

uint64_t packedSize(const lc_library_op_t &packing);

/// `data` packed.
llvm::Expected<std::vector<char>> packWeights(const lc_library_op_t &packing,
                                              llvm::ArrayRef<char> data);

} // namespace lcompile

#endif // LIB_TARGET_CPU_WEIGHTSPACKING_H
