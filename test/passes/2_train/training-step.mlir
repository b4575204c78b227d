// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step=optimizer=sgd,lr=0.5 --canonicalize --cse %s | FileCheck %s
// RUN: lcompile-opt --lc-training-step=optimizer=adam,lr=input --canonicalize --cse %s | FileCheck %s --check-prefix=ADAM

// The parameter is an input, and an output that is its new value; what is not trainable stays.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<4xf32> {lc.initial = "w", lc.name = "w", lc.state = "parameter"}
// CHECK-SAME: tensor<f32> {lc.name = "loss"}
// CHECK-SAME: tensor<4xf32> {lc.alias = 1 : i64, lc.name = "w"}
// CHECK: lc.parameter "fixed"
// CHECK: %[[G:.*]] = zero.reduce_grad %{{.*}} into "w" : tensor<4xf32>
// CHECK: lc.mul %[[G]],
// CHECK: lc.sub %[[W]],

// ADAM-LABEL: func.func @forward
// ADAM-SAME: lc.name = "w", lc.state = "parameter"}
// ADAM-SAME: tensor<f64> {lc.name = "lr"}
// ADAM-SAME: tensor<i64> {lc.name = "step", lc.state = "counter"}
// ADAM-SAME: {lc.name = "w.exp_avg", lc.state = "optimizer"}
// ADAM-SAME: {lc.name = "w.exp_avg_sq", lc.state = "optimizer"}
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %fixed = lc.parameter "fixed" : tensor<4xf32>
  %0 = lc.mul %x, %w : tensor<4xf32>
  %1 = lc.mul %0, %fixed : tensor<4xf32>
  %2 = lc.sum %1 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}
