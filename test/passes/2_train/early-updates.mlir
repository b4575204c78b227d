// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-early-updates %s | FileCheck %s

// The second layer's weight is updated before the first layer's gradient is computed, and behind the last that reads it;
// the rate stands in front.
// CHECK-LABEL: func.func @step
// CHECK: %[[LOSS:.*]] = lc.sum
// CHECK: %[[DV:.*]] = lc.matmul %{{.*}}, %{{.*}} {transpose_a}
// CHECK-NEXT: %[[G:.*]] = zero.reduce_grad %[[DV]] into "v"
// CHECK: %[[DY:.*]] = lc.matmul %{{.*}}, %arg2 {transpose_b}
// CHECK: lc.sub %arg2
// CHECK: %[[DW:.*]] = lc.matmul %arg0, %{{.*}} {transpose_a}
// CHECK-NEXT: zero.reduce_grad %[[DW]] into "w"
// CHECK: lc.sub %arg1
// CHECK-NEXT: return
func.func @step(%x: tensor<4x4xf32>, %w: tensor<4x4xf32> {lc.state = "parameter"}, %v: tensor<4x4xf32> {lc.state = "parameter"}, %r: tensor<f32>)
    -> (tensor<f32>, tensor<4x4xf32> {lc.alias = 1 : i64}, tensor<4x4xf32> {lc.alias = 2 : i64}) {
  %rate = lc.mul %r, %r : tensor<f32>
  %r1 = lc.reshape %rate : (tensor<f32>) -> tensor<1x1xf32>
  %all = lc.expand %r1 : (tensor<1x1xf32>) -> tensor<4x4xf32>
  %y = lc.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = lc.matmul %y, %v : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %loss = lc.sum %z {dims = array<i64: 0, 1>} : (tensor<4x4xf32>) -> tensor<f32>
  %dz = lc.full 1.0 : f32 : tensor<4x4xf32>
  %dv = lc.matmul %y, %dz {transpose_a} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %dy = lc.matmul %dz, %v {transpose_b} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %dn = lc.neg %dy : tensor<4x4xf32>
  %dw = lc.matmul %x, %dn {transpose_a} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %gw = zero.reduce_grad %dw into "w" : tensor<4x4xf32>
  %sw = lc.mul %gw, %all : tensor<4x4xf32>
  %nw = lc.sub %w, %sw : tensor<4x4xf32>
  %gv = zero.reduce_grad %dv into "v" : tensor<4x4xf32>
  %sv = lc.mul %gv, %all : tensor<4x4xf32>
  %nv = lc.sub %v, %sv : tensor<4x4xf32>
  return %loss, %nw, %nv : tensor<f32>, tensor<4x4xf32>, tensor<4x4xf32>
}
