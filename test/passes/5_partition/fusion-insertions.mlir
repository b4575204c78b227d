// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels %s | FileCheck %s

// Insertions side by side are one kernel; what all of them move is computed once before it.
// CHECK-LABEL: func.func @insertions
// CHECK:         %[[E:.+]] = kernel.call @exp(%arg0)
// CHECK:         %[[S:.+]] = kernel.call @{{.*}}insert_slice{{.*}}(%arg1, %[[E]])
// CHECK:         return %[[S]]
func.func @insertions(%x: tensor<4x8xf32>, %m: tensor<4x8xi1>) -> tensor<9x8xf32> {
  %zero = lc.full 0.0 : f32 : tensor<4x8xf32>
  %into = lc.full 0.0 : f32 : tensor<9x8xf32>
  %0 = lc.exp %x : tensor<4x8xf32>
  %1 = lc.where %m, %0, %zero : (tensor<4x8xi1>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = lc.where %m, %zero, %0 : (tensor<4x8xi1>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = lc.insert_slice %into, %1 {dim = 0 : i64, start = #lc.dims<0>, step = 2 : i64} : (tensor<9x8xf32>, tensor<4x8xf32>) -> tensor<9x8xf32>
  %4 = lc.insert_slice %into, %2 {dim = 0 : i64, start = #lc.dims<1>, step = 2 : i64} : (tensor<9x8xf32>, tensor<4x8xf32>) -> tensor<9x8xf32>
  %5 = lc.add %3, %4 : tensor<9x8xf32>
  return %5 : tensor<9x8xf32>
}
