// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s | lcompile-opt | FileCheck %s

// CHECK-LABEL: func.func @f
func.func @f(%g: tensor<8xf32>, %part: tensor<2xf32>) -> (tensor<8xf32>, tensor<f32>)
    attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // CHECK: zero.reduce_grad %{{.*}} into "w" : tensor<8xf32>
  %0 = zero.reduce_grad %g into "w" : tensor<8xf32>
  // CHECK: zero.square_sum %{{.*}} : tensor<8xf32> -> tensor<f32>
  %1 = zero.square_sum %0 : tensor<8xf32> -> tensor<f32>
  // CHECK: zero.count_nonfinite %{{.*}} : tensor<8xf32> -> tensor<f32>
  %2 = zero.count_nonfinite %0 : tensor<8xf32> -> tensor<f32>
  // CHECK: %[[W:.*]] = zero.unshard %{{.*}} of "w" : tensor<2xf32> -> tensor<8xf32>
  %w = zero.unshard %part of "w" : tensor<2xf32> -> tensor<8xf32>
  // CHECK: zero.release %[[W]] : tensor<8xf32>
  zero.release %w : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<f32>
}
