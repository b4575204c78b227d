// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-count-loops --canonicalize --cse --split-input-file %s | FileCheck %s

// The counter follows from the round; what it is at the end, too.
// CHECK-LABEL: func.func @before
// CHECK-DAG: %[[C11:.*]] = arith.constant 11 : i64
// CHECK-DAG: %[[C5:.*]] = arith.constant 5 : i64
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : i64
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i64
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : i64
// CHECK: %[[R:.*]] = scf.for %[[K:.*]] = %[[C0]] to %[[C5]] step %[[C1]] iter_args(%[[V:.*]] = %arg0) -> (tensor<4xf32>) : i64
// CHECK: %[[T:.*]] = arith.muli %[[K]], %[[C2]]
// CHECK: %[[I:.*]] = arith.addi %[[T]], %[[C1]]
// CHECK: lc.scalar %[[I]]
// CHECK: return %[[C11]], %[[R]]
func.func @before(%x: tensor<4xf32>) -> (i64, tensor<4xf32>) {
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c10 = arith.constant 10 : i64
  %r:2 = scf.while (%i = %c1, %v = %x) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %go = arith.cmpi slt, %i, %c10 : i64
    scf.condition(%go) %i, %v : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %v: tensor<4xf32>):
    %t = lc.scalar %i : i64 -> tensor<i64>
    %f = lc.convert %t : (tensor<i64>) -> tensor<f32>
    %one = lc.reshape %f : (tensor<f32>) -> tensor<1xf32>
    %many = lc.expand %one : (tensor<1xf32>) -> tensor<4xf32>
    %s = lc.add %v, %many : tensor<4xf32>
    %n = arith.addi %i, %c2 : i64
    scf.yield %n, %s : i64, tensor<4xf32>
  }
  return %r#0, %r#1 : i64, tensor<4xf32>
}

// -----

// As TorchScript has it: a flag from the round before, and a limit that nothing reaches.
// CHECK-LABEL: func.func @flag
// CHECK: %[[C3:.*]] = arith.constant 3 : i64
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C3]]
func.func @flag(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c3 = arith.constant 3 : i64
  %true = arith.constant true
  %max = arith.constant 9223372036854775807 : i64
  %r:3 = scf.while (%k = %c0, %flag = %true, %v = %x, %i = %c0) : (i64, i1, tensor<4xf32>, i64) -> (i64, tensor<4xf32>, i64) {
    %less = arith.cmpi slt, %k, %max : i64
    %go = arith.andi %flag, %less : i1
    scf.condition(%go) %k, %v, %i : i64, tensor<4xf32>, i64
  } do {
  ^bb0(%k: i64, %v: tensor<4xf32>, %i: i64):
    %s = lc.sin %v : tensor<4xf32>
    %n = arith.addi %i, %c1 : i64
    %again = arith.cmpi sgt, %c3, %n : i64
    %kn = arith.addi %k, %c1 : i64
    scf.yield %kn, %again, %s, %n : i64, i1, tensor<4xf32>, i64
  }
  return %r#1 : tensor<4xf32>
}

// -----

// Down to a number, with it; never when the first value is beyond.
// CHECK-LABEL: func.func @down
// CHECK: %[[C4:.*]] = arith.constant 4 : i64
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C4]]
// CHECK-NOT: lc.cos
func.func @down(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c9 = arith.constant 9 : i64
  %c2 = arith.constant 2 : i64
  %m2 = arith.constant -2 : i64
  %c1 = arith.constant 1 : i64
  %r:2 = scf.while (%i = %c9, %v = %x) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %go = arith.cmpi sle, %c2, %i : i64
    scf.condition(%go) %i, %v : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %v: tensor<4xf32>):
    %s = lc.sin %v : tensor<4xf32>
    %n = arith.addi %i, %m2 : i64
    scf.yield %n, %s : i64, tensor<4xf32>
  }
  %q:2 = scf.while (%i = %c9, %v = %x) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %go = arith.cmpi slt, %i, %c2 : i64
    scf.condition(%go) %i, %v : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %v: tensor<4xf32>):
    %s = lc.cos %v : tensor<4xf32>
    %n = arith.addi %i, %c1 : i64
    scf.yield %n, %s : i64, tensor<4xf32>
  }
  return %r#1, %q#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Over a size.
