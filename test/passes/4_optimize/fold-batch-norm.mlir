// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-fold-batch-norm %s | FileCheck %s

// CHECK-LABEL: func.func @folds
// CHECK-DAG:     %[[W:.+]] = lc.parameter "w"
// CHECK-DAG:     %[[M:.+]] = lc.parameter "mean"
// CHECK-DAG:     %[[S:.+]] = lc.rsqrt
// CHECK-DAG:     %[[N:.+]] = lc.neg %[[M]]
// CHECK-DAG:     %[[B:.+]] = lc.mul %[[N]], %[[S]]
// CHECK-DAG:     %[[R:.+]] = lc.reshape %[[S]]
// CHECK-DAG:     %[[E:.+]] = lc.expand %[[R]]
// CHECK-DAG:     %[[F:.+]] = lc.mul %[[W]], %[[E]]
// CHECK:         lc.conv %arg0, %[[F]] bias %[[B]]
// CHECK-NOT:     lc.batch_norm
func.func @folds(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x6x6xf32> {
  %w = lc.parameter "w" : tensor<4x3x3x3xf32>
  %m = lc.parameter "mean" : tensor<4xf32>
  %v = lc.parameter "var" : tensor<4xf32>
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = lc.batch_norm %0 mean %m var %v {eps = 1.0e-5 : f64} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// Somebody else reads what the convolution gives.
// CHECK-LABEL: func.func @read_twice
// CHECK:         lc.batch_norm
func.func @read_twice(%x: tensor<1x3x8x8xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) {
  %w = lc.parameter "w" : tensor<4x3x3x3xf32>
  %m = lc.parameter "mean" : tensor<4xf32>
  %v = lc.parameter "var" : tensor<4xf32>
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = lc.batch_norm %0 mean %m var %v {eps = 1.0e-5 : f64} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %0, %1 : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>
}

// The statistics come from the input.
// CHECK-LABEL: func.func @no_weight
// CHECK:         lc.batch_norm
func.func @no_weight(%x: tensor<1x3x8x8xf32>, %v: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %w = lc.parameter "w" : tensor<4x3x3x3xf32>
  %m = lc.parameter "mean" : tensor<4xf32>
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = lc.batch_norm %0 mean %m var %v {eps = 1.0e-5 : f64} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}
