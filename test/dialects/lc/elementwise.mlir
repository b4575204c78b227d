// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s
// Elementwise operations with attributes or with more than one type.

// CHECK-LABEL: func.func @attributes(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
func.func @attributes(%x: tensor<4xf32>) {
  // CHECK: lc.gelu %[[X]] : tensor<4xf32>
  %0 = lc.gelu %x : tensor<4xf32>
  // CHECK: lc.gelu %[[X]] {tanh} : tensor<4xf32>
  %1 = lc.gelu %x {tanh} : tensor<4xf32>
  // Defaults are not written.
  // CHECK: lc.elu %[[X]] {alpha = 1.500000e+00 : f64} : tensor<4xf32>
  %2 = lc.elu %x {alpha = 1.5 : f64, scale = 1.0 : f64} : tensor<4xf32>
  // CHECK: lc.leaky_relu %[[X]] {slope = 2.000000e-01 : f64} : tensor<4xf32>
  %3 = lc.leaky_relu %x {slope = 0.2 : f64} : tensor<4xf32>
  // CHECK: lc.softplus %[[X]] : tensor<4xf32>
  %4 = lc.softplus %x {beta = 1.0 : f64} : tensor<4xf32>
  // CHECK: lc.clamp %[[X]] {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64} : tensor<4xf32>
  %5 = lc.clamp %x {min = 0.0 : f64, max = 6.0 : f64} : tensor<4xf32>
  // CHECK: lc.clamp %[[X]] {min = 0.000000e+00 : f64} : tensor<4xf32>
  %6 = lc.clamp %x {min = 0.0 : f64} : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @types(
// CHECK-SAME:    %[[X:.*]]: tensor<?xf32, #[[$D:[a-z0-9]+]]>
func.func @types(%x: tensor<?xf32, #lc.dims<s0>>) attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.isnan %[[X]] : (tensor<?xf32, #[[$D]]>) -> tensor<?xi1, #[[$D]]>
  %0 = lc.isnan %x : (tensor<?xf32, #lc.dims<s0>>) -> tensor<?xi1, #lc.dims<s0>>
  // CHECK: lc.isinf %[[X]]
  %1 = lc.isinf %x : (tensor<?xf32, #lc.dims<s0>>) -> tensor<?xi1, #lc.dims<s0>>
  // CHECK: %[[Y:.*]] = lc.convert %[[X]] : (tensor<?xf32, #[[$D]]>) -> tensor<?xf16, #[[$D]]>
  %2 = lc.convert %x : (tensor<?xf32, #lc.dims<s0>>) -> tensor<?xf16, #lc.dims<s0>>
  // CHECK: %[[LESS:.*]] = lc.compare lt %[[Y]], %[[Y]]
  %3 = lc.compare lt %2, %2 : (tensor<?xf16, #lc.dims<s0>>, tensor<?xf16, #lc.dims<s0>>) -> tensor<?xi1, #lc.dims<s0>>
  // CHECK: lc.where %[[LESS]], %[[X]], %[[X]]
  %4 = lc.where %3, %x, %x : (tensor<?xi1, #lc.dims<s0>>, tensor<?xf32, #lc.dims<s0>>, tensor<?xf32, #lc.dims<s0>>) -> tensor<?xf32, #lc.dims<s0>>
  // CHECK: lc.philox %{{.*}}, %{{.*}}, %{{.*}} :
  %p = lc.constant dense<7> : tensor<4xi64>
  %u = lc.philox %p, %p, %p : (tensor<4xi64>, tensor<4xi64>, tensor<4xi64>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @comparisons(
func.func @comparisons(%p: tensor<2xi1>) {
  // CHECK: lc.compare eq
  %0 = lc.compare eq %p, %p : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: lc.compare ne
  %1 = lc.compare ne %p, %p : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: lc.compare le
  %2 = lc.compare le %p, %p : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: lc.compare gt
  %3 = lc.compare gt %p, %p : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: lc.compare ge
  %4 = lc.compare ge %p, %p : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  return
}
