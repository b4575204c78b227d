// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @item_of_scalar(
// CHECK-SAME:    %[[I:.*]]: i64
func.func @item_of_scalar(%i: i64) -> i64 {
  %0 = lc.scalar %i : i64 -> tensor<i64>
  %1 = lc.item %0 : tensor<i64> -> i64
  // CHECK-NEXT: return %[[I]]
  return %1 : i64
}

// CHECK-LABEL: func.func @scalar_of_item(
// CHECK-SAME:    %[[X:.*]]: tensor<f32>
func.func @scalar_of_item(%x: tensor<f32>) -> tensor<f32> {
  %0 = lc.item %x : tensor<f32> -> f32
  %1 = lc.scalar %0 : f32 -> tensor<f32>
  // CHECK-NEXT: return %[[X]]
  return %1 : tensor<f32>
}

// One of two equal constants is left.
// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<2xi64>, tensor<2xi64>) {
  // CHECK-NEXT: %[[C:.*]] = lc.constant
  %0 = lc.constant dense<[1, 2]> : tensor<2xi64>
  %1 = lc.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK-NEXT: return %[[C]], %[[C]]
  return %0, %1 : tensor<2xi64>, tensor<2xi64>
}
