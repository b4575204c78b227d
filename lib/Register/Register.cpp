// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one list of dialects and passes.
#include "lib/Register/Register.h"

#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/kernel/IR/KernelDialect.h"
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/rt/IR/RtDialect.h"
#include "dialects/tpc/IR/TpcDialect.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "lib/Jit/KernelEvaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"
#include "passes/Pipelines/Pipelines.h"

using namespace mlir;

void lcompile::registerDialects(DialectRegistry &registry) {
  registry.insert<ccl::CclDialect, kernel::KernelDialect, lc::LcDialect,
                  rt::RtDialect, tpc::TpcDialect, zero::ZeroDialect>();
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect,
                  emitc::EmitCDialect, func::FuncDialect, LLVM::LLVMDialect,
                  math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect, vector::VectorDialect>();
  registerKernelEvaluator(registry);
}

void lcompile::registerPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerSymbolDCEPass();
  registerInlinerPass();
  registerLcompilePasses();
  registerPipelines();
}
