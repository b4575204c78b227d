// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --lc-reduce-precision --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @two_layers
// CHECK: %[[X:.*]] = lc.convert %arg0 : (tensor<4x8xf32>) -> tensor<4x8xbf16>
// CHECK: %[[Y:.*]] = lc.matmul %[[X]], %{{.*}} : (tensor<4x8xbf16>, tensor<8x16xbf16>) -> tensor<4x16xbf16>
// Between two products nothing is widened.
// CHECK-NEXT: %[[Z:.*]] = lc.gelu %[[Y]]
// CHECK: %[[R:.*]] = lc.matmul %[[Z]], %{{.*}} bias %{{.*}} -> tensor<4x8xbf16>
// CHECK-NEXT: %[[W:.*]] = lc.convert %[[R]] : (tensor<4x8xbf16>) -> tensor<4x8xf32>
// CHECK-NEXT: return %[[W]]
func.func @two_layers(%x: tensor<4x8xf32>, %a: tensor<8x16xf32>, %b: tensor<16x8xf32>, %c: tensor<8xf32>) -> tensor<4x8xf32> {
  %0 = lc.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = lc.gelu %0 : tensor<4x16xf32>
  %2 = lc.matmul %1, %b bias %c : (tensor<4x16xf32>, tensor<16x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @residual
// What is also read wide stays wide.
// CHECK: %[[Y:[0-9]+]] = lc.matmul {{.*}} -> tensor<4x8xbf16>
// CHECK: %[[W:.*]] = lc.convert %[[Y]] : (tensor<4x8xbf16>) -> tensor<4x8xf32>
// CHECK: lc.add %[[W]], %arg0 : tensor<4x8xf32>
func.func @residual(%x: tensor<4x8xf32>, %a: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = lc.matmul %x, %a : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = lc.add %0, %x : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @convolution
// CHECK: lc.conv {{.*}} : (tensor<1x3x8x8xbf16>, tensor<4x3x3x3xbf16>) -> tensor<1x4x6x6xbf16>
func.func @convolution(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: func.func @others_stay
// CHECK-NEXT: lc.matmul {{.*}}f64
// CHECK-NEXT: lc.exp %arg1 : tensor<4x4xf32>
// CHECK-NEXT: return
func.func @others_stay(%x: tensor<4x4xf64>, %y: tensor<4x4xf32>) -> (tensor<4x4xf64>, tensor<4x4xf32>) {
  %0 = lc.matmul %x, %x : (tensor<4x4xf64>, tensor<4x4xf64>) -> tensor<4x4xf64>
  %1 = lc.exp %y : tensor<4x4xf32>
  return %0, %1 : tensor<4x4xf64>, tensor<4x4xf32>
}
