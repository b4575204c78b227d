// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-unshard-placement %s | FileCheck %s
// RUN: lcompile-opt --lc-unshard-placement=spare=1000000 %s | FileCheck %s --check-prefix=KEEP
// RUN: lcompile-opt --lc-unshard-placement=spare=160 %s | FileCheck %s --check-prefix=SOME
// RUN: lcompile-opt --lc-unshard-placement --lc-lower-zero %s | FileCheck %s --check-prefix=LOWER

// LOWER-DAG: #[[START:.*]] = #lc.dims<s0 * 2 + s0 floordiv 2>

// Used in front of the loss and behind it: gathered twice, each time just before it is used.
// CHECK-LABEL: func.func @step
// CHECK: lc.neg
// CHECK-NEXT: %[[W:.*]] = zero.unshard %arg1 of "w"
// CHECK-NEXT: lc.mul %{{.*}}, %[[W]]
// CHECK-NEXT: zero.release %[[W]]
// CHECK-NEXT: lc.sum
// CHECK-NEXT: %[[V:.*]] = zero.unshard %arg1 of "w"
// CHECK-NEXT: lc.mul %[[V]], %[[V]]
// CHECK-NOT: unshard

// KEEP-LABEL: func.func @step
// KEEP: lc.neg
// KEEP-NEXT: zero.unshard
// KEEP-NOT: zero.

// LOWER-LABEL: func.func @step
// LOWER: ccl.all_gather %arg1 {names = ["w"]} : (tensor<2xf32>) -> tensor<8xf32>
// LOWER: ccl.all_gather %arg1
// LOWER-NOT: zero.
func.func @step(%x: tensor<8xf32>, %p: tensor<2xf32>, %q: tensor<2xf32>) -> (tensor<f32>, tensor<8xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %w = zero.unshard %p of "w" : tensor<2xf32> -> tensor<8xf32>
  %unused = zero.unshard %q of "q" : tensor<2xf32> -> tensor<8xf32>
  %0 = lc.neg %x : tensor<8xf32>
  %1 = lc.mul %0, %w : tensor<8xf32>
  %loss = lc.sum %1 {dims = array<i64: 0>} : (tensor<8xf32>) -> tensor<f32>
  %2 = lc.mul %w, %w : tensor<8xf32>
  return %loss, %2 : tensor<f32>, tensor<8xf32>
}

// Of 96, 80 and 80 bytes, 160 may stay whole: not the largest first, but the two others.
// SOME-LABEL: func.func @choice
// SOME: zero.unshard %arg0 of "a"
// SOME: zero.release
// SOME: zero.unshard %arg1 of "b"
// SOME: zero.unshard %arg2 of "c"
// SOME-NOT: zero.release
// SOME: zero.unshard %arg0 of "a"
// SOME-NOT: zero.

// Without them, all three are gathered twice.
// CHECK-LABEL: func.func @choice
// CHECK-COUNT-6: zero.unshard
// KEEP-LABEL: func.func @choice
// KEEP-COUNT-3: zero.unshard
// KEEP-NOT: zero.
// KEEP: return
func.func @choice(%pa: tensor<6xf32>, %pb: tensor<5xf32>, %pc: tensor<5xf32>, %x: tensor<1000xf32>) -> (tensor<f32>, tensor<20xf32>, tensor<20xf32>, tensor<24xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %a = zero.unshard %pa of "a" : tensor<6xf32> -> tensor<24xf32>
  %b = zero.unshard %pb of "b" : tensor<5xf32> -> tensor<20xf32>
  %c = zero.unshard %pc of "c" : tensor<5xf32> -> tensor<20xf32>
  %0 = lc.sum %a {dims = array<i64: 0>} : (tensor<24xf32>) -> tensor<f32>
  %1 = lc.sum %b {dims = array<i64: 0>} : (tensor<20xf32>) -> tensor<f32>
  %2 = lc.sum %c {dims = array<i64: 0>} : (tensor<20xf32>) -> tensor<f32>
  %3 = lc.add %0, %1 : tensor<f32>
  %4 = lc.add %2, %3 : tensor<f32>
  %large = lc.neg %x : tensor<1000xf32>
  %5 = lc.sum %large {dims = array<i64: 0>} : (tensor<1000xf32>) -> tensor<f32>
  %loss = lc.add %4, %5 : tensor<f32>
  %gc = lc.neg %c : tensor<20xf32>
  %gb = lc.neg %b : tensor<20xf32>
  %ga = lc.neg %a : tensor<24xf32>
  return %loss, %gc, %gb, %ga : tensor<f32>, tensor<20xf32>, tensor<20xf32>, tensor<24xf32>
}

// Most is alive while only the first span is open: the 160 bytes bind the first parameter, of 192, and not the others, of
// 160 each.
// SOME-LABEL: func.func @nested
// SOME: zero.unshard %arg0 of "a"
// SOME: zero.release
// SOME: zero.unshard %arg1 of "b"
// SOME: zero.unshard %arg2 of "c"
// SOME-NOT: zero.release
// SOME: zero.unshard %arg0 of "a"
// SOME-NOT: zero.
func.func @nested(%pa: tensor<12xf32>, %pb: tensor<10xf32>, %pc: tensor<10xf32>, %x: tensor<1000xf32>) -> (tensor<f32>, tensor<40xf32>, tensor<40xf32>, tensor<48xf32>)
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %a = zero.unshard %pa of "a" : tensor<12xf32> -> tensor<48xf32>
  %b = zero.unshard %pb of "b" : tensor<10xf32> -> tensor<40xf32>
  %c = zero.unshard %pc of "c" : tensor<10xf32> -> tensor<40xf32>
  %0 = lc.sum %a {dims = array<i64: 0>} : (tensor<48xf32>) -> tensor<f32>
  %large = lc.neg %x : tensor<1000xf32>
  %5 = lc.sum %large {dims = array<i64: 0>} : (tensor<1000xf32>) -> tensor<f32>
  %1 = lc.sum %b {dims = array<i64: 0>} : (tensor<40xf32>) -> tensor<f32>
  %2 = lc.sum %c {dims = array<i64: 0>} : (tensor<40xf32>) -> tensor<f32>
  %3 = lc.add %0, %1 : tensor<f32>
  %4 = lc.add %2, %3 : tensor<f32>
  %loss = lc.add %4, %5 : tensor<f32>
  %gc = lc.neg %c : tensor<40xf32>
  %gb = lc.neg %b : tensor<40xf32>
  %ga = lc.neg %a : tensor<48xf32>
  return %loss, %gc, %gb, %ga : tensor<f32>, tensor<40xf32>, tensor<40xf32>, tensor<48xf32>
}

// What is left of slices is one of lc, where the rank says.
// LOWER-LABEL: func.func @slice
// LOWER: %[[F:.*]] = lc.reshape %arg0 : (tensor<2x5xf32>) -> tensor<10xf32>
// LOWER: lc.slice %[[F]] {dim = 0 : i64, start = #[[START]]}
func.func @slice(%x: tensor<2x5xf32>) -> tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.shard_slice %x : (tensor<2x5xf32>) -> tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
  return %0 : tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
}