// CHECK: #[[HALF:.*]] = #lc.dims<s0 ceildiv 2>
// CHECK-LABEL: func.func @size
// CHECK: %[[S:.*]] = lc.size #[[HALF]]
// CHECK: %[[N:.*]] = lc.item %[[S]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[N]]
func.func @size(%x: tensor<?x4xf32, #lc.dims<s0, 4>>) -> tensor<?x4xf32, #lc.dims<s0, 4>>
    attributes {lc.symbols = [#lc.symbol<"n", 0, 1000>]} {
  %c0 = arith.constant 0 : i64
  %c2 = arith.constant 2 : i64
  %size = lc.size #lc.dims<s0> -> tensor<i64>
  %end = lc.item %size : tensor<i64> -> i64
  %r:2 = scf.while (%i = %c0, %v = %x) : (i64, tensor<?x4xf32, #lc.dims<s0, 4>>) -> (i64, tensor<?x4xf32, #lc.dims<s0, 4>>) {
    %go = arith.cmpi slt, %i, %end : i64
    scf.condition(%go) %i, %v : i64, tensor<?x4xf32, #lc.dims<s0, 4>>
  } do {
  ^bb0(%i: i64, %v: tensor<?x4xf32, #lc.dims<s0, 4>>):
    %s = lc.sin %v : tensor<?x4xf32, #lc.dims<s0, 4>>
    %n = arith.addi %i, %c2 : i64
    scf.yield %n, %s : i64, tensor<?x4xf32, #lc.dims<s0, 4>>
  }
  return %r#1 : tensor<?x4xf32, #lc.dims<s0, 4>>
}

// -----

// What stays: a bound from data, a counter whose step is, one that goes the wrong way, a flag that says one round more
// than the counter would, a size that may be less than the first value.
// CHECK-LABEL: func.func @others
// CHECK-NOT: scf.for
// CHECK-COUNT-5: scf.while
func.func @others(%x: tensor<?xf32, #lc.dims<s0>>, %data: tensor<i64>) -> (i64, i64, i64, i64, i64)
    attributes {lc.symbols = [#lc.symbol<"n", 0, 1000>]} {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c5 = arith.constant 5 : i64
  %true = arith.constant true
  %d = lc.item %data : tensor<i64> -> i64
  %size = lc.size #lc.dims<s0> -> tensor<i64>
  %n = lc.item %size : tensor<i64> -> i64
  %0 = scf.while (%i = %c0) : (i64) -> i64 {
    %go = arith.cmpi slt, %i, %d : i64
    scf.condition(%go) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %c1 : i64
    scf.yield %next : i64
  }
  %1 = scf.while (%i = %c0) : (i64) -> i64 {
    %go = arith.cmpi slt, %i, %c5 : i64
    scf.condition(%go) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %d : i64
    scf.yield %next : i64
  }
  %2 = scf.while (%i = %c0) : (i64) -> i64 {
    %go = arith.cmpi sgt, %i, %c5 : i64
    scf.condition(%go) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %c1 : i64
    scf.yield %next : i64
  }
  %3 = scf.while (%flag = %true, %i = %c5) : (i1, i64) -> i64 {
    scf.condition(%flag) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %c1 : i64
    %again = arith.cmpi slt, %next, %c5 : i64
    scf.yield %again, %next : i1, i64
  }
  %4 = scf.while (%i = %c5) : (i64) -> i64 {
    %go = arith.cmpi slt, %i, %n : i64
    scf.condition(%go) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %c1 : i64
    scf.yield %next : i64
  }
  return %0, %1, %2, %3, %4 : i64, i64, i64, i64, i64
}
