// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 accumulate=3" --canonicalize --cse --split-input-file %s | FileCheck %s

// Inputs have three batches, the loop adds up gradients, and what is reduced and updated is behind it.
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<12xf32>, %[[BUF:[a-z0-9]+]]: tensor<f32> {lc.name = "mean", lc.state = "buffer"}, %[[F:[a-z0-9]+]]: tensor<3xf32>
// CHECK: %[[L:.*]]:3 = scf.for %[[I:.*]] = {{.*}} iter_args(%[[LOSS:.*]] = %{{.*}}, %[[MEAN:.*]] = %[[BUF]], %[[SUM:.*]] = %{{.*}}) -> (tensor<f32>, tensor<f32>, tensor<4xf32>)
// CHECK-DAG: lc.dynamic_slice %[[X]], {{.*}} : (tensor<12xf32>, tensor<i64>) -> tensor<4xf32>
// CHECK-DAG: lc.dynamic_slice %[[F]], {{.*}} : (tensor<3xf32>, tensor<i64>) -> tensor<1xf32>
// CHECK-DAG: lc.add %[[LOSS]],
// CHECK-DAG: lc.add %[[MEAN]],
// CHECK-DAG: lc.add %[[SUM]],
// CHECK: scf.yield
// CHECK: zero.reduce_grad %[[L]]#2 into "w"
// CHECK: return %[[L]]#0, %[[L]]#1,
func.func @forward(%x: tensor<4xf32>, %mean: tensor<f32> {lc.name = "mean", lc.state = "buffer"}, %factor: tensor<f32>)
    -> (tensor<f32> {lc.name = "loss"}, tensor<f32> {lc.alias = 1 : i64}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %0 = lc.mul %x, %w : tensor<4xf32>
  %1 = lc.sum %0 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  %2 = lc.mul %1, %factor : tensor<f32>
  %3 = lc.add %mean, %2 : tensor<f32>
  return %2, %3 : tensor<f32>, tensor<f32>
}

// -----

// The symbol counts the rows of all three.
// CHECK: #[[ALL:.*]] = #lc.dims<s0>
// CHECK: #[[ONE:.*]] = #lc.dims<s0 floordiv 3>
// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?xf32, #[[ALL]]>
// CHECK-SAME: lc.symbols = [#lc.symbol<"rows", 6, 48, 3>]
// CHECK: lc.dynamic_slice %[[X]], {{.*}} -> tensor<?xf32, #[[ONE]]>
func.func @dynamic(%x: tensor<?xf32, #lc.dims<s0>>) -> tensor<f32>
    attributes {lc.symbols = [#lc.symbol<"rows", 2, 16>]} {
  %w = lc.parameter "w" {trainable} : tensor<f32>
  %0 = lc.sum %x {dims = array<i64: 0>} : (tensor<?xf32, #lc.dims<s0>>) -> tensor<f32>
  %1 = lc.mul %0, %w : tensor<f32>
  return %1 : tensor<f32>
}
