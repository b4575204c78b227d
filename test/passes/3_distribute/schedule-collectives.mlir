// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-schedule-collectives=overlap=false %s | FileCheck %s --check-prefix=NONE
// RUN: lcompile-opt --lc-schedule-collectives=prefetch=1 %s | FileCheck %s
// RUN: lcompile-opt --lc-schedule-collectives=prefetch=0 %s | FileCheck %s --check-prefix=LATE
// RUN: lcompile-opt --lc-schedule-collectives=link-rate=10000 %s | FileCheck %s --check-prefix=SLOW
// RUN: lcompile-opt --lc-schedule-collectives=link-rate=100000000000 %s | FileCheck %s --check-prefix=FAST
// RUN: lcompile-opt --lc-schedule-collectives="overlap=false link-rate=1" %s | FileCheck %s --check-prefix=ESTIMATE

// Seconds of kernels, of transfers, of waiting, and the rate: two gathers of 32 bytes, of which 24 come from others, and 20
// microseconds for each.
// ESTIMATE-LABEL: func.func @gathers
// ESTIMATE-SAME: ccl.estimate = [{{[0-9.]+}}E-9, 48.00003999{{[0-9]+}}, 48.00003999{{[0-9]+}}, 1.000000e+00]

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

// A reduction is started when its operand is there. What follows from it is done once it should have arrived, between the
// kernels that go on; with a slow link, behind them.
// CHECK-LABEL: func.func @reductions
// CHECK-NEXT: %[[F:.*]] = ccl.start all_reduce %arg0 {{.*}}ticket = 1
// CHECK-NEXT: lc.matmul
// CHECK-NEXT: ccl.wait %[[F]]
// CHECK-NEXT: lc.neg
// CHECK-NEXT: lc.sub
// CHECK-NEXT: lc.matmul
// CHECK-NEXT: lc.exp
// CHECK-NEXT: return

// SLOW-LABEL: func.func @reductions
// SLOW: lc.matmul
// SLOW-NEXT: lc.matmul
// SLOW-NEXT: lc.exp
// SLOW-NEXT: ccl.wait
func.func @reductions(%g: tensor<64xf32>, %w: tensor<64xf32>, %x: tensor<512x512xf32>)
    -> (tensor<512x512xf32>, tensor<64xf32> {lc.alias = 1 : i64})
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = lc.matmul %x, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %1 = lc.matmul %0, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %2 = lc.exp %1 : tensor<512x512xf32>
  %3 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["g"]} : (tensor<64xf32>) -> tensor<64xf32>
  %4 = lc.neg %3 : tensor<64xf32>
  %5 = lc.sub %w, %4 : tensor<64xf32>
  return %2, %5 : tensor<512x512xf32>, tensor<64xf32>
}

// The new value is not written before the old one has been read.
// FAST-LABEL: func.func @read_late
// FAST: ccl.wait
// FAST: lc.mul
// FAST-NEXT: lc.sub
func.func @read_late(%g: tensor<512x512xf32>, %w: tensor<512x512xf32>, %x: tensor<512x512xf32>)
    -> (tensor<512x512xf32>, tensor<512x512xf32> {lc.alias = 1 : i64})
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = lc.matmul %x, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %1 = lc.matmul %0, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %2 = lc.mul %1, %w : tensor<512x512xf32>
  %3 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["g"]} : (tensor<512x512xf32>) -> tensor<512x512xf32>
  %5 = lc.sub %w, %3 : tensor<512x512xf32>
  return %2, %5 : tensor<512x512xf32>, tensor<512x512xf32>
}

// What an update wants of states alone (a slice of the parameter, the rate from the step) stands in front of it, wherever
// the program had it; the next gradient is computed behind.
// FAST-LABEL: func.func @helpers
// FAST: ccl.start all_reduce
// FAST: ccl.wait
// FAST-DAG: lc.add %arg2
// FAST-DAG: lc.slice %arg1
// FAST: lc.sub
// FAST: ccl.start all_gather
// FAST: lc.exp
func.func @helpers(%g: tensor<64xf32>, %w: tensor<64xf32> {lc.state = "parameter"}, %step: tensor<f32> {lc.state = "counter"}, %x: tensor<512x512xf32>)
    -> (tensor<512x512xf32>, tensor<64xf32> {lc.alias = 1 : i64}, tensor<f32> {lc.alias = 2 : i64})
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["w"]} : (tensor<64xf32>) -> tensor<64xf32>
  %1 = lc.matmul %x, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %2 = lc.exp %1 : tensor<512x512xf32>
  %one = lc.full 1.0 : f32 : tensor<f32>
  %now = lc.add %step, %one : tensor<f32>
  %r1 = lc.reshape %now : (tensor<f32>) -> tensor<1xf32>
  %rate = lc.expand %r1 : (tensor<1xf32>) -> tensor<16xf32>
  %part = lc.slice %w {dim = 0 : i64, start = #lc.dims<s0 * 16>} : (tensor<64xf32>) -> tensor<16xf32>
  %mine = lc.slice %0 {dim = 0 : i64, start = #lc.dims<s0 * 16>} : (tensor<64xf32>) -> tensor<16xf32>
  %3 = lc.mul %mine, %rate : tensor<16xf32>
  %4 = lc.sub %part, %3 : tensor<16xf32>
  %5 = ccl.all_gather %4 {names = ["w"]} : (tensor<16xf32>) -> tensor<64xf32>
  return %2, %5, %now : tensor<512x512xf32>, tensor<64xf32>, tensor<f32>
}

// Gathers of states are started ahead first: the reduction is behind them on the link, and is not there when the second
// gather is.
// SLOW-LABEL: func.func @behind_gathers
// SLOW: ccl.start all_gather %arg0
// SLOW: ccl.start all_gather %arg1
// SLOW: ccl.start all_reduce
// SLOW: lc.matmul
// SLOW: lc.exp
// SLOW-NEXT: ccl.wait
// SLOW-NEXT: lc.sub
func.func @behind_gathers(%a: tensor<2xf32> {lc.state = "parameter"}, %b: tensor<65536xf32> {lc.state = "parameter"}, %x: tensor<512x512xf32>, %w: tensor<512x512xf32> {lc.state = "parameter"})
    -> (tensor<512x512xf32>, tensor<8xf32>, tensor<512x512xf32> {lc.alias = 3 : i64})
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.all_gather %a {names = ["a"]} : (tensor<2xf32>) -> tensor<8xf32>
  %1 = lc.neg %0 : tensor<8xf32>
  %g = lc.neg %x : tensor<512x512xf32>
  %2 = ccl.all_reduce %g {red = #ccl.red<avg>, names = ["w"]} : (tensor<512x512xf32>) -> tensor<512x512xf32>
  %3 = lc.sub %w, %2 : tensor<512x512xf32>
  %flat = ccl.all_gather %b {names = ["b"]} : (tensor<65536xf32>) -> tensor<262144xf32>
  %4 = lc.reshape %flat : (tensor<262144xf32>) -> tensor<512x512xf32>
  %5 = lc.matmul %4, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %6 = lc.exp %5 : tensor<512x512xf32>
  return %6, %1, %3 : tensor<512x512xf32>, tensor<8xf32>, tensor<512x512xf32>
}
