// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @lines(
// CHECK-SAME:    %[[X:.*]]: tensor<4x3xf32>)
func.func @lines(%x: tensor<4x3xf32>) {
  // CHECK: lc.cumsum %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %0 = lc.cumsum %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: lc.cumprod %[[X]] {dim = 0 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %1 = lc.cumprod %x {dim = 0 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: lc.cumargmax %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  %2 = lc.cumargmax %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  // CHECK: lc.cumargmin %[[X]] {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  %3 = lc.cumargmin %x {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  // CHECK: lc.argsort %[[X]] {descending, dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  %4 = lc.argsort %x {dim = 1 : i64, descending} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  return
}

// CHECK-LABEL: func.func @scatter(
func.func @scatter(%x: tensor<4x8xf32>, %i: tensor<4x2xi64>, %y: tensor<4x3xf32>) {
  // CHECK: lc.scatter %{{.*}}, %{{.*}}, %{{.*}} add {dim = 1 : i64}
  %0 = lc.scatter %x, %i, %y add {dim = 1 : i64} : (tensor<4x8xf32>, tensor<4x2xi64>, tensor<4x3xf32>) -> tensor<4x8xf32>
  return
}
