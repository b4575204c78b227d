// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All passes: constructors, options and registration.
#ifndef PASSES_PASSES_H
#define PASSES_PASSES_H

#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/kernel/IR/KernelDialect.h"
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/rt/IR/RtDialect.h"
#include "dialects/tpc/IR/TpcDialect.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace lcompile {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace lcompile

#endif // PASSES_PASSES_H
