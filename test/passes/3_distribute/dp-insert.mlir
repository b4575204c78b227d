// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-dp-insert=world=4 %s | FileCheck %s
// RUN: lcompile-opt --lc-dp-insert %s | FileCheck %s --check-prefix=ONE

// The rank is one symbol more; the gradient is an average; the sum of squares is one of parts; running statistics
// are those of rank 0.
// CHECK-LABEL: func.func @step
// CHECK-SAME: attributes {ccl.rank = 1 : i64, ccl.world = 4 : i64
// CHECK-SAME: lc.symbols = [#lc.symbol<"rank", 1, 9>, #lc.symbol<"rank_", 0, 3>]
// CHECK: %[[P:.*]] = ccl.mark_partial %{{.*}} : tensor<8xf32>
// CHECK: %[[G:.*]] = ccl.all_reduce %[[P]] {names = ["w"], red = #ccl.red<avg>} : (tensor<8xf32>) -> tensor<8xf32>
// CHECK: %[[S:.*]] = ccl.shard_slice %[[G]] : (tensor<8xf32>) -> tensor<2xf32>
// CHECK: %[[M:.*]] = lc.mul %{{.*}} : tensor<2xf32>
// CHECK: %[[Q:.*]] = lc.sum %[[M]]
// CHECK: %[[QP:.*]] = ccl.mark_partial %[[Q]] : tensor<f32>
// CHECK: ccl.all_reduce %[[QP]] {names = ["square_sum"], red = #ccl.red<sum>} : (tensor<f32>) -> tensor<f32>
// CHECK: %[[B:.*]] = ccl.broadcast %{{.*}} {names = ["mean"]} : (tensor<3xf32>) -> tensor<3xf32>
// CHECK: return %[[G]], %{{.*}}, %[[B]]

// ONE-LABEL: func.func @step
// ONE-NOT: ccl.
// ONE-NOT: zero.
// ONE: %[[X:.*]] = lc.convert %arg0
// ONE: lc.mul %[[X]], %[[X]] : tensor<8xf32>
// ONE: return %arg0
func.func @step(%g: tensor<8xf32>, %mean: tensor<3xf32> {lc.name = "mean", lc.state = "buffer"}, %x: tensor<?xf32, #lc.dims<s0>>)
    -> (tensor<8xf32>, tensor<f32>, tensor<3xf32> {lc.alias = 1 : i64})
    attributes {lc.symbols = [#lc.symbol<"rank", 1, 9>]} {
  %0 = zero.reduce_grad %g into "w" : tensor<8xf32>
  %1 = zero.square_sum %0 : tensor<8xf32> -> tensor<f32>
  %2 = lc.neg %mean : tensor<3xf32>
  return %0, %1, %2 : tensor<8xf32>, tensor<f32>, tensor<3xf32>
}

// Whether all is finite, ranks come to know together: each looks at a part.
// CHECK-LABEL: func.func @finite
// CHECK: %[[S:.*]] = ccl.shard_slice %{{.*}} : (tensor<8xbf16>) -> tensor<2xbf16>
// CHECK: lc.compare lt
// CHECK: lc.sum {{.*}} : (tensor<2xf32>) -> tensor<f32>
// CHECK: ccl.all_reduce {{.*}} {names = ["nonfinite"], red = #ccl.red<sum>}

// ONE-LABEL: func.func @finite
// ONE-NOT: ccl.
// ONE: lc.sum {{.*}} : (tensor<8xf32>) -> tensor<f32>
func.func @finite(%g: tensor<8xbf16>) -> tensor<f32> {
  %0 = zero.count_nonfinite %g : tensor<8xbf16> -> tensor<f32>
  return %0 : tensor<f32>
}
