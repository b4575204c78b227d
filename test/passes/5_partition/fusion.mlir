// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-decompose --lc-externalize-constants --lc-form-library-regions --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place %s | FileCheck %s

// The activation goes with the product, a whole softmax is one kernel, and equal kernels
// share a function.
// CHECK-LABEL: func.func @f
// CHECK:         %[[A:.+]] = kernel.call @matmul_gelu
// CHECK:         %[[B:.+]] = kernel.call @[[SOFTMAX:.+]](%[[A]])
// CHECK:         %[[C:.+]] = kernel.call @[[PRODUCT:matmul]](%[[B]],
// CHECK:         %[[D:.+]] = kernel.call @[[SOFTMAX]](%[[C]])
// CHECK:         return %[[D]]
// CHECK:       func.func private @matmul_gelu({{.*}}cpu_library
// CHECK:       func.func private @[[SOFTMAX]]({{.*}}cpu_codegen
func.func @f(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %v: tensor<16x16xf32>) -> tensor<4x16xf32> {
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %1 = lc.gelu %0 : tensor<4x16xf32>
  %2 = lc.softmax %1 {dim = 1 : i64} : (tensor<4x16xf32>) -> tensor<4x16xf32>
  %3 = lc.matmul %2, %v : (tensor<4x16xf32>, tensor<16x16xf32>) -> tensor<4x16xf32>
  %4 = lc.softmax %3 {dim = 1 : i64} : (tensor<4x16xf32>) -> tensor<4x16xf32>
  return %4 : tensor<4x16xf32>
}
