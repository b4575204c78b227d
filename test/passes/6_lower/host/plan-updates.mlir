// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place --lc-generate-cpu-kernels --lc-plan-buffers %s | FileCheck %s

// A kernel that reads what it updates element by element writes it where it lies.
// CHECK-LABEL: func.func @moment_run
// CHECK-SAME:    arena_bytes = 0 : i64
// CHECK:         rt.dispatch
// CHECK-NOT:     rt.copy
// CHECK-LABEL: func.func @moment_plan
func.func @moment(%p: tensor<64xf32>, %m: tensor<64xf32>, %g: tensor<64xf32>) -> (tensor<64xf32> {lc.alias = 0 : i64}, tensor<64xf32> {lc.alias = 1 : i64}) {
  %0 = lc.add %m, %g : tensor<64xf32>
  %1 = lc.sub %p, %0 : tensor<64xf32>
  return %1, %0 : tensor<64xf32>, tensor<64xf32>
}

// One that reads it at other places, or at other places as well, writes elsewhere first.
// CHECK-LABEL: func.func @turned_run
// CHECK:         rt.dispatch
// CHECK:         rt.copy
// CHECK-LABEL: func.func @turned_plan
func.func @turned(%p: tensor<64xf32>, %g: tensor<64xf32>) -> (tensor<64xf32> {lc.alias = 0 : i64}) {
  %0 = lc.flip %p {dims = array<i64: 0>} : (tensor<64xf32>) -> tensor<64xf32>
  %1 = lc.sub %0, %g : tensor<64xf32>
  return %1 : tensor<64xf32>
}

// CHECK-LABEL: func.func @both_run
// CHECK:         rt.dispatch
// CHECK:         rt.copy
// CHECK-LABEL: func.func @both_plan
func.func @both(%p: tensor<8x8xf32>) -> (tensor<8x8xf32> {lc.alias = 0 : i64}) {
  %0 = lc.permute %p {perm = array<i64: 1, 0>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = lc.sub %p, %0 : tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}

// A sum that a loop carries grows where it is: nothing is copied in a round.
// CHECK-LABEL: func.func @sum_run
// CHECK:         scf.for
// CHECK:           rt.dispatch
// CHECK-NOT:       rt.copy
// CHECK:         }
// CHECK-LABEL: func.func @sum_plan
func.func @sum(%g: tensor<64xf32>) -> tensor<64xf32> {
  %zero = lc.full 0.0 : f32 : tensor<64xf32>
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c4 = arith.constant 4 : i64
  %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%sum = %zero) -> (tensor<64xf32>) : i64 {
    %1 = lc.exp %g : tensor<64xf32>
    %2 = lc.add %sum, %1 : tensor<64xf32>
    scf.yield %2 : tensor<64xf32>
  }
  return %0 : tensor<64xf32>
}
