// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --split-input-file --lc-form-codegen-regions --lc-outline-kernels --lc-generate-cpu-kernels=vector-bits=256 %s | FileCheck %s

// Three channels would fill three lanes of each vector; pixels fill all of them.
// CHECK-LABEL: func.func @copy_code
// CHECK-NOT:     masked_gather
// CHECK:         llvm.load {{.*}} -> vector<8xf32>
// CHECK:         llvm.intr.masked.scatter
func.func @few_channels(%x: tensor<1x3x64x64xf32>) -> tensor<1x64x64x3xf32> {
  %0 = lc.permute %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x64x64xf32>) -> tensor<1x64x64x3xf32>
  return %0 : tensor<1x64x64x3xf32>
}

// -----

// With many channels reading apart costs less than writing apart.
// CHECK-LABEL: func.func @copy_code
// CHECK:         llvm.intr.masked.gather
// CHECK-NOT:     scatter
func.func @many_channels(%x: tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> {
  %0 = lc.permute %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32>
  return %0 : tensor<1x64x64x64xf32>
}
