// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 4, optimize: target-independent rewriting.
#ifndef PASSES_4_OPTIMIZE_PASSES_TD
#define PASSES_4_OPTIMIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChannelsLast : Pass<"lc-channels-last"> {
  let summary = "Keep images with their channels last";
  let description = [{
    Convolutions, pooling, batch normalisation and resizing take and give
    [n, spatial.., c]: what libraries are fastest with and what vectors run along.
    Permutes around them move down through elementwise operations, concatenations and
    reductions until they meet and cancel.

    ```mlir
    %1 = lc.conv %0, %w ... : (tensor<1x3x8x8xf32>, ...) -> tensor<1x4x8x8xf32>
    // becomes
    %p = lc.permute %0 {perm = array<i64: 0, 2, 3, 1>} ...
    %c = lc.conv %p, %w ... {channels_last} ...
    %1 = lc.permute %c {perm = array<i64: 0, 3, 1, 2>} ...
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def DropDetach : Pass<"lc-drop-detach", "mlir::func::FuncOp"> {
  let summary = "Remove what says that gradients stop";
  let description = [{
    Gradients are taken by now, or not wanted. Views of weights are weights again.

    ```mlir
    %1 = lc.detach %0 : tensor<4xf32>
    use(%1)
    // becomes
    use(%0)
    ```
  }];
}

def FoldBatchNorm : Pass<"lc-fold-batch-norm", "mlir::func::FuncOp"> {
  let summary = "Put batch normalisation into the weights of the convolution before it";
  let description = [{
    A normalisation with fixed statistics is a factor and a summand for each channel.
    Where only it reads the convolution's result, both go into the weights; what is
    computed of weights alone is left to lc-fold-constants.

    ```mlir
    %1 = lc.conv %0, %w ...
    %2 = lc.batch_norm %1 mean %m var %v {eps = 1.0e-5 : f64} ...
    // becomes
    %s = lc.rsqrt(%v + eps), %t = -%m * %s
    %2 = lc.conv %0, %w * %s bias %t ...
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def ReducePrecision : Pass<"lc-reduce-precision", "mlir::func::FuncOp"> {
  let summary = "Compute contractions of f32 in bf16";
  let description = [{
    Operands of products and convolutions are rounded to bf16, sums stay f32, results
    are bf16 and widened for everything else, as under torch.autocast. Weights are
    rounded while compiling (lc-fold-constants). An elementwise operation between two
    contractions is computed on bf16 values: the bits are the same.

    ```mlir
    %1 = lc.matmul %0, %w : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
    // becomes
    %a = lc.convert %0 : (tensor<4x8xf32>) -> tensor<4x8xbf16>
    %b = lc.convert %w : (tensor<8x16xf32>) -> tensor<8x16xbf16>
    %c = lc.matmul %a, %b : (tensor<4x8xbf16>, tensor<8x16xbf16>) -> tensor<4x16xbf16>
    %1 = lc.convert %c : (tensor<4x16xbf16>) -> tensor<4x16xf32>
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def FoldConstants : Pass<"lc-fold-constants", "mlir::func::FuncOp"> {
  let summary = "Compute what depends on weights alone while the model is compiled";
  let description = [{
    Operations whose operands are all weights are run by the tool's evaluator (which
    compiles them with this compiler); their results become weights. Values that are
    only repeated (`lc.expand`) are not made larger than they are, and changes of place
    alone stay: kernels read through them.

    ```mlir
    %w = lc.parameter "w" : tensor<8xf32>
    %1 = lc.exp %w : tensor<8xf32>
    // becomes
    %1 = lc.parameter "w.1" : tensor<8xf32>
    ```
  }];
  let options = [Option<"foldViews", "fold-views", "bool", "false",
                        "permuted weights become weights of their own">];
  let statistics = [Statistic<"folded", "folded", "values that became weights">];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

#endif // PASSES_4_OPTIMIZE_PASSES_TD
