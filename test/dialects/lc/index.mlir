// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// The indices' dimensions stand where the indexed one was.
// CHECK-LABEL: func.func @index_select(
// CHECK-SAME:    %[[X:.*]]: tensor<4x100x8xf32>, %[[I:.*]]: tensor<?x3xi32, #[[$I:[a-z0-9]+]]>
func.func @index_select(%x: tensor<4x100x8xf32>, %i: tensor<?x3xi32, #lc.dims<s0, 3>>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.index_select %[[X]], %[[I]] {dim = 1 : i64, wrap} : (tensor<4x100x8xf32>, tensor<?x3xi32, #[[$I]]>) -> tensor<4x?x3x8xf32, #{{.+}}>
  %0 = lc.index_select %x, %i {dim = 1 : i64, wrap} : (tensor<4x100x8xf32>, tensor<?x3xi32, #lc.dims<s0, 3>>) -> tensor<4x?x3x8xf32, #lc.dims<4, s0, 3, 8>>
  return
}

// CHECK-LABEL: func.func @gather(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32>, %[[I:.*]]: tensor<3x9xi64>
func.func @gather(%x: tensor<4x8xf32>, %i: tensor<3x9xi64>) {
  // CHECK: lc.gather %[[X]], %[[I]] {dim = 1 : i64} : (tensor<4x8xf32>, tensor<3x9xi64>) -> tensor<3x9xf32>
  %0 = lc.gather %x, %i {dim = 1 : i64} : (tensor<4x8xf32>, tensor<3x9xi64>) -> tensor<3x9xf32>
  return
}

// CHECK-LABEL: func.func @dynamic_slices(
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[I:.*]]: tensor<i64>
func.func @dynamic_slices(%x: tensor<8x4xf32>, %i: tensor<i64>) {
  // CHECK: %[[ROW:.*]] = lc.dynamic_slice %[[X]], %[[I]] {dim = 0 : i64} : (tensor<8x4xf32>, tensor<i64>) -> tensor<1x4xf32>
  %0 = lc.dynamic_slice %x, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<i64>) -> tensor<1x4xf32>
  // CHECK: lc.dynamic_update_slice %[[X]], %[[ROW]], %[[I]] {dim = 0 : i64}
  %1 = lc.dynamic_update_slice %x, %0, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<1x4xf32>, tensor<i64>) -> tensor<8x4xf32>
  return
}
