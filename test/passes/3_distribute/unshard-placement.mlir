// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-unshard-placement %s | FileCheck %s
// RUN: lcompile-opt --lc-unshard-placement=release=false %s | FileCheck %s --check-prefix=KEEP
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

// What is left of slices is one of lc, where the rank says.
// LOWER-LABEL: func.func @slice
// LOWER: %[[F:.*]] = lc.reshape %arg0 : (tensor<2x5xf32>) -> tensor<10xf32>
// LOWER: lc.slice %[[F]] {dim = 0 : i64, start = #[[START]]}
func.func @slice(%x: tensor<2x5xf32>) -> tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = ccl.shard_slice %x : (tensor<2x5xf32>) -> tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
  return %0 : tensor<?xf32, #lc.dims<(s0 mod 2 + 1) floordiv 2 + 2>>
}
