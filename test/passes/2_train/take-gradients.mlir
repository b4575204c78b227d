// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-take-gradients --canonicalize --cse %s | FileCheck %s

// CHECK-LABEL: func.func @one
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32> {lc.name = "x"}, %[[DY:[a-z0-9]+]]: tensor<4xf32> {lc.name = "grad_y"}
// CHECK-SAME: -> (tensor<4xf32> {lc.name = "y"}, tensor<4xf32> {lc.name = "grad_x"})
// CHECK: %[[Y:.*]] = lc.exp %[[X]]
// CHECK: %[[DX:.*]] = lc.mul %[[DY]], %[[Y]]
// CHECK: return %[[Y]], %[[DX]]
func.func @one(%x: tensor<4xf32> {lc.name = "x"}) -> (tensor<4xf32> {lc.name = "y"}) {
  %0 = lc.exp %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Parameters have gradients, integers and what they decide have none.
// CHECK-LABEL: func.func @parameter
// CHECK-SAME: (%{{.*}}: tensor<2xi64>{{.*}}, %[[DY:[a-z0-9]+]]: tensor<2x3xf32>
// CHECK-SAME: tensor<5x3xf32> {lc.name = "grad_table"})
// CHECK: lc.scatter %{{.*}}, %{{.*}}, %[[DY]] add {dim = 0 : i64}
func.func @parameter(%i: tensor<2xi64> {lc.name = "i"}) -> (tensor<2x3xf32> {lc.name = "y"}, tensor<2xi64>) {
  %t = lc.parameter "table" : tensor<5x3xf32>
  %0 = lc.index_select %t, %i {dim = 0 : i64} : (tensor<5x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  return %0, %i : tensor<2x3xf32>, tensor<2xi64>
}

// What has two uses has the sum of two gradients; what is detached has none.
// CHECK-LABEL: func.func @uses
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>, %[[DY:[a-z0-9]+]]: tensor<4xf32>
// CHECK: %[[D:.*]] = lc.detach %[[X]]
// CHECK: %[[A:.*]] = lc.mul %[[DY]], %[[D]]
// CHECK: %[[S:.*]] = lc.add %[[DY]], %[[A]]
// CHECK: return %{{.*}}, %[[S]]
func.func @uses(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.detach %x : tensor<4xf32>
  %1 = lc.mul %x, %0 : tensor<4xf32>
  %2 = lc.add %1, %x : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// A loop goes back over its rounds; what they began with is kept.
// CHECK-LABEL: func.func @loop
// CHECK: %[[F:.*]]:2 = scf.for {{.*}} -> (tensor<4xf32>, tensor<3x4xf32>)
// CHECK: lc.dynamic_update_slice
// CHECK: %[[B:.*]] = scf.for
// CHECK: lc.dynamic_slice %[[F]]#1
// CHECK: return %[[F]]#0, %[[B]]
func.func @loop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c3 = arith.constant 3 : i64
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %x) -> (tensor<4xf32>) : i64 {
    %s = lc.sin %v : tensor<4xf32>
    scf.yield %s : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// A composite stays whole; its parts are there for the gradient only.
// CHECK-LABEL: func.func @composite
// CHECK: %[[Y:.*]] = lc.layer_norm
// CHECK: lc.rsqrt
// CHECK: return %[[Y]]
func.func @composite(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = lc.layer_norm %x {ndims = 1 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// The gradients of a convolution have gradients: it is linear in each operand.
// CHECK-LABEL: func.func @convolution
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8x8xf32>, %[[W:[a-z0-9]+]]: tensor<4x3x3x3xf32>, %[[G:[a-z0-9]+]]: tensor<1x4x4x4xf32>, %[[DX:[a-z0-9]+]]: tensor<1x3x8x8xf32> {{.*}}, %[[DW:[a-z0-9]+]]: tensor<4x3x3x3xf32>
// CHECK-DAG: %[[XG:.*]] = lc.conv_grad_input %[[G]], %[[DW]] {{.*}}pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 1>, stride = array<i64: 2, 2>
// CHECK-DAG: %[[WG:.*]] = lc.conv_grad_weight %[[DX]], %[[G]] {{.*}}pad_high = array<i64: 0, 1>
// CHECK-DAG: %[[G1:.*]] = lc.conv %[[X]], %[[DW]] {{.*}}pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 1>, stride = array<i64: 2, 2>
// CHECK-DAG: %[[G2:.*]] = lc.conv %[[DX]], %[[W]] {{.*}}pad_high = array<i64: 0, 1>
// CHECK-DAG: %[[GG:.*]] = lc.add %[[G1]], %[[G2]]
// CHECK: return %{{.*}}, %{{.*}}, %[[XG]], %[[WG]], %[[GG]]
func.func @convolution(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %g: tensor<1x4x4x4xf32>) -> (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) {
  %0 = lc.conv_grad_input %g, %w {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 0, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  %1 = lc.conv_grad_weight %x, %g {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 0, 1>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<1x4x4x4xf32>) -> tensor<4x3x3x3xf32>
  return %0, %1 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>
}
