// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @batch_norm(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8x4xf32, #[[$X:[a-z0-9]+]]>, %[[V:.*]]: tensor<8xf32>
func.func @batch_norm(%x: tensor<?x8x4xf32, #lc.dims<s0, 8, 4>>, %v: tensor<8xf32>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.batch_norm %[[X]] mean %[[V]] var %[[V]] {eps = 1.000000e-05 : f64}
  %0 = lc.batch_norm %x mean %v var %v {eps = 1.0e-5 : f64} : (tensor<?x8x4xf32, #lc.dims<s0, 8, 4>>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4xf32, #lc.dims<s0, 8, 4>>
  // CHECK: lc.batch_norm %[[X]] mean %[[V]] var %[[V]] bias %[[V]] {eps
  %1 = lc.batch_norm %x mean %v var %v bias %v {eps = 1.0e-5 : f64} : (tensor<?x8x4xf32, #lc.dims<s0, 8, 4>>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4xf32, #lc.dims<s0, 8, 4>>
  return
}

// CHECK-LABEL: func.func @batch_norm_channels_last(
func.func @batch_norm_channels_last(%x: tensor<2x4x8xf32>, %v: tensor<8xf32>) {
  // CHECK: lc.batch_norm {{.*}} {channels_last, eps
  %0 = lc.batch_norm %x mean %v var %v weight %v {eps = 1.0e-5 : f64, channels_last} : (tensor<2x4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  return
}

// CHECK-LABEL: func.func @trailing_dimensions(
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x8xbf16>, %[[V:.*]]: tensor<8xbf16>, %[[W:.*]]: tensor<4x8xbf16>
func.func @trailing_dimensions(%x: tensor<2x4x8xbf16>, %v: tensor<8xbf16>, %w: tensor<4x8xbf16>) {
  // CHECK: lc.layer_norm %[[X]] weight %[[V]] bias %[[V]] {eps = 1.000000e-05 : f64, ndims = 1 : i64}
  %0 = lc.layer_norm %x weight %v bias %v {ndims = 1 : i64, eps = 1.0e-5 : f64} : (tensor<2x4x8xbf16>, tensor<8xbf16>, tensor<8xbf16>) -> tensor<2x4x8xbf16>
  // CHECK: lc.layer_norm %[[X]] {eps = 1.000000e-05 : f64, ndims = 3 : i64}
  %1 = lc.layer_norm %x {ndims = 3 : i64, eps = 1.0e-5 : f64} : (tensor<2x4x8xbf16>) -> tensor<2x4x8xbf16>
  // CHECK: lc.rms_norm %[[X]] weight %[[W]] {eps = 2.500000e-01 : f64, ndims = 2 : i64}
  %2 = lc.rms_norm %x weight %w {ndims = 2 : i64, eps = 0.25 : f64} : (tensor<2x4x8xbf16>, tensor<4x8xbf16>) -> tensor<2x4x8xbf16>
  return
}

// CHECK-LABEL: func.func @group_norm(
// CHECK-SAME:    %[[X:.*]]: tensor<1x8x4x4xf32>, %[[V:.*]]: tensor<8xf32>
func.func @group_norm(%x: tensor<1x8x4x4xf32>, %v: tensor<8xf32>) {
  // CHECK: lc.group_norm %[[X]] weight %[[V]] bias %[[V]] {eps = 1.000000e-05 : f64, groups = 2 : i64}
  %0 = lc.group_norm %x weight %v bias %v {groups = 2 : i64, eps = 1.0e-5 : f64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return
}
