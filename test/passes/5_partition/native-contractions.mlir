// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-native-contractions %s | FileCheck %s

// CHECK-LABEL: func.func @padding
// CHECK:         %[[P:.+]] = lc.pad %arg0 {high = array<i64: 0, 1, 2, 0>, low = array<i64: 0, 1, 0, 0>}
// CHECK:         lc.conv %[[P]], %arg1 {{.*}}pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>
func.func @padding(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x9x8x4xf32> {
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 1, 2>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x8x8x4xf32>
  %1 = lc.pad %0 {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 1, 0, 0>} : (tensor<1x8x8x4xf32>) -> tensor<1x9x8x4xf32>
  return %1 : tensor<1x9x8x4xf32>
}

// CHECK-LABEL: func.func @channels_first
// CHECK:         %[[P:.+]] = lc.permute %arg0 {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         %[[C:.+]] = lc.conv %[[P]], %arg1 {channels_last
// CHECK:         lc.permute %[[C]] {perm = array<i64: 0, 3, 1, 2>}
func.func @channels_first(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// One zero behind each element, then a window that is turned round.
// CHECK-LABEL: func.func @transposed
// CHECK:         %[[S:.+]] = lc.reshape %arg0 {{.*}} -> tensor<1x4x1x4x1x8xf32>
// CHECK:         %[[Z:.+]] = lc.pad %[[S]] {high = array<i64: 0, 0, 1, 0, 1, 0>
// CHECK:         %[[I:.+]] = lc.reshape %[[Z]] {{.*}} -> tensor<1x8x8x8xf32>
// CHECK:         %[[P:.+]] = lc.pad %[[I]] {high = array<i64: 0, 1, 1, 0>, low = array<i64: 0, 2, 2, 0>}
// CHECK:         lc.flip %arg1 {dims = array<i64: 2, 3>}
// CHECK:         lc.conv %[[P]]
// CHECK-NOT:     lc.conv_transpose
func.func @transposed(%x: tensor<1x4x4x8xf32>, %w: tensor<8x5x3x3xf32>) -> tensor<1x9x9x5xf32> {
  %0 = lc.conv_transpose %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x4x4x8xf32>, tensor<8x5x3x3xf32>) -> tensor<1x9x9x5xf32>
  return %0 : tensor<1x9x9x5xf32>
}

// CHECK-LABEL: func.func @by_columns
// CHECK:         %[[P:.+]] = lc.permute %arg1 {perm = array<i64: 1, 0>}
// CHECK:         lc.matmul %arg0, %[[P]] : (tensor<4x8xf32>, tensor<8x16xf32>)
func.func @by_columns(%x: tensor<4x8xf32>, %y: tensor<16x8xf32>) -> tensor<4x16xf32> {
  %0 = lc.matmul %x, %y {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// All places of grad, spread, then the padding cut off.
// CHECK-LABEL: func.func @grad_input
// CHECK:         lc.flip %arg1
// CHECK:         %[[C:.+]] = lc.conv {{.*}} -> tensor<1x9x9x3xf32>
// CHECK:         lc.pad {{.*}}high = array<i64: 0, 0, 0, 0>, low = array<i64: 0, 0, -1, -1>
// CHECK-NOT:     lc.conv_grad_input
func.func @grad_input(%g: tensor<1x4x4x5xf32>, %w: tensor<5x3x3x3xf32>) -> tensor<1x8x8x3xf32> {
  %0 = lc.conv_grad_input %g, %w {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x4x4x5xf32>, tensor<5x3x3x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}

// Sums over the batch; the places of grad are the window, so the stride is a dilation.
// CHECK-LABEL: func.func @grad_weight
// CHECK:         lc.conv {{.*}}dilation = array<i64: 2, 2>{{.*}}stride = array<i64: 1, 1>
// CHECK-NOT:     lc.conv_grad_weight
// CHECK:         return %{{.+}} : tensor<5x3x3x3xf32>
func.func @grad_weight(%x: tensor<2x3x8x8xf32>, %g: tensor<2x5x4x4xf32>) -> tensor<5x3x3x3xf32> {
  %0 = lc.conv_grad_weight %x, %g {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<2x3x8x8xf32>, tensor<2x5x4x4xf32>) -> tensor<5x3x3x3xf32>
  return %0 : tensor<5x3x3x3xf32>
}
