// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The zero dialect and its operations.
#ifndef DIALECTS_ZERO_IR_ZERODIALECT_H
#define DIALECTS_ZERO_IR_ZERODIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/zero/IR/ZeroDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/zero/IR/ZeroOps.h.inc"

#endif // DIALECTS_ZERO_IR_ZERODIALECT_H
