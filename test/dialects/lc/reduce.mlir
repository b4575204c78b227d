// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @reductions(
// CHECK-SAME:    %[[X:.*]]: tensor<?x3x4xf32, #[[$X:[a-z0-9]+]]>, %[[P:.*]]: tensor<4xi1>
func.func @reductions(%x: tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>, %p: tensor<4xi1>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.sum %[[X]] {dims = array<i64: 0, 2>} : (tensor<?x3x4xf32, #[[$X]]>) -> tensor<3xf32>
  %0 = lc.sum %x {dims = array<i64: 0, 2>} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<3xf32>
  // CHECK: lc.mean %[[X]] {dims = array<i64: 2>, keepdim} : (tensor<?x3x4xf32, #[[$X]]>) -> tensor<?x3x1xf32, #{{.+}}>
  %1 = lc.mean %x {dims = array<i64: 2>, keepdim} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<?x3x1xf32, #lc.dims<s0, 3, 1>>
  // CHECK: lc.prod %[[X]] {dims = array<i64: 0, 1, 2>} : (tensor<?x3x4xf32, #[[$X]]>) -> tensor<f32>
  %2 = lc.prod %x {dims = array<i64: 0, 1, 2>} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<f32>
  // CHECK: lc.amax %[[X]] {dims = array<i64: 0, 1>}
  %3 = lc.amax %x {dims = array<i64: 0, 1>} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<4xf32>
  // CHECK: lc.amin %[[X]] {dims = array<i64: 0, 1>}
  %4 = lc.amin %x {dims = array<i64: 0, 1>} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<4xf32>
  // CHECK: lc.var %[[X]] {correction = 0.000000e+00 : f64, dims = array<i64: 0, 1>}
  %5 = lc.var %x {dims = array<i64: 0, 1>, correction = 0.0 : f64} : (tensor<?x3x4xf32, #lc.dims<s0, 3, 4>>) -> tensor<4xf32>
  // CHECK: lc.any %[[P]] {dims = array<i64: 0>} : (tensor<4xi1>) -> tensor<i1>
  %6 = lc.any %p {dims = array<i64: 0>} : (tensor<4xi1>) -> tensor<i1>
  // CHECK: lc.all %[[P]] {dims = array<i64: 0>} : (tensor<4xi1>) -> tensor<i1>
  %7 = lc.all %p {dims = array<i64: 0>} : (tensor<4xi1>) -> tensor<i1>
  return
}

// CHECK-LABEL: func.func @along_a_dimension(
// CHECK-SAME:    %[[X:.*]]: tensor<4x3xf32>
func.func @along_a_dimension(%x: tensor<4x3xf32>) {
  // CHECK: lc.argmax %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4xi64>
  %0 = lc.argmax %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4xi64>
  // CHECK: lc.argmin %[[X]] {dim = 0 : i64, keepdim} : (tensor<4x3xf32>) -> tensor<1x3xi64>
  %1 = lc.argmin %x {dim = 0 : i64, keepdim} : (tensor<4x3xf32>) -> tensor<1x3xi64>
  // CHECK: lc.cumsum %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %2 = lc.cumsum %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: lc.softmax %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %3 = lc.softmax %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: lc.softmax %[[X]] {dim = 0 : i64, log} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %4 = lc.softmax %x {dim = 0 : i64, log} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}
