// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @tensors
func.func @tensors() attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.constant dense<[1, 2]> : tensor<2xi64>
  %0 = lc.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: lc.parameter "up.weight" : tensor<3072x768xf32>
  %1 = lc.parameter "up.weight" : tensor<3072x768xf32>
  // CHECK: lc.full 5.000000e-01 : f16 : tensor<4x3xf16>
  %2 = lc.full 0.5 : f16 : tensor<4x3xf16>
  // CHECK: lc.full true : tensor<i1>
  %3 = lc.full true : tensor<i1>
  // CHECK: lc.iota {start = 1 : i64, step = 2 : i64} : tensor<?xi64, #{{.+}}>
  %4 = lc.iota {start = 1 : i64, step = 2 : i64} : tensor<?xi64, #lc.dims<s0>>
  // CHECK: lc.rand {site = 3 : i64} : tensor<?xf32, #{{.+}}>
  %5 = lc.rand {site = 3 : i64} : tensor<?xf32, #lc.dims<s0>>
  return
}

// CHECK-LABEL: func.func @scalars
// CHECK-SAME:    %[[X:.*]]: tensor<i1>, %[[I:.*]]: i64
func.func @scalars(%x: tensor<i1>, %i: i64) -> (i1, tensor<i64>, tensor<i64>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.size #{{.+}} -> tensor<i64>
  %0 = lc.size #lc.dims<s0 * 2> -> tensor<i64>
  // CHECK: lc.item %[[X]] : tensor<i1> -> i1
  %1 = lc.item %x : tensor<i1> -> i1
  // CHECK: lc.scalar %[[I]] : i64 -> tensor<i64>
  %2 = lc.scalar %i : i64 -> tensor<i64>
  return %1, %2, %0 : i1, tensor<i64>, tensor<i64>
}
