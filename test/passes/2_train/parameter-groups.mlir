// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5,momentum=0.9 groups='b: momentum=0,lr=0.25; c*: frozen'" --canonicalize --cse %s | FileCheck %s
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=input groups='b: lr=input:slow; c*: lr=input'" %s | FileCheck %s --check-prefix=RATES

// Rates from outside, one for two groups and one of another name.
// RATES: func.func @forward(
// RATES-SAME: lc.name = "lr"
// RATES-SAME: lc.name = "slow"
// RATES-NOT: lc.name = "lr"
// RATES: return

// One parameter with the numbers of all, one with a rate of its own and no momentum, one that stays a weight.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[A:[a-z0-9]+]]: tensor<4xf32> {lc.initial = "a"
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<4xf32> {lc.initial = "b"
// CHECK-SAME: lc.name = "a.momentum_buffer"
// CHECK-NOT: lc.name = "b.momentum_buffer"
// CHECK-DAG: lc.parameter "cat" : tensor<4xf32>
// CHECK-DAG: lc.full 5{{.*}}e-01
// CHECK-DAG: lc.full 2.500000e-01
// CHECK-DAG: lc.sub %[[A]],
// CHECK-DAG: lc.sub %[[B]],
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %a = lc.parameter "a" {trainable} : tensor<4xf32>
  %b = lc.parameter "b" {trainable} : tensor<4xf32>
  %c = lc.parameter "cat" {trainable} : tensor<4xf32>
  %0 = lc.mul %x, %a : tensor<4xf32>
  %1 = lc.mul %0, %b : tensor<4xf32>
  %2 = lc.mul %1, %c : tensor<4xf32>
  %3 = lc.sum %2 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}
