// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operations of the lc dialect.
#ifndef DIALECTS_LC_IR_LCOPS_H
#define DIALECTS_LC_IR_LCOPS_H

#include "dialects/lc/IR/LcDialect.h"
#include "dialects/lc/IR/LcInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dialects/lc/IR/LcOps.h.inc"

namespace lcompile::lc {
/// Matrix products, convolutions and the gradients of convolutions: what a
/// library computes, or loops over tiles.
inline bool isContraction(mlir::Operation *op) {
  return llvm::isa_and_nonnull<MatmulOp, ConvOp, ConvTransposeOp,
                               ConvGradInputOp, ConvGradWeightOp>(op);
}

/// Attention written with simpler operations at `b`; `drop`, when it is there,
/// makes of the weights of keys [N, H, L, S] what multiplies the values.
mlir::Value
expandAttention(SdpaOp op, mlir::ImplicitLocOpBuilder &b,
                llvm::function_ref<mlir::Value(mlir::Value)> drop = {});
} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_LCOPS_H
