// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel dialect and its operations.
#ifndef DIALECTS_KERNEL_IR_KERNELDIALECT_H
#define DIALECTS_KERNEL_IR_KERNELDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/kernel/IR/KernelDialect.h.inc"

#include "dialects/kernel/IR/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/IR/KernelAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/kernel/IR/KernelOps.h.inc"

namespace lcompile::kernel {
/// The unit of an outlined kernel; none for other functions.
std::optional<Unit> getUnit(mlir::func::FuncOp function);
} // namespace lcompile::kernel

#endif // DIALECTS_KERNEL_IR_KERNELDIALECT_H
