// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place --lc-generate-cpu-kernels --lc-plan-buffers %s | FileCheck %s
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels --lc-mark-in-place --lc-generate-cpu-kernels --lc-plan-buffers \
// RUN:   --lc-convert-rt-to-llvm %s | FileCheck %s --check-prefix=LLVM

// One value lies between the kernels; the result goes straight to the caller.
// CHECK-LABEL: func.func @f_run
// CHECK-SAME:    arena_bytes = 128 : i64
// CHECK:         rt.dispatch @argsort_code
// CHECK:         rt.dispatch @{{.*}}_code
// CHECK-LABEL: func.func @f_plan
// A dispatch is a call whose status is tested.
// LLVM-LABEL:  func.func @f_run
// LLVM-NOT:      rt.dispatch
// LLVM:          llvm.call
// LLVM:          cf.cond_br
func.func @f(%x: tensor<16xf32>) -> tensor<16xf32> {
  %0 = lc.argsort %x {dim = 0 : i64} : (tensor<16xf32>) -> tensor<16xi64>
  %1 = lc.gather %x, %0 {dim = 0 : i64} : (tensor<16xf32>, tensor<16xi64>) -> tensor<16xf32>
  return %1 : tensor<16xf32>
}
