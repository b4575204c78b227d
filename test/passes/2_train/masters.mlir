// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 parameters=bf16" --canonicalize --cse %s | FileCheck %s

// The model reads bf16, gradients are reduced in bf16, the update is that of the master.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<4xbf16> {lc.initial = "w", lc.name = "w", lc.state = "parameter"}
// CHECK-SAME: %[[M:[a-z0-9]+]]: tensor<4xf32> {lc.initial = "w", lc.name = "w.master", lc.state = "optimizer"}
// CHECK: lc.convert %[[W]] : (tensor<4xbf16>) -> tensor<4xf32>
// CHECK: %[[G:.*]] = zero.reduce_grad %{{.*}} into "w" : tensor<4xbf16>
// CHECK: lc.convert %[[G]] : (tensor<4xbf16>) -> tensor<4xf32>
// CHECK: %[[NEW:.*]] = lc.sub %[[M]],
// CHECK: %[[LOW:.*]] = lc.convert %[[NEW]] : (tensor<4xf32>) -> tensor<4xbf16>
// CHECK: return %{{.*}}, %[[LOW]], %[[NEW]]
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %0 = lc.mul %x, %w : tensor<4xf32>
  %1 = lc.sum %0 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
