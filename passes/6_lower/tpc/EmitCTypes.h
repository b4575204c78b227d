// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of TPC-C's types and of the types in its intrinsics.
#ifndef PASSES_6_LOWER_TPC_EMITCTYPES_H
#define PASSES_6_LOWER_TPC_EMITCTYPES_H

#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Transforms/DialectConversion.h"

namespace lcompile::tpc {

/// "f32", "bf16", "i32", ...: the type's place in an intrinsic's name; of a
/// vector, its element's.
std::string nameOf(mlir::Type type);

/// "float64", "bfloat128", "char256", ...: a register of such elements.
std::string registerName(mlir::Type element);

/// "float128": a pair or quad of registers.
std::string groupName(mlir::Type element, unsigned registers);
mlir::Type groupType(mlir::Type element, unsigned registers);

mlir::Type intType(mlir::MLIRContext *ctx);

/// Scalars, registers, masks and the dialect's own types become opaque ones.
void addTypeConversions(mlir::TypeConverter &types);

} // namespace lcompile::tpc

#endif // PASSES_6_LOWER_TPC_EMITCTYPES_H
