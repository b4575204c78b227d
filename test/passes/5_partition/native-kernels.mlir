// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-externalize-constants --lc-pack-weights=panel-size=16 %s | FileCheck %s --check-prefix=PACK
// RUN: lcompile-opt --lc-externalize-constants --lc-form-contraction-regions --lc-form-codegen-regions --lc-outline-kernels %s | FileCheck %s --check-prefix=FORM

// Two columns in a panel of sixteen, the rest zeros.
// PACK-LABEL: func.func @product
// PACK:         %[[W:.+]] = lc.parameter "{{.*}}packed" : tensor<1x3x16xf32>
// PACK:         %[[P:.+]] = lc.permute %[[W]] {perm = array<i64: 1, 0, 2>}
// PACK:         %[[R:.+]] = lc.reshape %[[P]] {{.*}} -> tensor<3x16xf32>
// PACK:         %[[S:.+]] = lc.slice %[[R]] {{.*}} -> tensor<3x2xf32>
// PACK:         lc.matmul %arg0, %[[S]] : (tensor<4x3xf32>, tensor<3x2xf32>)
func.func @product(%x: tensor<4x3xf32>) -> tensor<4x2xf32> {
  %w = lc.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = lc.matmul %x, %w {transpose_b} : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// A kernel takes along what follows; a right operand stored by columns is copied first.
// FORM-LABEL: func.func @fused
// FORM:         %[[P:.+]] = kernel.call @copy(%arg1)
// FORM:         kernel.call @matmul_relu(%arg0, %[[P]])
func.func @fused(%x: tensor<4x8xf32>, %y: tensor<16x8xf32>) -> tensor<4x16xf32> {
  %p = lc.permute %y {perm = array<i64: 1, 0>} : (tensor<16x8xf32>) -> tensor<8x16xf32>
  %0 = lc.matmul %x, %p : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = lc.relu %0 : tensor<4x16xf32>
  return %1 : tensor<4x16xf32>
}
