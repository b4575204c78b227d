// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-form-codegen-regions --lc-outline-kernels %s | FileCheck %s

// Equal regions share a function, others do not.
// CHECK-LABEL: func.func @f
// CHECK:         %[[A:.*]] = kernel.call @[[TANH:.*]](%{{.*}})
// CHECK:         %[[S:.*]] = kernel.call @[[SORT:.*]](%[[A]])
// CHECK:         kernel.call @[[SORT]](
// CHECK-NOT:     kernel.region
// CHECK-DAG:   func.func private @[[TANH]]({{.*}}kernel.unit = #kernel<unit cpu_codegen>
// CHECK-DAG:   func.func private @[[SORT]]({{.*}}kernel.unit = #kernel<unit cpu_codegen>
func.func @f(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xi64>, tensor<8xi64>) {
  %0 = lc.tanh %x : tensor<8xf32>
  %1 = lc.argsort %0 {dim = 0 : i64} : (tensor<8xf32>) -> tensor<8xi64>
  %2 = lc.argsort %y {dim = 0 : i64} : (tensor<8xf32>) -> tensor<8xi64>
  return %1, %2 : tensor<8xi64>, tensor<8xi64>
}
