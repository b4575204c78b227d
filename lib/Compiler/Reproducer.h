// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is left behind when the compiler fails: IR that makes it fail again.
#ifndef LIB_COMPILER_REPRODUCER_H
#define LIB_COMPILER_REPRODUCER_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace lcompile {

/// Unit attribute of a module whose weights were left out: reading it gives
/// zeros.
constexpr llvm::StringLiteral elidedAttrName = "lc.elided";

/// The module as text of less than 1 MiB where that can be had by leaving out
/// locations; tables of constants become zeros of the same type.
std::string elidedText(mlir::ModuleOp module);

/// Gives every lc.parameter without a weight zeros.
void addZeroWeights(mlir::ModuleOp module);

/// Writes `text` as `lcompile-crash-*.mlir` with a comment of what happened
/// into the working folder, or the system's temporary folder when that cannot
/// be written. `replay` gets the path and returns the command. Returns lines
/// for people.
std::string
writeReproducer(llvm::StringRef text, llvm::StringRef what,
                llvm::function_ref<std::string(llvm::StringRef)> replay);

} // namespace lcompile

#endif // LIB_COMPILER_REPRODUCER_H
