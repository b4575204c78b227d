// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @windows(
// CHECK-SAME:    %[[X:.*]]: tensor<1x3x?xf32, #[[$X:[a-z0-9]+]]>
func.func @windows(%x: tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) attributes {lc.symbols = [#lc.symbol<"n", 4, 64>]} {
  // CHECK: lc.max_pool %[[X]] {dilation = array<i64: 2>, kernel = array<i64: 3>, pad_high = array<i64: 1>, pad_low = array<i64: 1>, stride = array<i64: 2>}
  %0 = lc.max_pool %x {kernel = array<i64: 3>, stride = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, dilation = array<i64: 2>} : (tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x?xf32, #lc.dims<1, 3, (s0 - 3) floordiv 2 + 1>>
  // CHECK: lc.avg_pool %[[X]] {count_include_pad, divisor = 5 : i64, kernel = array<i64: 3>
  %1 = lc.avg_pool %x {kernel = array<i64: 3>, stride = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, count_include_pad, divisor = 5 : i64} : (tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x?xf32, #lc.dims<1, 3, s0 - 2>>
  // CHECK: lc.adaptive_avg_pool %[[X]] {output = array<i64: 5>} : {{.*}} -> tensor<1x3x5xf32>
  %2 = lc.adaptive_avg_pool %x {output = array<i64: 5>} : (tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x5xf32>
  return
}

// CHECK-LABEL: func.func @channels_last(
func.func @channels_last(%x: tensor<1x8x8x3xf32>) {
  // CHECK: lc.max_pool {{.*}} {channels_last, {{.*}} -> tensor<1x4x4x3xf32>
  %0 = lc.max_pool %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x8x8x3xf32>) -> tensor<1x4x4x3xf32>
  // CHECK: lc.adaptive_avg_pool {{.*}} {channels_last, {{.*}} -> tensor<1x1x1x3xf32>
  %1 = lc.adaptive_avg_pool %x {output = array<i64: 1, 1>, channels_last} : (tensor<1x8x8x3xf32>) -> tensor<1x1x1x3xf32>
  return
}

// CHECK-LABEL: func.func @resize(
// CHECK-SAME:    %[[X:.*]]: tensor<1x3x4x?xf32, #[[$W:[a-z0-9]+]]>
func.func @resize(%x: tensor<1x3x4x?xf32, #lc.dims<1, 3, 4, s0>>) attributes {lc.symbols = [#lc.symbol<"w", 4, 64>]} {
  // CHECK: lc.resize %[[X]] {mode = #lc<resize_mode nearest>, scales = array<f64: 5.000000e-01, 5.000000e-01>}
  %0 = lc.resize %x {mode = #lc<resize_mode nearest>, scales = array<f64: 0.5, 0.5>} : (tensor<1x3x4x?xf32, #lc.dims<1, 3, 4, s0>>) -> tensor<1x3x8x?xf32, #lc.dims<1, 3, 8, s0 * 2>>
  // CHECK: lc.resize %[[X]] {align_corners, mode = #lc<resize_mode linear>
  %1 = lc.resize %x {mode = #lc<resize_mode linear>, scales = array<f64: 0.5, 1.0>, align_corners} : (tensor<1x3x4x?xf32, #lc.dims<1, 3, 4, s0>>) -> tensor<1x3x7x?xf32, #lc.dims<1, 3, 7, s0>>
  return
}
