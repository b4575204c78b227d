// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-reduce-algebra %s | FileCheck %s

// CHECK-LABEL: func.func @scatter
// CHECK: %[[R:.*]] = ccl.reduce_scatter %arg0 {names = ["w"], red = #ccl.red<avg>} : (tensor<8xf32>) -> tensor<2xf32>
// CHECK: return %[[R]], %[[R]]
func.func @scatter(%g: tensor<8xf32>) -> (tensor<2xf32>, tensor<2xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>
  %1 = ccl.shard_slice %0 : (tensor<8xf32>) -> tensor<2xf32>
  %2 = ccl.shard_slice %0 : (tensor<8xf32>) -> tensor<2xf32>
  return %1, %2 : tensor<2xf32>, tensor<2xf32>
}

// Somebody wants the whole.
// CHECK-LABEL: func.func @whole
// CHECK: ccl.all_reduce
// CHECK: ccl.shard_slice
func.func @whole(%g: tensor<8xf32>) -> (tensor<8xf32>, tensor<2xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>
  %1 = ccl.shard_slice %0 : (tensor<8xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<8xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @sums
// CHECK: %[[A:.*]] = lc.add %arg0, %arg1
// CHECK: %[[B:.*]] = lc.add %[[A]], %arg2
// CHECK: %[[P:.*]] = ccl.mark_partial %[[B]]
// CHECK: %[[R:.*]] = ccl.all_reduce %[[P]] {names = ["s"], red = #ccl.red<sum>}
// CHECK: return %[[R]]
func.func @sums(%x: tensor<f32>, %y: tensor<f32>, %z: tensor<f32>) -> tensor<f32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %x {red = #ccl.red<sum>, names = ["s"]} : (tensor<f32>) -> tensor<f32>
  %1 = ccl.all_reduce %y {red = #ccl.red<sum>, names = ["s"]} : (tensor<f32>) -> tensor<f32>
  %2 = ccl.all_reduce %z {red = #ccl.red<sum>, names = ["s"]} : (tensor<f32>) -> tensor<f32>
  %3 = lc.add %0, %1 : tensor<f32>
  %4 = lc.add %3, %2 : tensor<f32>
  return %4 : tensor<f32>
}

// The larger of two is no sum.
// CHECK-LABEL: func.func @maxima
// CHECK-COUNT-2: ccl.all_reduce
func.func @maxima(%x: tensor<f32>, %y: tensor<f32>) -> tensor<f32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %x {red = #ccl.red<max>, names = ["s"]} : (tensor<f32>) -> tensor<f32>
  %1 = ccl.all_reduce %y {red = #ccl.red<max>, names = ["s"]} : (tensor<f32>) -> tensor<f32>
  %2 = lc.add %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}

// Reductions go up to what makes their operand: the gradient need not wait for the next.
// CHECK-LABEL: func.func @early
// CHECK: lc.neg
// CHECK-NEXT: ccl.mark_partial
// CHECK-NEXT: ccl.all_reduce
// CHECK-NEXT: lc.exp
func.func @early(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %g = lc.neg %x : tensor<8xf32>
  %other = lc.exp %x : tensor<8xf32>
  %1 = ccl.mark_partial %g : tensor<8xf32>
  %2 = ccl.all_reduce %1 {red = #ccl.red<avg>, names = ["g"]} : (tensor<8xf32>) -> tensor<8xf32>
  return %2, %other : tensor<8xf32>, tensor<8xf32>
}
