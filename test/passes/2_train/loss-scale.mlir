// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 loss-scale=dynamic" --canonicalize --cse %s | FileCheck %s
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 loss-scale=64" --canonicalize --cse %s | FileCheck %s --check-prefix=FIXED

// The gradient is of the scaled loss; what is not finite, on any rank, keeps the step from updating.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<4xf32> {lc.initial = "w"
// CHECK-SAME: %[[SCALE:[a-z0-9]+]]: tensor<f32> {lc.initial = "loss_scale", lc.name = "loss_scale", lc.state = "counter"}
// CHECK-SAME: tensor<i64> {lc.name = "growth_tracker", lc.state = "counter"}
// CHECK: %[[G:.*]] = zero.reduce_grad %{{.*}} into "w"
// CHECK: %[[N:.*]] = zero.count_nonfinite %[[G]] : tensor<4xf32> -> tensor<f32>
// CHECK: %[[GOOD:.*]] = lc.compare eq %[[N]],
// CHECK: lc.reciprocal
// CHECK: %[[NEW:.*]] = lc.sub %[[W]],
// CHECK: lc.where %{{.*}}, %[[NEW]], %[[W]]
// CHECK: lc.where %[[GOOD]],

// FIXED-LABEL: func.func @forward
// FIXED-NOT: loss_scale
// FIXED: lc.full 6.400000e+01
// FIXED: zero.count_nonfinite
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %0 = lc.mul %x, %w : tensor<4xf32>
  %1 = lc.sum %0 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
