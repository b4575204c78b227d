// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @views(
// CHECK-SAME:    %[[X:.*]]: tensor<8x3xf32>, %[[Y:.*]]: tensor<1x3xf32>
func.func @views(%x: tensor<8x3xf32>, %y: tensor<1x3xf32>) {
  // CHECK: lc.reshape %[[X]] : (tensor<8x3xf32>) -> tensor<2x12xf32>
  %0 = lc.reshape %x : (tensor<8x3xf32>) -> tensor<2x12xf32>
  // CHECK: lc.expand %[[Y]] : (tensor<1x3xf32>) -> tensor<4x3xf32>
  %1 = lc.expand %y : (tensor<1x3xf32>) -> tensor<4x3xf32>
  // CHECK: lc.permute %[[X]] {perm = array<i64: 1, 0>} : (tensor<8x3xf32>) -> tensor<3x8xf32>
  %2 = lc.permute %x {perm = array<i64: 1, 0>} : (tensor<8x3xf32>) -> tensor<3x8xf32>
  // CHECK: lc.slice %[[X]] {dim = 0 : i64, start = #{{.+}}, step = 2 : i64} : (tensor<8x3xf32>) -> tensor<3x3xf32>
  %3 = lc.slice %x {dim = 0 : i64, start = #lc.dims<2>, step = 2 : i64} : (tensor<8x3xf32>) -> tensor<3x3xf32>
  // CHECK: lc.flip %[[X]] {dims = array<i64: 0>} : (tensor<8x3xf32>) -> tensor<8x3xf32>
  %4 = lc.flip %x {dims = array<i64: 0>} : (tensor<8x3xf32>) -> tensor<8x3xf32>
  return
}

// CHECK-LABEL: func.func @symbolic(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4xf32, #[[$X:[a-z0-9]+]]>
func.func @symbolic(%x: tensor<?x4xf32, #lc.dims<s0, 4>>) attributes {lc.symbols = [#lc.symbol<"n", 2, 8>]} {
  // CHECK: lc.reshape %[[X]] : (tensor<?x4xf32, #[[$X]]>) -> tensor<?xf32, #{{.+}}>
  %0 = lc.reshape %x : (tensor<?x4xf32, #lc.dims<s0, 4>>) -> tensor<?xf32, #lc.dims<s0 * 4>>
  // CHECK: lc.slice %[[X]] {dim = 0 : i64, start = #[[$START:[a-z0-9]+]]}
  %1 = lc.slice %x {dim = 0 : i64, start = #lc.dims<s0 - 2>} : (tensor<?x4xf32, #lc.dims<s0, 4>>) -> tensor<2x4xf32>
  // The sizes of a concatenation add up.
  // CHECK: lc.concat %[[X]], %[[X]] {dim = 0 : i64}
  %2 = lc.concat %x, %x {dim = 0 : i64} : (tensor<?x4xf32, #lc.dims<s0, 4>>, tensor<?x4xf32, #lc.dims<s0, 4>>) -> tensor<?x4xf32, #lc.dims<s0 * 2, 4>>
  // CHECK: lc.pad %[[X]] {high = array<i64: 2, 0>, low = array<i64: 1, 0>}
  %3 = lc.pad %x {low = array<i64: 1, 0>, high = array<i64: 2, 0>} : (tensor<?x4xf32, #lc.dims<s0, 4>>) -> tensor<?x4xf32, #lc.dims<s0 + 3, 4>>
  return
}

// CHECK-LABEL: func.func @pad_modes(
func.func @pad_modes(%x: tensor<5xi8>) {
  // CHECK: lc.pad {{.*}} mode = #lc<pad_mode reflect>
  %0 = lc.pad %x {low = array<i64: 1>, high = array<i64: 2>, mode = #lc<pad_mode reflect>} : (tensor<5xi8>) -> tensor<8xi8>
  // CHECK: lc.pad {{.*}} mode = #lc<pad_mode replicate>
  %1 = lc.pad %x {low = array<i64: 1>, high = array<i64: 2>, mode = #lc<pad_mode replicate>} : (tensor<5xi8>) -> tensor<8xi8>
  // CHECK: lc.pad {{.*}} mode = #lc<pad_mode circular>
  %2 = lc.pad %x {low = array<i64: 1>, high = array<i64: 2>, mode = #lc<pad_mode circular>} : (tensor<5xi8>) -> tensor<8xi8>
  // CHECK: lc.pad {{.*}} value = 3.000000e+00 : f64}
  %3 = lc.pad %x {low = array<i64: -1>, high = array<i64: 0>, value = 3.0 : f64} : (tensor<5xi8>) -> tensor<4xi8>
  return
}

// CHECK-LABEL: func.func @writes(
// CHECK-SAME:    %[[X:.*]]: tensor<8x3xf32>, %[[Y:.*]]: tensor<4x3xf32>
func.func @writes(%x: tensor<8x3xf32>, %y: tensor<4x3xf32>) {
  // CHECK: lc.overwrite %[[X]], %[[X]] : tensor<8x3xf32>
  lc.overwrite %x, %x : tensor<8x3xf32>
  // CHECK: lc.insert_slice %[[X]], %[[Y]] {dim = 0 : i64, start = #{{.+}}, step = 2 : i64}
  %0 = lc.insert_slice %x, %y {dim = 0 : i64, start = #lc.dims<1>, step = 2 : i64} : (tensor<8x3xf32>, tensor<4x3xf32>) -> tensor<8x3xf32>
  return
}
