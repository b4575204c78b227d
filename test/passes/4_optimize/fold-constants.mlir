// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --split-input-file --lc-fold-constants %s | FileCheck %s
// RUN: lcompile-opt --split-input-file --lc-fold-constants=fold-views %s | FileCheck %s --check-prefix=VIEWS

// CHECK-LABEL: func.func @chain
// CHECK-NEXT:    %[[W:.+]] = lc.parameter "constant{{.*}}" : tensor<4xf32>
// CHECK-NOT:     lc.exp
// CHECK:         lc.mul %arg0, %[[W]]
func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %1 = lc.exp %0 : tensor<4xf32>
  %2 = lc.add %1, %0 : tensor<4xf32>
  %3 = lc.mul %x, %2 : tensor<4xf32>
  return %3 : tensor<4xf32>
}

// -----

// A repeated value stays as small as it is.
// CHECK-LABEL: func.func @repeated
// CHECK:         %[[W:.+]] = lc.parameter "constant{{.*}}" : tensor<4xf32>
// CHECK:         lc.expand %{{.*}} -> tensor<4096x4xf32>
func.func @repeated(%x: tensor<4096x4xf32>) -> tensor<4096x4xf32> {
  %0 = lc.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %1 = lc.exp %0 : tensor<4xf32>
  %2 = lc.reshape %1 : (tensor<4xf32>) -> tensor<1x4xf32>
  %3 = lc.expand %2 : (tensor<1x4xf32>) -> tensor<4096x4xf32>
  %4 = lc.mul %x, %3 : tensor<4096x4xf32>
  return %4 : tensor<4096x4xf32>
}

// -----

// Kernels read through a permute; contractions of our own do not.
// CHECK-LABEL: func.func @permuted
// CHECK:         lc.permute
// VIEWS-LABEL: func.func @permuted
// VIEWS-NOT:     lc.permute
// VIEWS:         lc.parameter "constant{{.*}}" : tensor<3x2xf32>
func.func @permuted(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = lc.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %1 = lc.permute %0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = lc.mul %x, %1 : tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}

// -----

// Contractions are left to the run.
// CHECK-LABEL: func.func @product
// CHECK:         lc.matmul
func.func @product(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = lc.constant dense<[[1.0, 2.0], [4.0, 5.0]]> : tensor<2x2xf32>
  %1 = lc.matmul %0, %0 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = lc.mul %x, %1 : tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}
