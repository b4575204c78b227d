// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-inject-fault=kind=wrong %s | FileCheck %s
// RUN: not lcompile-opt --lc-inject-fault=kind=other %s 2>&1 | FileCheck %s --check-prefix=KIND

// CHECK-LABEL: func.func @f
// CHECK:         lc.abs
// CHECK-NOT:     lc.relu
// KIND: error: unknown kind of fault 'other', expected crash, fail, illegal or wrong
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
