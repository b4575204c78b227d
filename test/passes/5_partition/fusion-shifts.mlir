// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels %s | FileCheck %s

// x - mean is computed again by each of its readers, which read x instead.
// CHECK-LABEL: func.func @centred
// CHECK-NOT:     kernel.call @sub(
// CHECK:         %[[A:.+]] = kernel.call @sub_exp(%arg1, %arg0)
// CHECK:         %[[B:.+]] = kernel.call @sub_sum(%arg1, %arg0)
// CHECK:         return %[[A]], %[[B]]
func.func @centred(%x: tensor<4x8xf32>, %m: tensor<1x8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>) {
  %0 = lc.expand %m : (tensor<1x8xf32>) -> tensor<4x8xf32>
  %1 = lc.sub %x, %0 : tensor<4x8xf32>
  %2 = lc.exp %1 : tensor<4x8xf32>
  %3 = lc.sum %1 {dims = array<i64: 0>} : (tensor<4x8xf32>) -> tensor<8xf32>
  return %2, %3 : tensor<4x8xf32>, tensor<8xf32>
}

// A difference of two tensors is read once, not twice.
// CHECK-LABEL: func.func @difference
// CHECK:         %[[D:.+]] = kernel.call @sub(%arg0, %arg1)
// CHECK:         kernel.call @exp(%[[D]])
// CHECK:         kernel.call @sum(%[[D]])
func.func @difference(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>) {
  %0 = lc.sub %x, %y : tensor<4x8xf32>
  %1 = lc.exp %0 : tensor<4x8xf32>
  %2 = lc.sum %0 {dims = array<i64: 0>} : (tensor<4x8xf32>) -> tensor<8xf32>
  return %1, %2 : tensor<4x8xf32>, tensor<8xf32>
}
