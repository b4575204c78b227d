// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tpc dialect and its operations.
#ifndef DIALECTS_TPC_IR_TPCDIALECT_H
#define DIALECTS_TPC_IR_TPCDIALECT_H

#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/tpc/IR/TpcDialect.h.inc"

#include "dialects/tpc/IR/TpcEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/tpc/IR/TpcAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/tpc/IR/TpcTypes.h.inc"

namespace lcompile::tpc {

inline constexpr unsigned maxRank = 5, maxTensors = 16, maxScalars = 32;
/// Bits of a vector register.
inline constexpr unsigned registerBits = 2048;

/// True for the element types that some generation has vectors of.
bool isElement(mlir::Type type);

} // namespace lcompile::tpc

#define GET_OP_CLASSES
#include "dialects/tpc/IR/TpcOps.h.inc"

#endif // DIALECTS_TPC_IR_TPCDIALECT_H
