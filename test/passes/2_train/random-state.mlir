// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 seed=17" --canonicalize --cse %s | FileCheck %s
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5" --lc-dp-insert=world=4 --canonicalize --cse %s | FileCheck %s --check-prefix=RANKS
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 accumulate=2" --canonicalize --cse %s | FileCheck %s --check-prefix=LOOP

// Two sites draw apart: with other offsets. A call moves the offset by both.
// CHECK-DAG: #[[AT0:.*]] = #lc.dims<0>
// CHECK-DAG: #[[AT1:.*]] = #lc.dims<1>
// CHECK-LABEL: func.func @forward
// CHECK-SAME: %[[R:[a-z0-9]+]]: tensor<2xi64> {lc.initial = "random", lc.name = "random", lc.state = "counter"}
// CHECK-NOT: lc.rand
// CHECK-DAG: %[[STEP:.*]] = lc.constant dense<[0, 2]> : tensor<2xi64>
// CHECK-DAG: %[[SEED:.*]] = lc.slice %[[R]] {dim = 0 : i64, start = #[[AT0]]}
// CHECK-DAG: %[[OFFSET:.*]] = lc.slice %[[R]] {dim = 0 : i64, start = #[[AT1]]}
// CHECK-DAG: %[[PLACE:.*]] = lc.iota {start = 0 : i64, step = 1 : i64} : tensor<4xi64>
// CHECK-DAG: %[[FIRST:.*]] = lc.expand %[[OFFSET]]
// CHECK-DAG: %[[KEY:.*]] = lc.expand %[[SEED]]
// CHECK: lc.philox %[[PLACE]], %[[FIRST]], %[[KEY]] :
// CHECK: %[[ONE:.*]] = lc.full 1 : i64
// CHECK: lc.add %{{.*}}, %[[ONE]]
// CHECK: lc.philox %[[PLACE]], %{{.*}}, %[[KEY]] :
// CHECK: lc.add %[[R]], %[[STEP]]

// Each rank has a key of its own.
// RANKS: #[[RANK:.*]] = #lc.dims<s0>
// RANKS-LABEL: func.func @forward
// RANKS: lc.size #[[RANK]] -> tensor<i64>
// RANKS: lc.philox

// And so has each batch of a step: the loop carries the state.
// LOOP-LABEL: func.func @forward
// LOOP-SAME: %[[R:[a-z0-9]+]]: tensor<2xi64>
// LOOP: scf.for
// LOOP-SAME: %[[R]]
// LOOP: lc.philox
func.func @forward(%x: tensor<4xf32>) -> (tensor<f32> {lc.name = "loss"}) {
  %w = lc.parameter "w" {trainable} : tensor<4xf32>
  %0 = lc.rand {site = 0 : i64} : tensor<4xf32>
  %1 = lc.rand {site = 1 : i64} : tensor<4xf32>
  %2 = lc.mul %0, %1 : tensor<4xf32>
  %3 = lc.mul %2, %w : tensor<4xf32>
  %4 = lc.sum %3 {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  return %4 : tensor<f32>
}
