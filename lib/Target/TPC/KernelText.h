// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of kernels in TPC-C.
#ifndef LIB_TARGET_TPC_KERNELTEXT_H
#define LIB_TARGET_TPC_KERNELTEXT_H

#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "llvm/Support/Error.h"

namespace lcompile {

/// One translation unit: the helpers that the kernel calls, then
/// `void main(tensor ..., int ...)`. What is returned is all that runs, on the
/// simulator and on the device.
llvm::Expected<std::string> kernelText(mlir::emitc::FuncOp kernel);

} // namespace lcompile

#endif // LIB_TARGET_TPC_KERNELTEXT_H
