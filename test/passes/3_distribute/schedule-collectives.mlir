// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-schedule-collectives=overlap=false %s | FileCheck %s --check-prefix=NONE
// RUN: lcompile-opt --lc-schedule-collectives=prefetch=1 %s | FileCheck %s
// RUN: lcompile-opt --lc-schedule-collectives=prefetch=0 %s | FileCheck %s --check-prefix=LATE

// Without overlap a start is followed by its wait.
// NONE-LABEL: func.func @gathers
// NONE: %[[F:.*]] = ccl.start all_gather %arg0 {names = ["a"], ticket = 1 : i64}
// NONE-NEXT: ccl.wait %[[F]]
// NONE-NEXT: lc.neg
// NONE-NEXT: %[[G:.*]] = ccl.start all_gather %arg1 {names = ["b"], ticket = 2 : i64}
// NONE-NEXT: ccl.wait %[[G]]

// The second gather is under way while the first is waited for and used.
// CHECK-LABEL: func.func @gathers
// CHECK-NEXT: %[[F:.*]] = ccl.start all_gather %arg0 {names = ["a"], ticket = 1 : i64}
// CHECK-NEXT: %[[G:.*]] = ccl.start all_gather %arg1 {names = ["b"], ticket = 2 : i64}
// CHECK-NEXT: ccl.wait %[[F]]
// CHECK-NEXT: lc.neg
// CHECK-NEXT: ccl.wait %[[G]]
// CHECK-NEXT: lc.add

// LATE-LABEL: func.func @gathers
// LATE: ccl.start
// LATE-NEXT: ccl.wait
// LATE-NEXT: lc.neg
// LATE-NEXT: ccl.start
func.func @gathers(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<8xf32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_gather %a {names = ["a"]} : (tensor<2xf32>) -> tensor<8xf32>
  %1 = lc.neg %0 : tensor<8xf32>
  %2 = ccl.all_gather %b {names = ["b"]} : (tensor<2xf32>) -> tensor<8xf32>
  %3 = lc.add %1, %2 : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// Reductions are waited for where they are used, or when two more are under way.
// CHECK-LABEL: func.func @reductions
// CHECK: %[[F:.*]] = ccl.start all_reduce %arg0
// CHECK: lc.neg
// CHECK: %[[G:.*]] = ccl.start all_reduce
// CHECK: lc.neg
// CHECK: ccl.wait %[[F]]
// CHECK: %[[H:.*]] = ccl.start all_reduce
// CHECK: lc.exp
// CHECK: ccl.wait %[[G]]
// CHECK: ccl.wait %[[H]]
func.func @reductions(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %a {red = #ccl.red<avg>, names = ["a"]} : (tensor<8xf32>) -> tensor<8xf32>
  %m = lc.neg %b : tensor<8xf32>
  %1 = ccl.all_reduce %m {red = #ccl.red<avg>, names = ["m"]} : (tensor<8xf32>) -> tensor<8xf32>
  %n = lc.neg %m : tensor<8xf32>
  %2 = ccl.all_reduce %n {red = #ccl.red<avg>, names = ["n"]} : (tensor<8xf32>) -> tensor<8xf32>
  %e = lc.exp %n : tensor<8xf32>
  %3 = lc.add %0, %1 : tensor<8xf32>
  %4 = lc.add %3, %2 : tensor<8xf32>
  %5 = lc.add %4, %e : tensor<8xf32>
  return %5 : tensor<8xf32>
}
