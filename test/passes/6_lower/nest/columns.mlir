// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --split-input-file --lc-form-codegen-regions --lc-outline-kernels --lc-generate-cpu-kernels=vector-bits=256 %s | FileCheck %s

// Four vectors of a row are read together, each by a sum of its own; the outer loop has its own sums.
// CHECK-LABEL: func.func @sum_code
// CHECK:         scf.for
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK:             scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4:       llvm.load {{.*}} -> vector<8xf32>
// CHECK-NOT:           llvm.load
// CHECK:               scf.yield
// CHECK-COUNT-4:     arith.addf
// CHECK:             scf.yield
// CHECK-COUNT-4:   llvm.store {{.*}} : vector<8xf32>
// CHECK-NOT:     scf.if
func.func @whole(%x: tensor<5x7x32xf32>) -> tensor<32xf32> {
  %0 = lc.sum %x {dims = array<i64: 0, 1>} : (tensor<5x7x32xf32>) -> tensor<32xf32>
  return %0 : tensor<32xf32>
}

// -----

// The last columns go a masked vector at a time.
// CHECK-LABEL: func.func @amax_code
// CHECK:         scf.if
// CHECK-COUNT-4:   llvm.load {{.*}} -> vector<8xf32>
// CHECK:         } else {
// CHECK:           llvm.intr.masked.load
// CHECK:           llvm.intr.masked.store
func.func @rest(%x: tensor<5x37xf32>) -> tensor<37xf32> {
  %0 = lc.amax %x {dims = array<i64: 0>} : (tensor<5x37xf32>) -> tensor<37xf32>
  return %0 : tensor<37xf32>
}

// -----

// Rows that are reduced to one number are another kind of loop.
// CHECK-LABEL: func.func @sum_code
// CHECK:         vector.reduction
func.func @rows(%x: tensor<5x32xf32>) -> tensor<5xf32> {
  %0 = lc.sum %x {dims = array<i64: 1>} : (tensor<5x32xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}
