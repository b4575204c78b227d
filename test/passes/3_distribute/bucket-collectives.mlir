// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-bucket-collectives=bytes=-1 %s | FileCheck %s
// RUN: lcompile-opt --lc-bucket-collectives=bytes=64 %s | FileCheck %s --check-prefix=SMALL
// RUN: lcompile-opt --lc-bucket-collectives=bytes=0 %s | FileCheck %s --check-prefix=NONE

// All of one kind, behind the last operand.
// CHECK-LABEL: func.func @reductions
// CHECK: %[[N:.*]] = lc.neg
// CHECK-NEXT: %[[R:.*]]:3 = ccl.all_reduce %arg0, %arg1, %[[N]] {names = ["a", "b", "c"], red = #ccl.red<avg>}
// CHECK-NEXT: return %[[R]]#0, %[[R]]#1, %[[R]]#2

// 32 bytes each: two are enough.
// SMALL-LABEL: func.func @reductions
// SMALL: ccl.all_reduce %arg0, %arg1 {names = ["a", "b"]
// SMALL: ccl.all_reduce %{{[0-9]*}} {names = ["c"]

// NONE-LABEL: func.func @reductions
// NONE-COUNT-3: ccl.all_reduce
func.func @reductions(%a: tensor<8xf32>, %b: tensor<8xf32>, %c: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %a {red = #ccl.red<avg>, names = ["a"]} : (tensor<8xf32>) -> tensor<8xf32>
  %1 = ccl.all_reduce %b {red = #ccl.red<avg>, names = ["b"]} : (tensor<8xf32>) -> tensor<8xf32>
  %n = lc.neg %c : tensor<8xf32>
  %2 = ccl.all_reduce %n {red = #ccl.red<avg>, names = ["c"]} : (tensor<8xf32>) -> tensor<8xf32>
  return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// Gathers whose results are used between them move up, since their operands are there.
// CHECK-LABEL: func.func @gathers
// CHECK-NEXT: ccl.all_gather %arg0, %arg1 {names = ["a", "b"]}
// CHECK-NEXT: lc.neg
func.func @gathers(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<8xf32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_gather %a {names = ["a"]} : (tensor<2xf32>) -> tensor<8xf32>
  %1 = lc.neg %0 : tensor<8xf32>
  %2 = ccl.all_gather %b {names = ["b"]} : (tensor<2xf32>) -> tensor<8xf32>
  %3 = lc.add %1, %2 : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// One that needs the other's result stays alone; other types and reductions are other buckets.
// CHECK-LABEL: func.func @apart
// CHECK-COUNT-4: ccl.all_reduce
func.func @apart(%a: tensor<8xf32>, %b: tensor<8xf64>) -> (tensor<8xf32>, tensor<8xf64>, tensor<8xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %a {red = #ccl.red<avg>, names = ["a"]} : (tensor<8xf32>) -> tensor<8xf32>
  %n = lc.neg %0 : tensor<8xf32>
  %1 = ccl.all_reduce %n {red = #ccl.red<avg>, names = ["n"]} : (tensor<8xf32>) -> tensor<8xf32>
  %2 = ccl.all_reduce %b {red = #ccl.red<avg>, names = ["b"]} : (tensor<8xf64>) -> tensor<8xf64>
  %3 = ccl.all_reduce %a {red = #ccl.red<max>, names = ["m"]} : (tensor<8xf32>) -> tensor<8xf32>
  return %1, %2, %3 : tensor<8xf32>, tensor<8xf64>, tensor<8xf32>
}

// No gather of updated parameters waits for two buckets of gradients.
// SMALL-LABEL: func.func @updates
// SMALL: %[[R:.*]]:2 = ccl.reduce_scatter %arg0, %arg1 {names = ["c", "b"]
// SMALL: %[[S:.*]] = ccl.reduce_scatter %{{.*}} {names = ["a"]
// SMALL: %[[A:.*]] = lc.neg %[[S]]
// SMALL: ccl.all_gather %[[A]] {names = ["a"]}
// SMALL: ccl.all_gather %{{.*}}, %{{.*}} {names = ["b", "c"]}
func.func @updates(%c: tensor<8xf32>, %b: tensor<8xf32>, %x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.reduce_scatter %c {red = #ccl.red<avg>, names = ["c"]} : (tensor<8xf32>) -> tensor<2xf32>
  %1 = ccl.reduce_scatter %b {red = #ccl.red<avg>, names = ["b"]} : (tensor<8xf32>) -> tensor<2xf32>
  %a = lc.exp %x : tensor<8xf32>
  %2 = ccl.reduce_scatter %a {red = #ccl.red<avg>, names = ["a"]} : (tensor<8xf32>) -> tensor<2xf32>
  %na = lc.neg %2 : tensor<2xf32>
  %ga = ccl.all_gather %na {names = ["a"]} : (tensor<2xf32>) -> tensor<8xf32>
  %nb = lc.neg %1 : tensor<2xf32>
  %gb = ccl.all_gather %nb {names = ["b"]} : (tensor<2xf32>) -> tensor<8xf32>
  %nc = lc.neg %0 : tensor<2xf32>
  %gc = ccl.all_gather %nc {names = ["c"]} : (tensor<2xf32>) -> tensor<8xf32>
  return %ga, %gb, %gc : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}
