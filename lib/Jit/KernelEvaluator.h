// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs generated kernels inside of the compiler.
#ifndef LIB_JIT_KERNELEVALUATOR_H
#define LIB_JIT_KERNELEVALUATOR_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace lcompile {

/// Gives the lc dialect the evaluator of constants that compiles with our own
/// pipeline and runs the code in this process. It compiles for x86-64-v3
/// always, so that the machine that compiles does not decide any bits.
void registerKernelEvaluator(mlir::DialectRegistry &registry);

} // namespace lcompile

#endif // LIB_JIT_KERNELEVALUATOR_H
