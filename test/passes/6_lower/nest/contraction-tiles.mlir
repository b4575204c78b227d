// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-contraction-regions --lc-outline-kernels --lc-generate-cpu-kernels=vector-bits=256 %s | FileCheck %s

// Twelve rows: two tiles of six rows by two vectors of eight, and their sums in registers.
// CHECK-LABEL: func.func @matmul_code
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             %{{.*}}:12 = scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>,
func.func @tile(%x: tensor<12x8xf32>, %y: tensor<8x16xf32>) -> tensor<12x16xf32> {
  %0 = lc.matmul %x, %y : (tensor<12x8xf32>, tensor<8x16xf32>) -> tensor<12x16xf32>
  return %0 : tensor<12x16xf32>
}
