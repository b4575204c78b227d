// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @numbers(
// CHECK-SAME:    %[[X:.*]]: tensor<4xi32>, %[[Y:.*]]: tensor<4xi32>
func.func @numbers(%x: tensor<4xi32>, %y: tensor<4xi32>) {
  // CHECK: lc.neg %[[X]] : tensor<4xi32>
  %neg = lc.neg %x : tensor<4xi32>
  // CHECK: lc.abs %[[X]] : tensor<4xi32>
  %abs = lc.abs %x : tensor<4xi32>
  // CHECK: lc.sign %[[X]] : tensor<4xi32>
  %sign = lc.sign %x : tensor<4xi32>
  // CHECK: lc.relu %[[X]] : tensor<4xi32>
  %relu = lc.relu %x : tensor<4xi32>
  // CHECK: lc.add %[[X]], %[[Y]] : tensor<4xi32>
  %add = lc.add %x, %y : tensor<4xi32>
  // CHECK: lc.sub %[[X]], %[[Y]] : tensor<4xi32>
  %sub = lc.sub %x, %y : tensor<4xi32>
  // CHECK: lc.mul %[[X]], %[[Y]] : tensor<4xi32>
  %mul = lc.mul %x, %y : tensor<4xi32>
  // CHECK: lc.floor_div %[[X]], %[[Y]] : tensor<4xi32>
  %floor_div = lc.floor_div %x, %y : tensor<4xi32>
  // CHECK: lc.trunc_div %[[X]], %[[Y]] : tensor<4xi32>
  %trunc_div = lc.trunc_div %x, %y : tensor<4xi32>
  // CHECK: lc.remainder %[[X]], %[[Y]] : tensor<4xi32>
  %remainder = lc.remainder %x, %y : tensor<4xi32>
  // CHECK: lc.fmod %[[X]], %[[Y]] : tensor<4xi32>
  %fmod = lc.fmod %x, %y : tensor<4xi32>
  // CHECK: lc.pow %[[X]], %[[Y]] : tensor<4xi32>
  %pow = lc.pow %x, %y : tensor<4xi32>
  // CHECK: lc.maximum %[[X]], %[[Y]] : tensor<4xi32>
  %maximum = lc.maximum %x, %y : tensor<4xi32>
  // CHECK: lc.minimum %[[X]], %[[Y]] : tensor<4xi32>
  %minimum = lc.minimum %x, %y : tensor<4xi32>
  return
}

// CHECK-LABEL: func.func @bits(
// CHECK-SAME:    %[[X:.*]]: tensor<4xi8>, %[[P:.*]]: tensor<4xi1>
func.func @bits(%x: tensor<4xi8>, %p: tensor<4xi1>) {
  // CHECK: lc.shl %[[X]], %[[X]] : tensor<4xi8>
  %shl = lc.shl %x, %x : tensor<4xi8>
  // CHECK: lc.shr %[[X]], %[[X]] : tensor<4xi8>
  %shr = lc.shr %x, %x : tensor<4xi8>
  // CHECK: lc.and %[[P]], %[[P]] : tensor<4xi1>
  %and = lc.and %p, %p : tensor<4xi1>
  // CHECK: lc.or %[[P]], %[[P]] : tensor<4xi1>
  %or = lc.or %p, %p : tensor<4xi1>
  // CHECK: lc.xor %[[P]], %[[P]] : tensor<4xi1>
  %xor = lc.xor %p, %p : tensor<4xi1>
  // CHECK: lc.bitwise_not %[[X]] : tensor<4xi8>
  %0 = lc.bitwise_not %x : tensor<4xi8>
  // CHECK: lc.logical_not %[[P]] : tensor<4xi1>
  %1 = lc.logical_not %p : tensor<4xi1>
  return
}

// CHECK-LABEL: func.func @floats(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf64>
func.func @floats(%x: tensor<4xf64>) {
  // CHECK: lc.div %[[X]], %[[X]] : tensor<4xf64>
  %div = lc.div %x, %x : tensor<4xf64>
  // CHECK: lc.atan2 %[[X]], %[[X]] : tensor<4xf64>
  %atan2 = lc.atan2 %x, %x : tensor<4xf64>
  // CHECK: lc.copysign %[[X]], %[[X]] : tensor<4xf64>
  %copysign = lc.copysign %x, %x : tensor<4xf64>
  return
}
