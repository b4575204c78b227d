// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-zero-shard=stage=0 --canonicalize %s | FileCheck %s --check-prefix=WHOLE
// RUN: lcompile-opt --lc-zero-shard=stage=1 --canonicalize %s | FileCheck %s
// RUN: lcompile-opt --lc-zero-shard=stage=3 --canonicalize %s | FileCheck %s --check-prefix=THREE

// WHOLE-LABEL: func.func @step
// WHOLE-SAME: ccl.zero_stage = 0
// WHOLE-NOT: ccl.shard_slice
// WHOLE: return

// The state is a part, and so is all that updates it; the new parameter is gathered.
// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[P:arg1]]: tensor<2x4xf32>
// CHECK-SAME: %[[M:arg2]]: tensor<2xf32> {lc.name = "w.momentum_buffer", lc.state = "optimizer", lc.whole = tensor<2x4xf32>}
// CHECK: %[[G:.*]] = ccl.all_reduce
// CHECK: %[[F:.*]] = lc.full 5.000000e-01 : f32 : tensor<2xf32>
// CHECK-DAG: %[[GS:.*]] = ccl.shard_slice %[[G]] : (tensor<2x4xf32>) -> tensor<2xf32>
// CHECK-DAG: %[[PS:.*]] = ccl.shard_slice %[[P]] : (tensor<2x4xf32>) -> tensor<2xf32>
// CHECK-DAG: %[[K:.*]] = lc.mul %[[M]], %[[F]] : tensor<2xf32>
// CHECK-DAG: %[[NEW:.*]] = lc.add %[[K]], %[[GS]] : tensor<2xf32>
// CHECK-DAG: %[[RATE:.*]] = lc.expand %{{.*}} : (tensor<1xf32>) -> tensor<2xf32>
// CHECK: %[[Q:.*]] = lc.sub %[[PS]], %{{.*}} : tensor<2xf32>
// CHECK: %[[W:.*]] = ccl.all_gather %[[Q]] {names = ["w"]} : (tensor<2xf32>) -> tensor<2x4xf32>
// CHECK: return %[[W]], %[[NEW]] : tensor<2x4xf32>, tensor<2xf32>

// THREE-LABEL: func.func @step
// THREE-SAME: %[[P:arg1]]: tensor<2xf32> {lc.name = "w", lc.state = "parameter", lc.whole = tensor<2x4xf32>}
// THREE: %[[W:.*]] = zero.unshard %[[P]] of "w" : tensor<2xf32> -> tensor<2x4xf32>
// THREE: lc.mul %{{.*}}, %[[W]] : tensor<2x4xf32>
// THREE: %[[Q:.*]] = lc.sub %[[P]], %{{.*}} : tensor<2xf32>
// THREE-NOT: all_gather
// THREE: return %[[Q]],
func.func @step(%x: tensor<2x4xf32>, %w: tensor<2x4xf32> {lc.name = "w", lc.state = "parameter"},
                %m: tensor<2x4xf32> {lc.name = "w.momentum_buffer", lc.state = "optimizer"}, %rate: tensor<f32>)
    -> (tensor<2x4xf32> {lc.alias = 1 : i64}, tensor<2x4xf32> {lc.alias = 2 : i64})
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = lc.mul %x, %w : tensor<2x4xf32>
  %g = ccl.all_reduce %0 {red = #ccl.red<avg>, names = ["w"]} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %keep = lc.full 0.5 : f32 : tensor<2x4xf32>
  %1 = lc.mul %m, %keep : tensor<2x4xf32>
  %2 = lc.add %1, %g : tensor<2x4xf32>
  %3 = lc.reshape %rate : (tensor<f32>) -> tensor<1x1xf32>
  %4 = lc.expand %3 : (tensor<1x1xf32>) -> tensor<2x4xf32>
  %5 = lc.mul %2, %4 : tensor<2x4xf32>
  %6 = lc.sub %w, %5 : tensor<2x4xf32>
  return %6, %2 : tensor<2x4xf32>, tensor<2x4xf32>
}
