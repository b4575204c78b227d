// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-drop-detach %s | FileCheck %s

// CHECK-LABEL: func.func @weight
// CHECK: %[[W:.*]] = lc.parameter "w"
// CHECK-NEXT: lc.add %arg0, %[[W]]
func.func @weight(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = lc.parameter "w" : tensor<4xf32>
  %d = lc.detach %w : tensor<4xf32>
  %0 = lc.add %x, %d : tensor<4xf32>
  return %0 : tensor<4xf32>
}
