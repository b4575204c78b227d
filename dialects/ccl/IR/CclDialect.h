// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ccl dialect, its operations, and the parts that ranks own.
#ifndef DIALECTS_CCL_IR_CCLDIALECT_H
#define DIALECTS_CCL_IR_CCLDIALECT_H

#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/ccl/IR/CclDialect.h.inc"

#include "dialects/ccl/IR/CclEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/ccl/IR/CclAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/ccl/IR/CclTypes.h.inc"

namespace lcompile::ccl {

/// The ranks that run a function together: what collectives change.
struct GroupResource : mlir::SideEffects::Resource::Base<GroupResource> {
  llvm::StringRef getName() final { return "ccl.group"; }
};

/// How many ranks run the function that holds `op`; 1 when it says nothing.
int64_t worldOf(mlir::Operation *op);

/// The elements that the rank owns of `elements`, and where they begin, as
/// expressions of the symbols of the function that holds `op`.
mlir::AffineExpr partSize(mlir::Operation *op, int64_t elements);
mlir::AffineExpr partBegin(mlir::Operation *op, int64_t elements);
/// The type of the part of a static tensor.
mlir::RankedTensorType partType(mlir::Operation *op,
                                mlir::RankedTensorType whole);

/// The result type of a kind for an operand; null where the operand does not
/// say it (a part does not know its whole).
mlir::RankedTensorType resultType(mlir::Operation *op, Kind kind,
                                  mlir::RankedTensorType operand);

mlir::LogicalResult verifyCollective(mlir::Operation *op);

} // namespace lcompile::ccl

#include "dialects/ccl/IR/CclInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/ccl/IR/CclOps.h.inc"

#endif // DIALECTS_CCL_IR_CCLDIALECT_H
