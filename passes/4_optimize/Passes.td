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

#endif // PASSES_4_OPTIMIZE_PASSES_TD
