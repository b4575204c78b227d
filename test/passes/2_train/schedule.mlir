// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 schedule='linear_warmup(4)+step(3,gamma=0.25)'" --canonicalize --cse %s | FileCheck %s

// By the number of steps done before this one, in f64.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[STEP:[a-z0-9]+]]: tensor<i64> {lc.name = "step", lc.state = "counter"}
// CHECK-DAG: %[[DONE:.*]] = lc.convert %[[STEP]] : (tensor<i64>) -> tensor<f64>
// CHECK-DAG: %[[FOUR:.*]] = lc.full 4.000000e+00 : f64
// CHECK-DAG: %[[MIN:.*]] = lc.minimum %[[DONE]], %[[FOUR]]
// CHECK-DAG: %[[WARM:.*]] = lc.div %[[MIN]], %[[FOUR]]
// CHECK-DAG: %[[SINCE:.*]] = lc.{{add|sub}} %[[DONE]],
// CHECK-DAG: %[[POW:.*]] = lc.pow
// CHECK-DAG: %[[LESS:.*]] = lc.compare lt %[[DONE]], %[[FOUR]]
// CHECK: %[[FACTOR:.*]] = lc.where %[[LESS]], %[[WARM]], %[[POW]]
// CHECK: lc.mul %{{.*}}, %[[FACTOR]] : tensor<f64>
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %0 = lc.mul %x, %w : tensor<4xf32>
  %1 = lc.sum %0 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
