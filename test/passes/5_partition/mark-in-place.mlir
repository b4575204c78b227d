// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place %s | FileCheck %s

// CHECK: func.func private @relu({{.*}}kernel.inplace = array<i64: 0>
func.func @elementwise(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = lc.relu %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// It reads elements at other places than it writes.
// CHECK:     func.func private @relu_flip({{.*}}tensor<9xf32>
// CHECK-NOT: kernel.inplace
// CHECK:       lc.relu
func.func @moved(%x: tensor<9xf32>) -> tensor<9xf32> {
  %0 = lc.relu %x : tensor<9xf32>
  %1 = lc.flip %0 {dims = array<i64: 0>} : (tensor<9xf32>) -> tensor<9xf32>
  return %1 : tensor<9xf32>
}

// It writes a part: the rest has to be there. What it reads behind a view of the same
// tensor is copied first.
// CHECK: func.func private @scatter({{.*}}kernel.inplace = array<i64: 0>{{.*}}kernel.update
func.func @part(%x: tensor<4xf32>, %i: tensor<4xi64>) -> tensor<4xf32> {
  %0 = lc.flip %x {dims = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = lc.scatter %x, %i, %0 replace {dim = 0 : i64} : (tensor<4xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
