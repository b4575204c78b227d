// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place %s | FileCheck %s

// An optimizer's moment is needed in memory and for the parameter: one kernel stores both,
// each where an operand lies.
// CHECK-LABEL: func.func @moment
// CHECK:         %[[R:.+]]:2 = kernel.call @[[K:.+]](%arg1, %arg2, %arg0)
// CHECK-NOT:     kernel.call
// CHECK:         return %[[R]]#0, %[[R]]#1
func.func @moment(%p: tensor<8xf32>, %m: tensor<8xf32>, %g: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %0 = lc.add %m, %g : tensor<8xf32>
  %1 = lc.sub %p, %0 : tensor<8xf32>
  return %1, %0 : tensor<8xf32>, tensor<8xf32>
}

// Somebody who reads the moment before the parameter is there has it from a kernel of its own.
// CHECK-LABEL: func.func @between
// CHECK:         %[[M:.+]] = kernel.call @add(%arg1, %arg2)
// CHECK:         %[[O:.+]] = kernel.call @argsort(%[[M]])
// CHECK:         kernel.call @{{.+}}(%arg0, %[[O]], %[[M]])
func.func @between(%p: tensor<8xf32>, %m: tensor<8xf32>, %g: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %0 = lc.add %m, %g : tensor<8xf32>
  %1 = lc.argsort %0 {dim = 0 : i64} : (tensor<8xf32>) -> tensor<8xi64>
  %2 = lc.gather %p, %1 {dim = 0 : i64} : (tensor<8xf32>, tensor<8xi64>) -> tensor<8xf32>
  %3 = lc.sub %2, %0 : tensor<8xf32>
  return %3, %0 : tensor<8xf32>, tensor<8xf32>
}

// Two sums over the same rows are one walk over them.
// CHECK-LABEL: func.func @sums
// CHECK:         %{{.+}}:2 = kernel.call @{{.*}}sum{{.*}}(%arg0, %arg1)
// CHECK-NOT:     kernel.call
// CHECK:         return
func.func @sums(%dy: tensor<8x16xf32>, %x: tensor<8x16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %0 = lc.sum %dy {dims = array<i64: 0>} : (tensor<8x16xf32>) -> tensor<16xf32>
  %1 = lc.mul %dy, %x : tensor<8x16xf32>
  %2 = lc.sum %1 {dims = array<i64: 0>} : (tensor<8x16xf32>) -> tensor<16xf32>
  return %0, %2 : tensor<16xf32>, tensor<16xf32>
}

// A sum that the other one needs comes before it; sums of different tensors share nothing.
// CHECK-LABEL: func.func @apart
// CHECK:         kernel.call @sum(%arg0)
// CHECK:         kernel.call @{{.*}}sum
// CHECK:         kernel.call @sum(%arg1)
func.func @apart(%dy: tensor<8x16xf32>, %x: tensor<8x16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %0 = lc.sum %dy {dims = array<i64: 0>} : (tensor<8x16xf32>) -> tensor<16xf32>
  %1 = lc.reshape %0 : (tensor<16xf32>) -> tensor<1x16xf32>
  %2 = lc.expand %1 : (tensor<1x16xf32>) -> tensor<8x16xf32>
  %3 = lc.mul %dy, %2 : tensor<8x16xf32>
  %4 = lc.sum %3 {dims = array<i64: 0>} : (tensor<8x16xf32>) -> tensor<16xf32>
  %5 = lc.sum %x {dims = array<i64: 0>} : (tensor<8x16xf32>) -> tensor<16xf32>
  return %4, %5 : tensor<16xf32>, tensor<16xf32>
}

// One that is read at other places is not.
// CHECK-LABEL: func.func @moved
// CHECK:         %[[M:.+]] = kernel.call @add(
// CHECK:         kernel.call @{{.+}}(%[[M]], %arg0)
// CHECK:       func.func private @[[K]]({{.*}}kernel.inplace = array<i64: 0, 1>, kernel.pointwise = array<i64: 0, 1, 2>
func.func @moved(%p: tensor<8xf32>, %m: tensor<8xf32>, %g: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %0 = lc.add %m, %g : tensor<8xf32>
  %1 = lc.flip %0 {dims = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
  %2 = lc.sub %p, %1 : tensor<8xf32>
  return %2, %0 : tensor<8xf32>, tensor<8xf32>
}
