// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 6, lower, for Gaudi's vector cores: from kernels to emitc, in this order.
#ifndef PASSES_6_LOWER_TPC_PASSES_TD
#define PASSES_6_LOWER_TPC_PASSES_TD

include "mlir/Pass/PassBase.td"

def GenerateTpcKernels : Pass<"lc-generate-tpc-kernels", "mlir::ModuleOp"> {
  let summary = "Emit the loops of tpc kernels";
  let description = [{
    For each function `@k` with unit tpc, makes `tpc.kernel @k_code`, built by the shared
    loop-nest builder: its index space, and the access patterns that its loads and stores
    have. Vectors hold a chunk of elements: as many as a register holds of the narrowest
    element type that the kernel reads or writes.

    ```mlir
    func.func private @k(%x: tensor<8x100xf32>) -> tensor<8x100xf32>  // lc.relu
      attributes {kernel.unit = #kernel<unit tpc>}
    // gives
    tpc.kernel @k_code(%x: !tpc.tensor<f32, 1>, %y: !tpc.tensor<f32, 1>)
      attributes {space = #lc.dims<4>, access = [...]} {
      ... tpc.ld %x[%c] ... tpc.st %v, %y[%c] ...
    ```
  }];
  let dependentDialects = ["lcompile::tpc::TpcDialect", "mlir::arith::ArithDialect",
                           "mlir::math::MathDialect", "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

def SplitTpcVectors : Pass<"lc-split-tpc-vectors", "lcompile::tpc::KernelOp"> {
  let summary = "Put the elements of chunks into registers";
  let description = [{
    A vector that is longer than a register becomes several. Which lane holds which
    element is one decision for the kernel: where all memory that is read or written along
    dimension 0 is as narrow as the chunk is long, f32 registers hold every second (or
    fourth) element, since that is what conversions give; else consecutive ones.

    ```mlir
    %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
    %w = arith.extf %v : vector<128xbf16> to vector<128xf32>
    // becomes
    %w:2 = tpc.cvt_up interleaved %v : vector<128xbf16> -> vector<64xf32>, vector<64xf32>
    ```
  }];
  let dependentDialects = ["lcompile::tpc::TpcDialect", "mlir::arith::ArithDialect"];
}

def LegalizeTpcMath : Pass<"lc-legalize-tpc-math", "lcompile::tpc::KernelOp"> {
  let summary = "Write math and comparisons with what the language has";
  let description = [{
    Functions that TPC-C knows become `tpc.special`; the others become polynomials, as on
    the CPU (erf), or combinations of those that it knows. Divisions become `div`.

    ```mlir
    %1 = math.exp %0 : vector<64xf32>
    // becomes
    %1 = tpc.special exp_cephes %0 : vector<64xf32>
    ```
  }];
  let dependentDialects = ["lcompile::tpc::TpcDialect", "mlir::arith::ArithDialect",
                           "mlir::vector::VectorDialect"];
}

def ConvertTpcToEmitC : Pass<"lc-convert-tpc-to-emitc", "mlir::ModuleOp"> {
  let summary = "Turn kernels into functions of TPC-C";
  let description = [{
    Each `tpc.kernel @k` becomes `emitc.func @k`, whose operations are calls of the
    language's intrinsics on opaque types. The index space, the access patterns and the
    sizes of tensors stay as attributes of the function.
  }];
  let dependentDialects = ["mlir::emitc::EmitCDialect"];
}

#endif // PASSES_6_LOWER_TPC_PASSES_TD
