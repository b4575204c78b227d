// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-externalize-constants %s | FileCheck %s

// Numbers stay, tables become weights.
// CHECK-LABEL: func.func @f
// CHECK:         %[[TABLE:.*]] = lc.parameter {{.*}} : tensor<3xf32>
// CHECK:         %[[SPLAT:.*]] = lc.constant {{.*}}dense<2.000000e+00>
// CHECK:         lc.add
func.func @f() -> tensor<3xf32> {
  %0 = lc.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %1 = lc.constant dense<2.0> : tensor<3xf32>
  %2 = lc.add %0, %1 : tensor<3xf32>
  return %2 : tensor<3xf32>
}
