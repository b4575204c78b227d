// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a module in the LLVM dialect to an object file in memory.
#ifndef LIB_TARGET_CPU_OBJECTCODE_H
#define LIB_TARGET_CPU_OBJECTCODE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace lcompile {

/// A level of x86-64, and what it means.
struct CpuTarget {
  std::string name;     // "x86-64-v4" or "native: znver4"
  std::string cpu;      // LLVM's name
  std::string features; // LLVM's list
  uint64_t isa = 0;     // LC_ISA_* bits that the code needs
  unsigned vectorBits = 256;
  /// Bits must not depend on how a kernel's loop is cut: a * b + c is one
  /// operation only where the compiler itself says so.
  bool exact = false;
};

/// "native", "x86-64-v3" or "x86-64-v4".
llvm::Expected<CpuTarget> parseCpuTarget(llvm::StringRef text);

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeTargetMachine(const CpuTarget &target);

/// Translates to LLVM IR, with the target's layout set.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVM(mlir::ModuleOp module, llvm::LLVMContext &ctx,
                llvm::TargetMachine &machine);

/// Runs LLVM's pipeline at O3 (without loop vectorisation: loops are vectors
/// already).
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine);

/// An object file, or assembly text.
llvm::Expected<llvm::SmallVector<char, 0>>
emitObject(llvm::Module &module, llvm::TargetMachine &machine,
           llvm::CodeGenFileType kind = llvm::CodeGenFileType::ObjectFile);

} // namespace lcompile

#endif // LIB_TARGET_CPU_OBJECTCODE_H
