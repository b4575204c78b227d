// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @neutral_integers(
// CHECK-SAME:    %[[X:.*]]: tensor<4xi64>
func.func @neutral_integers(%x: tensor<4xi64>) -> tensor<4xi64> {
  %zero = lc.full 0 : i64 : tensor<4xi64>
  %one = lc.constant dense<1> : tensor<4xi64>
  %0 = lc.add %x, %zero : tensor<4xi64>
  %1 = lc.add %zero, %0 : tensor<4xi64>
  %2 = lc.sub %1, %zero : tensor<4xi64>
  %3 = lc.mul %2, %one : tensor<4xi64>
  // CHECK-NEXT: return %[[X]]
  return %3 : tensor<4xi64>
}

// CHECK-LABEL: func.func @neutral_floats(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
func.func @neutral_floats(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = lc.full 0.0 : f32 : tensor<4xf32>
  %one = lc.full 1.0 : f32 : tensor<4xf32>
  %0 = lc.sub %x, %zero : tensor<4xf32>
  %1 = lc.mul %one, %0 : tensor<4xf32>
  %2 = lc.div %1, %one : tensor<4xf32>
  // CHECK-NEXT: return %[[X]]
  return %2 : tensor<4xf32>
}

// -0.0 + 0.0 is 0.0: the sum stays.
// CHECK-LABEL: func.func @signed_zero
func.func @signed_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = lc.full 0.0 : f32 : tensor<4xf32>
  // CHECK: lc.add
  %0 = lc.add %x, %zero : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @convert_to_itself(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
func.func @convert_to_itself(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.convert %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[X]]
  return %0 : tensor<4xf32>
}

// Two conversions may lose bits that one would keep.
// CHECK-LABEL: func.func @converts_stay
func.func @converts_stay(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: lc.convert
  %0 = lc.convert %x : (tensor<4xf32>) -> tensor<4xf16>
  // CHECK: lc.convert
  %1 = lc.convert %0 : (tensor<4xf16>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
