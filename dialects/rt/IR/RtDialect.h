// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rt dialect and its operations.
#ifndef DIALECTS_RT_IR_RTDIALECT_H
#define DIALECTS_RT_IR_RTDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/rt/IR/RtDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/rt/IR/RtOps.h.inc"

#endif // DIALECTS_RT_IR_RTDIALECT_H
