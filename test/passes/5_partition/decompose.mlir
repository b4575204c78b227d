// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-decompose %s | FileCheck %s

// CHECK-LABEL: func.func @softmax
// CHECK-SAME:    (%[[X:.*]]: tensor<4x8xf32>)
// CHECK-NOT:     lc.softmax
// CHECK:         %[[MAX:.*]] = lc.amax %[[X]]
// CHECK:         %[[ALL:.*]] = lc.expand %[[MAX]]
// CHECK:         %[[REST:.*]] = lc.sub %[[X]], %[[ALL]]
// CHECK:         %[[EXP:.*]] = lc.exp %[[REST]]
// CHECK:         lc.sum %[[EXP]]
func.func @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = lc.softmax %x {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// The number of elements less the correction, never below 0.
// CHECK-LABEL: func.func @var
// CHECK:         lc.full {{.*}}7.000000e+00
// CHECK:         lc.div
func.func @var(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %0 = lc.var %x {dims = array<i64: 1>} : (tensor<4x8xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Squares of bf16 are summed in f32.
// CHECK-LABEL: func.func @narrow_var
// CHECK:         %[[X:.*]] = lc.convert %{{.*}} : (tensor<4x8xbf16>) -> tensor<4x8xf32>
// CHECK:         lc.mean %[[X]]
// CHECK:         lc.convert %{{.*}} : (tensor<4xf32>) -> tensor<4xbf16>
func.func @narrow_var(%x: tensor<4x8xbf16>) -> tensor<4xbf16> {
  %0 = lc.var %x {dims = array<i64: 1>} : (tensor<4x8xbf16>) -> tensor<4xbf16>
  return %0 : tensor<4xbf16>
}
