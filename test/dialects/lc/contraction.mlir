// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @matmul(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4x8xf32, #[[$X:[a-z0-9]+]]>, %[[W:.*]]: tensor<16x8xf32>, %[[B:.*]]: tensor<16xf32>
func.func @matmul(%x: tensor<?x4x8xf32, #lc.dims<s0, 4, 8>>, %w: tensor<16x8xf32>, %b: tensor<16xf32>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.matmul %[[X]], %[[W]] bias %[[B]] {transpose_b} : (tensor<?x4x8xf32, #[[$X]]>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<?x4x16xf32, #{{.+}}>
  %0 = lc.matmul %x, %w bias %b {transpose_b} : (tensor<?x4x8xf32, #lc.dims<s0, 4, 8>>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<?x4x16xf32, #lc.dims<s0, 4, 16>>
  // CHECK: lc.matmul %[[X]], %[[X]] {transpose_a}
  %1 = lc.matmul %x, %x {transpose_a} : (tensor<?x4x8xf32, #lc.dims<s0, 4, 8>>, tensor<?x4x8xf32, #lc.dims<s0, 4, 8>>) -> tensor<?x8x8xf32, #lc.dims<s0, 8, 8>>
  return
}

// CHECK-LABEL: func.func @conv(
// CHECK-SAME:    %[[X:.*]]: tensor<1x4x?x8xf32, #[[$X:[a-z0-9]+]]>, %[[W:.*]]: tensor<6x2x3x3xf32>, %[[B:.*]]: tensor<6xf32>
func.func @conv(%x: tensor<1x4x?x8xf32, #lc.dims<1, 4, s0, 8>>, %w: tensor<6x2x3x3xf32>, %b: tensor<6xf32>)
    attributes {lc.symbols = [#lc.symbol<"h", 4, 64>]} {
  // CHECK: lc.conv %[[X]], %[[W]] bias %[[B]] {dilation = array<i64: 1, 2>, groups = 2 : i64, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, stride = array<i64: 2, 1>}
  %0 = lc.conv %x, %w bias %b {stride = array<i64: 2, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 1, 0>, dilation = array<i64: 1, 2>, groups = 2 : i64} : (tensor<1x4x?x8xf32, #lc.dims<1, 4, s0, 8>>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x?x4xf32, #lc.dims<1, 6, (s0 - 1) floordiv 2 + 1, 4>>
  return
}

// CHECK-LABEL: func.func @channels_last(
func.func @channels_last(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>) {
  // CHECK: lc.conv {{.*}} {channels_last, {{.*}} -> tensor<1x6x6x4xf32>
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x6x4xf32>
  return
}

// CHECK-LABEL: func.func @conv_transpose(
// CHECK-SAME:    %[[X:.*]]: tensor<1x8x4xf16>, %[[W:.*]]: tensor<8x2x3xf16>, %[[B:.*]]: tensor<4xf16>
func.func @conv_transpose(%x: tensor<1x8x4xf16>, %w: tensor<8x2x3xf16>, %b: tensor<4xf16>) {
  // (4 - 1) * 2 - 2 * 1 + 2 + 1 + 1
  // CHECK: lc.conv_transpose %[[X]], %[[W]] bias %[[B]] {dilation = array<i64: 1>, groups = 2 : i64, output_padding = array<i64: 1>, padding = array<i64: 1>, stride = array<i64: 2>} : {{.*}} -> tensor<1x4x8xf16>
  %0 = lc.conv_transpose %x, %w bias %b {stride = array<i64: 2>, padding = array<i64: 1>, output_padding = array<i64: 1>, dilation = array<i64: 1>, groups = 2 : i64} : (tensor<1x8x4xf16>, tensor<8x2x3xf16>, tensor<4xf16>) -> tensor<1x4x8xf16>
  return
}

// Two sizes of images give four places with this stride: the type says which.
// CHECK-LABEL: func.func @conv_grad_input(
// CHECK-SAME:    %[[G:.*]]: tensor<1x6x4xf32>, %[[W:.*]]: tensor<6x2x3xf32>
func.func @conv_grad_input(%g: tensor<1x6x4xf32>, %w: tensor<6x2x3xf32>) {
  // CHECK: lc.conv_grad_input %[[G]], %[[W]] {dilation = array<i64: 1>, groups = 2 : i64, pad_high = array<i64: 0>, pad_low = array<i64: 1>, stride = array<i64: 2>} : {{.*}} -> tensor<1x4x8xf32>
  %0 = lc.conv_grad_input %g, %w {stride = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 0>, dilation = array<i64: 1>, groups = 2 : i64} : (tensor<1x6x4xf32>, tensor<6x2x3xf32>) -> tensor<1x4x8xf32>
  // CHECK: lc.conv_grad_input {{.*}} -> tensor<1x4x9xf32>
  %1 = lc.conv_grad_input %g, %w {stride = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 0>, dilation = array<i64: 1>, groups = 2 : i64} : (tensor<1x6x4xf32>, tensor<6x2x3xf32>) -> tensor<1x4x9xf32>
  return
}

// CHECK-LABEL: func.func @conv_grad_weight(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8x8x3xf32, #[[$X:[a-z0-9]+]]>, %[[G:.*]]: tensor<?x6x6x4xf32, #[[$G:[a-z0-9]+]]>
func.func @conv_grad_weight(%x: tensor<?x8x8x3xf32, #lc.dims<s0, 8, 8, 3>>, %g: tensor<?x6x6x4xf32, #lc.dims<s0, 6, 6, 4>>)
    attributes {lc.symbols = [#lc.symbol<"n", 0, 8>]} {
  // CHECK: lc.conv_grad_weight %[[X]], %[[G]] {channels_last, {{.*}} -> tensor<4x3x3x3xf32>
  %0 = lc.conv_grad_weight %x, %g {stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<?x8x8x3xf32, #lc.dims<s0, 8, 8, 3>>, tensor<?x6x6x4xf32, #lc.dims<s0, 6, 6, 4>>) -> tensor<4x3x3x3xf32>
  return
}

// CHECK-LABEL: func.func @sdpa(
// CHECK-SAME:    %[[Q:.*]]: tensor<2x8x16x64xf32>, %[[K:.*]]: tensor<2x4x32x64xf32>, %[[V:.*]]: tensor<2x4x32x48xf32>, %[[M:.*]]: tensor<1x8x1x32xi1>
func.func @sdpa(%q: tensor<2x8x16x64xf32>, %k: tensor<2x4x32x64xf32>, %v: tensor<2x4x32x48xf32>, %m: tensor<1x8x1x32xi1>) {
  // CHECK: lc.sdpa %[[Q]], %[[K]], %[[V]] {causal, scale = 1.250000e-01 : f64}
  %0 = lc.sdpa %q, %k, %v {scale = 0.125 : f64, causal} : (tensor<2x8x16x64xf32>, tensor<2x4x32x64xf32>, tensor<2x4x32x48xf32>) -> tensor<2x8x16x48xf32>
  // CHECK: lc.sdpa %[[Q]], %[[K]], %[[V]], %[[M]] {scale = 1.250000e-01 : f64}
  %1 = lc.sdpa %q, %k, %v, %m {scale = 0.125 : f64} : (tensor<2x8x16x64xf32>, tensor<2x4x32x64xf32>, tensor<2x4x32x48xf32>, tensor<1x8x1x32xi1>) -> tensor<2x8x16x48xf32>
  return
}
