// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @identities(
// CHECK-SAME:    %[[X:.*]]: tensor<2x3xf32>
func.func @identities(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = lc.reshape %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = lc.expand %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = lc.permute %1 {perm = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = lc.slice %2 {dim = 0 : i64, start = #lc.dims<0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = lc.concat %3 {dim = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: return %[[X]]
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @reshape_of_reshape(
// CHECK-SAME:    %[[X:.*]]: tensor<12xf32>
func.func @reshape_of_reshape(%x: tensor<12xf32>) -> tensor<3x4xf32> {
  %0 = lc.reshape %x : (tensor<12xf32>) -> tensor<2x6xf32>
  // CHECK-NEXT: lc.reshape %[[X]] : (tensor<12xf32>) -> tensor<3x4xf32>
  %1 = lc.reshape %0 : (tensor<2x6xf32>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

// CHECK-LABEL: func.func @reshape_back(
// CHECK-SAME:    %[[X:.*]]: tensor<12xf32>
func.func @reshape_back(%x: tensor<12xf32>) -> tensor<12xf32> {
  %0 = lc.reshape %x : (tensor<12xf32>) -> tensor<2x6xf32>
  %1 = lc.reshape %0 : (tensor<2x6xf32>) -> tensor<12xf32>
  // CHECK-NEXT: return %[[X]]
  return %1 : tensor<12xf32>
}

// CHECK-LABEL: func.func @reshape_of_known
func.func @reshape_of_known() -> (tensor<2x2xi64>, tensor<4xf32>) {
  %0 = lc.constant dense<[1, 2, 3, 4]> : tensor<4xi64>
  // CHECK-DAG: lc.constant dense<{{\[}}[1, 2], [3, 4]]> : tensor<2x2xi64>
  %1 = lc.reshape %0 : (tensor<4xi64>) -> tensor<2x2xi64>
  %2 = lc.full 2.0 : f32 : tensor<2x2xf32>
  // CHECK-DAG: lc.full 2.000000e+00 : f32 : tensor<4xf32>
  %3 = lc.reshape %2 : (tensor<2x2xf32>) -> tensor<4xf32>
  // CHECK-NOT: lc.reshape
  return %1, %3 : tensor<2x2xi64>, tensor<4xf32>
}

// CHECK-LABEL: func.func @expand_of_expand(
// CHECK-SAME:    %[[X:.*]]: tensor<1x1xf32>
func.func @expand_of_expand(%x: tensor<1x1xf32>) -> tensor<4x3xf32> {
  %0 = lc.expand %x : (tensor<1x1xf32>) -> tensor<1x3xf32>
  // CHECK-NEXT: lc.expand %[[X]] : (tensor<1x1xf32>) -> tensor<4x3xf32>
  %1 = lc.expand %0 : (tensor<1x3xf32>) -> tensor<4x3xf32>
  return %1 : tensor<4x3xf32>
}

// CHECK-LABEL: func.func @permute_of_permute(
// CHECK-SAME:    %[[X:.*]]: tensor<2x3x4xf32>
func.func @permute_of_permute(%x: tensor<2x3x4xf32>) -> tensor<4x3x2xf32> {
  %0 = lc.permute %x {perm = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  // CHECK-NEXT: lc.permute %[[X]] {perm = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %1 = lc.permute %0 {perm = array<i64: 1, 0, 2>} : (tensor<3x4x2xf32>) -> tensor<4x3x2xf32>
  return %1 : tensor<4x3x2xf32>
}
