// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-library-regions %s | FileCheck %s

// What the library applies while it stores goes along.
// CHECK-LABEL: func.func @post_op
// CHECK:         kernel.region cpu_library
// CHECK:           lc.matmul
// CHECK:           lc.relu
// CHECK-NOT:     lc.relu
func.func @post_op(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> tensor<4x16xf32> {
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %1 = lc.relu %0 : tensor<4x16xf32>
  return %1 : tensor<4x16xf32>
}

// A product that others need, too, keeps its own memory.
// CHECK-LABEL: func.func @two_users
// CHECK:         %[[P:.*]] = kernel.region cpu_library
// CHECK-NOT:       lc.relu
// CHECK:         lc.relu %[[P]]
func.func @two_users(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> (tensor<4x16xf32>, tensor<4x16xf32>) {
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %1 = lc.relu %0 : tensor<4x16xf32>
  return %0, %1 : tensor<4x16xf32>, tensor<4x16xf32>
}

// Few rows of a product with weights are left to a generated tile.
// CHECK-LABEL: func.func @few_rows
// CHECK-NOT:     kernel.region
// CHECK:         lc.matmul
func.func @few_rows(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
  %w = lc.parameter "w" : tensor<16x8xf32>
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @many_rows
// CHECK:         kernel.region cpu_library
func.func @many_rows(%x: tensor<40x8xf32>) -> tensor<40x16xf32> {
  %w = lc.parameter "w" : tensor<16x8xf32>
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<40x8xf32>, tensor<16x8xf32>) -> tensor<40x16xf32>
  return %0 : tensor<40x16xf32>
}

// The library applies nothing to gradients.
// CHECK-LABEL: func.func @gradients
// CHECK:         %[[X:.*]] = kernel.region cpu_library
// CHECK:           lc.conv_grad_input
// CHECK-NEXT:      kernel.yield
// CHECK:         %[[W:.*]] = kernel.region cpu_library
// CHECK:           lc.conv_grad_weight
// CHECK-NEXT:      kernel.yield
// CHECK:         lc.relu %[[X]]
func.func @gradients(%x: tensor<2x8x8x3xf32>, %w: tensor<5x3x3x3xf32>, %g: tensor<2x6x6x5xf32>) -> (tensor<2x8x8x3xf32>, tensor<5x3x3x3xf32>) {
  %0 = lc.conv_grad_input %g, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<2x6x6x5xf32>, tensor<5x3x3x3xf32>) -> tensor<2x8x8x3xf32>
  %1 = lc.conv_grad_weight %x, %g {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<2x8x8x3xf32>, tensor<2x6x6x5xf32>) -> tensor<5x3x3x3xf32>
  %2 = lc.relu %0 : tensor<2x8x8x3xf32>
  return %2, %1 : tensor<2x8x8x3xf32>, tensor<5x3x3x3xf32>
}
