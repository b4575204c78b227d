// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 6, lower: from kernels to machine code and the host program.
#ifndef PASSES_6_LOWER_PASSES_TD
#define PASSES_6_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"
include "passes/6_lower/tpc/Passes.td"

def GenerateCpuKernels : Pass<"lc-generate-cpu-kernels", "mlir::ModuleOp"> {
  let summary = "Emit the loops of cpu_codegen kernels";
  let description = [{
    For each function `@k` with unit cpu_codegen, makes `@k_code` with the calling
    convention of runtime/backends/cpu/artefact/Artefact.h (buffers, symbols and a
    part of the parallel loop), built by the shared loop-nest builder. `@k` stays
    as the kernel's meaning and gets two attributes: `kernel.extent`, the number of
    iterations of the parallel loop, and `kernel.work`, elements an iteration.

    ```mlir
    func.func private @k(%x: tensor<8xf32>) -> tensor<8xf32>  // lc.relu
      attributes {kernel.unit = #kernel<unit cpu_codegen>}
    // gives
    func.func @k_code(%buffers: !llvm.ptr, %symbols: !llvm.ptr, %begin: i64, %end: i64) -> i64
    ```
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "512",
           "Bits of a vector register; 256 for AVX2">
  ];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::LLVM::LLVMDialect",
                           "mlir::math::MathDialect", "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

def ExpandVectorMath : Pass<"lc-expand-vector-math"> {
  let summary = "Write transcendental functions as arithmetic on vectors";
  let description = [{
    exp, log, tanh, erf and their relatives of f32 become polynomials within 2 ulp
    for scalars and vectors alike, so that no inner loop calls a library. Functions
    without an expansion here stay and become calls, one a lane.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::vector::VectorDialect",
                           "mlir::math::MathDialect"];
}

def PlanBuffers : Pass<"lc-plan-buffers", "mlir::ModuleOp"> {
  let summary = "Give every tensor its memory and write the program of the host";
  let description = [{
    For a function `@f` of kernel calls makes `@f_run`, a program of rt operations,
    and `@f_plan`, which computes the size of the arena and all offsets from the
    symbols. Buffers of values that are never live together overlap; kernels write
    over operands that die with them where they can; results go straight to the
    caller's memory.
  }];
  let dependentDialects = ["lcompile::rt::RtDialect", "mlir::arith::ArithDialect",
                           "mlir::LLVM::LLVMDialect", "mlir::scf::SCFDialect"];
}

def ConvertRtToLLVM : Pass<"lc-convert-rt-to-llvm", "mlir::ModuleOp"> {
  let summary = "Lower the program of the host to loads of lc_call_t and calls";
  let description = [{
    Expects control flow as branches. Every dispatch is followed by a test of its
    status; the first that fails ends the program with it.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::cf::ControlFlowDialect"];
}

#endif // PASSES_6_LOWER_PASSES_TD
