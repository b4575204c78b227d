// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-functionalize --canonicalize --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @whole
// CHECK:         %[[R:.+]] = lc.relu
// CHECK-NOT:     lc.overwrite
// CHECK:         return %[[R]]
func.func @whole(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  lc.overwrite %x, %0 : tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

// A write through a view changes the base.
// CHECK-LABEL: func.func @through_slice
// CHECK-SAME:    (%[[X:.+]]: tensor<8xf32>, %[[V:.+]]: tensor<4xf32>)
// CHECK:         %[[N:.+]] = lc.insert_slice %[[X]], %[[V]]
// CHECK:         return %[[N]]
func.func @through_slice(%x: tensor<8xf32>, %v: tensor<4xf32>) -> tensor<8xf32> {
  %0 = lc.slice %x {dim = 0 : i64, start = #lc.dims<2>} : (tensor<8xf32>) -> tensor<4xf32>
  lc.overwrite %0, %v : tensor<4xf32>
  return %x : tensor<8xf32>
}
