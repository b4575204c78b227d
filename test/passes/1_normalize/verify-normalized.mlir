// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-normalized %s | FileCheck %s

// CHECK-LABEL: func.func @good
// CHECK:         lc.relu
func.func @good(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
