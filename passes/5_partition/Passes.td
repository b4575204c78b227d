// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 5, partition: which unit runs what.
#ifndef PASSES_5_PARTITION_PASSES_TD
#define PASSES_5_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeComposites : Pass<"lc-decompose"> {
  let summary = "Write composite operations with simpler ones";
  let description = [{
    Operations of the `Decomposable` interface for which the target has no kernel of
    its own become what their interface says. Comes late, so that the passes before
    see the concepts.

    ```mlir
    %1 = lc.softmax %0 {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
    // becomes lc.amax, lc.expand, lc.sub, lc.exp, lc.sum, lc.reciprocal, lc.mul
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def ExternalizeConstants : Pass<"lc-externalize-constants"> {
  let summary = "Move constants with different elements to the weights";
  let description = [{
    Kernels hold numbers, not tables: a `lc.constant` that is no splat becomes a
    `lc.parameter`, whose bytes are mapped with the weights.
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def FormLibraryRegions : Pass<"lc-form-library-regions"> {
  let summary = "Put contractions and what follows them into library kernels";
  let description = [{
    Each contraction that the kernel library has becomes a `cpu_library` region,
    with the views of its operands (as strides) and the elementwise operations
    behind it that the library can apply while it stores the result (post-ops).

    ```mlir
    %1 = lc.matmul %x, %w bias %b {transpose_b} : ...
    %2 = lc.gelu %1 : ...
    // becomes one kernel.region cpu_library(%x, %w, %b)
    ```
  }];
  let options = [Option<"bf16", "bf16", "bool", "true",
                        "the library has bf16 on the target: oneDNN from AVX-512 on">];
  let dependentDialects = ["lcompile::kernel::KernelDialect"];
}

def NativeContractions : Pass<"lc-native-contractions", "mlir::func::FuncOp"> {
  let summary = "Write contractions in the form that generated tiles have";
  let description = [{
    For contractions that no library runs (all with `--kernels=native`): convolutions get their
    channels last and their padding as an operation before them, transposed ones become
    convolutions, and right operands of products that are stored by columns are
    permuted.

    ```mlir
    %1 = lc.conv %0, %w {pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, channels_last ...}
    // becomes
    %p = lc.pad %0 {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>}
    %1 = lc.conv %p, %w {pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, channels_last ...}
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def PackWeights : Pass<"lc-pack-weights", "mlir::func::FuncOp"> {
  let summary = "Lay weights of contractions out as tiles read them";
  let description = [{
    Columns of the right operand come in panels as wide as a tile, each with all of its
    rows side by side, padded with zeros: a tile reads one panel from the first byte to
    the last. Views say how the operand lies in it.

    ```mlir
    %w = lc.parameter "w" : tensor<100x64xf32>
    %1 = lc.matmul %x, %w {transpose_b} ...
    // becomes
    %w = lc.parameter "w.packed" : tensor<4x64x32xf32>
    ... permute, reshape, slice to tensor<64x100xf32>
    %1 = lc.matmul %x, ...
    ```
  }];
  let options = [Option<"panelSize", "panel-size", "unsigned", "32", "columns of a panel">];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def FormContractionRegions : Pass<"lc-form-contraction-regions", "mlir::func::FuncOp"> {
  let summary = "Put contractions and what follows them into kernels of our own";
  let description = [{
    Each contraction that no library took becomes a `cpu_codegen` region with the
    views of its operands and the elementwise operations behind it.
  }];
  let dependentDialects = ["lcompile::kernel::KernelDialect"];
}

def FormCodegenRegions : Pass<"lc-form-codegen-regions"> {
  let summary = "Group what is left into fused kernels";
  let description = [{
    Goes from results to operands: an operation joins the region of its users when
    all of them are in one region and fusing computes nothing twice that is
    expensive; else it starts a region of its own. Views fuse into every user.
  }];
  let dependentDialects = ["lcompile::kernel::KernelDialect"];
}

def DropFences : Pass<"lc-drop-fences", "mlir::func::FuncOp"> {
  let summary = "Remove what keeps equal computations apart";
  let description = [{
    Kernels are chosen by now, and nothing is merged any more.

    ```mlir
    %1 = lc.fence %0 {site = 1 : i64} : tensor<4xf32>
    kernel.region(%1)
    // becomes
    kernel.region(%0)
    ```
  }];
}

def OutlineKernels : Pass<"lc-outline-kernels", "mlir::ModuleOp"> {
  let summary = "Make functions of kernel regions; equal regions share one";
  let description = [{
    `kernel.region` becomes `kernel.call` of a private function that has the unit as
    an attribute. Regions with the same operations, types and unit share a function,
    so that twelve equal layers cost the code of one.
  }];
  let dependentDialects = ["lcompile::kernel::KernelDialect", "mlir::func::FuncDialect"];
}

def MarkInPlace : Pass<"lc-mark-in-place", "mlir::ModuleOp"> {
  let summary = "Say which kernels may write over an operand";
  let description = [{
    A generated kernel that reads an operand only at the place that it writes may put
    its result where the operand lies (`kernel.inplace`). One that updates a part of
    an operand must (`kernel.update`).
  }];
  let dependentDialects = ["lcompile::kernel::KernelDialect"];
}

#endif // PASSES_5_PARTITION_PASSES_TD
