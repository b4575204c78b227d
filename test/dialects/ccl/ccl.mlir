// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s | lcompile-opt | FileCheck %s

#ranks = [#lc.symbol<"rank", 0, 3>]
// 10 elements on 4 ranks: 2, 3, 2 and 3.
// CHECK-DAG: #[[PART:.*]] = #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>
#part = #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>

// CHECK-LABEL: func.func @moved
func.func @moved(%whole: tensor<2x5xf32>, %even: tensor<8xf32>)
    attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = #ranks} {
  // CHECK: ccl.shard_slice %{{.*}} : (tensor<2x5xf32>) -> tensor<?xf32, #[[PART]]>
  %part = ccl.shard_slice %whole : (tensor<2x5xf32>) -> tensor<?xf32, #part>
  // CHECK: ccl.all_gather %{{.*}} {names = ["w"]}
  %0 = ccl.all_gather %part {names = ["w"]} : (tensor<?xf32, #part>) -> tensor<2x5xf32>
  // CHECK: ccl.gather %{{.*}} {names = ["w"], root = 3 : i64}
  %1 = ccl.gather %part {names = ["w"], root = 3 : i64} : (tensor<?xf32, #part>) -> tensor<2x5xf32>
  %2 = ccl.scatter %even {names = ["w"]} : (tensor<8xf32>) -> tensor<2xf32>
  %3 = ccl.broadcast %even {names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>
  %4 = ccl.all_to_all %even {names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>
  %5 = ccl.permute %even {names = ["w"], root = 1 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func.func @reduced
func.func @reduced(%w: tensor<2x5xf32>, %v: tensor<8xf32>)
    attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = #ranks} {
  %p = ccl.mark_partial %w : tensor<2x5xf32>
  // CHECK: ccl.all_reduce %{{.*}}, %{{.*}} {names = ["w", "v"], red = #ccl.red<avg>}
  %0:2 = ccl.all_reduce %p, %v {red = #ccl.red<avg>, names = ["w", "v"]}
      : (tensor<2x5xf32>, tensor<8xf32>) -> (tensor<2x5xf32>, tensor<8xf32>)
  %1 = ccl.reduce_scatter %p {red = #ccl.red<sum>, names = ["w"]} : (tensor<2x5xf32>) -> tensor<?xf32, #part>
  %2 = ccl.reduce %v {red = #ccl.red<max>, names = ["v"], root = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func.func @started
func.func @started(%v: tensor<8xf32>) -> tensor<2xf32>
    attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = #ranks} {
  // CHECK: %[[F:.*]] = ccl.start reduce_scatter %{{.*}} {names = ["v"], red = #ccl.red<avg>, ticket = 1 : i64} : (tensor<8xf32>) -> !ccl.future<tensor<2xf32>>
  %f = ccl.start reduce_scatter %v {red = #ccl.red<avg>, names = ["v"], ticket = 1 : i64}
      : (tensor<8xf32>) -> !ccl.future<tensor<2xf32>>
  // CHECK: ccl.start barrier {names = [], ticket = 2 : i64} : () -> !ccl.future<>
  %b = ccl.start barrier {names = [], ticket = 2 : i64} : () -> !ccl.future<>
  // CHECK: ccl.wait %[[F]] : <tensor<2xf32>> -> tensor<2xf32>
  %0 = ccl.wait %f : !ccl.future<tensor<2xf32>> -> tensor<2xf32>
  ccl.wait %b : !ccl.future<>
  return %0 : tensor<2xf32>
}
