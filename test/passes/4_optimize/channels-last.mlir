// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-channels-last --canonicalize --split-input-file %s | FileCheck %s

// The permutes between two convolutions meet and cancel.
// CHECK-LABEL: func.func @chain
// CHECK:         %[[IN:.+]] = lc.permute %{{.+}} {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         %[[A:.+]] = lc.conv %[[IN]], {{.*}}channels_last
// CHECK:         %[[R:.+]] = lc.relu %[[A]]
// CHECK:         %[[B:.+]] = lc.conv %[[R]], {{.*}}channels_last
// CHECK:         lc.permute %[[B]] {perm = array<i64: 0, 3, 1, 2>}
func.func @chain(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>, %w: tensor<5x4x1x1xf32>) -> tensor<1x5x8x8xf32> {
  %0 = lc.conv %x, %v {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = lc.relu %0 : tensor<1x4x8x8xf32>
  %2 = lc.conv %1, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<5x4x1x1xf32>) -> tensor<1x5x8x8xf32>
  return %2 : tensor<1x5x8x8xf32>
}

// -----

// A mean over the image needs no permute at all.
// CHECK-LABEL: func.func @pooled
// CHECK:         %[[C:.+]] = lc.conv {{.*}}channels_last
// CHECK:         %[[M:.+]] = lc.mean %[[C]] {dims = array<i64: 1, 2>}
// CHECK-NOT:     lc.permute
// CHECK:         return %[[M]]
func.func @pooled(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>) -> tensor<1x4xf32> {
  %0 = lc.conv %x, %v {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = lc.mean %0 {dims = array<i64: 2, 3>} : (tensor<1x4x8x8xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

// Gradients keep the layout of what they are gradients of; that of the weight has none.
// CHECK-LABEL: func.func @gradients
// CHECK:         %[[X:.+]] = lc.permute %arg0 {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         %[[G:.+]] = lc.permute %arg2 {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         lc.conv_grad_weight %[[X]], %[[G]] {channels_last, {{.*}} -> tensor<5x3x3x3xf32>
// CHECK:         %[[G2:.+]] = lc.permute %arg2 {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         lc.conv_grad_input %[[G2]], %arg1 {channels_last, {{.*}} -> tensor<2x8x8x3xf32>
func.func @gradients(%x: tensor<2x3x8x8xf32>, %w: tensor<5x3x3x3xf32>, %g: tensor<2x5x6x6xf32>) -> (tensor<5x3x3x3xf32>, tensor<2x3x8x8xf32>) {
  %0 = lc.conv_grad_weight %x, %g {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<2x3x8x8xf32>, tensor<2x5x6x6xf32>) -> tensor<5x3x3x3xf32>
  %1 = lc.conv_grad_input %g, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<2x5x6x6xf32>, tensor<5x3x3x3xf32>) -> tensor<2x3x8x8xf32>
  return %0, %1 : tensor<5x3x3x3xf32>, tensor<2x3x8x8xf32>
}

// -----

// The statistics of a batch norm are taken where the image lies.
// CHECK-LABEL: func.func @statistics
// CHECK:         %[[C:.+]] = lc.conv {{.*}}channels_last
// CHECK:         lc.var %[[C]] {correction = 0.000000e+00 : f64, dims = array<i64: 0, 1, 2>}
// CHECK-NOT:     lc.permute
// CHECK:         return
func.func @statistics(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>) -> tensor<4xf32> {
  %0 = lc.conv %x, %v {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = lc.var %0 {dims = array<i64: 0, 2, 3>, correction = 0.0 : f64} : (tensor<1x4x8x8xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// The way from a padded image to places of its windows and back.
// CHECK-LABEL: func.func @windows
// CHECK:         %[[C:.+]] = lc.conv {{.*}}channels_last
// CHECK:         %[[P:.+]] = lc.pad %[[C]] {high = array<i64: 0, 1, 0, 0>, low = array<i64: 0, 0, 2, 0>}
// CHECK:         %[[S:.+]] = lc.slice %[[P]] {dim = 2 : i64, start = {{.+}}, step = 2 : i64} : (tensor<1x9x10x4xf32>) -> tensor<1x9x5x4xf32>
// CHECK:         %[[I:.+]] = lc.insert_slice %{{.+}}, %[[S]] {dim = 1 : i64, {{.*}} : (tensor<1x12x5x4xf32>, tensor<1x9x5x4xf32>)
// CHECK:         lc.permute %[[I]] {perm = array<i64: 0, 3, 1, 2>}
func.func @windows(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>) -> tensor<1x4x12x5xf32> {
  %0 = lc.conv %x, %v {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = lc.pad %0 {low = array<i64: 0, 0, 0, 2>, high = array<i64: 0, 0, 1, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x9x10xf32>
  %2 = lc.slice %1 {dim = 3 : i64, start = #lc.dims<0>, step = 2 : i64} : (tensor<1x4x9x10xf32>) -> tensor<1x4x9x5xf32>
  %3 = lc.full 0.0 : f32 : tensor<1x4x12x5xf32>
  %4 = lc.insert_slice %3, %2 {dim = 2 : i64, start = #lc.dims<1>} : (tensor<1x4x12x5xf32>, tensor<1x4x9x5xf32>) -> tensor<1x4x12x5xf32>
  return %4 : tensor<1x4x12x5xf32>
}
