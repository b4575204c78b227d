// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-rematerialize=keep=0.7 %s | FileCheck %s
// RUN: lcompile-opt --lc-rematerialize=keep=0.7 --canonicalize --cse --lc-drop-fences %s | FileCheck %s --check-prefix=TWICE
// RUN: lcompile-opt --lc-rematerialize=keep=1 %s | FileCheck %s --check-prefix=ALL

// What is cheap for its size is computed again, behind a fence, right before it is read: the products of %x stay.
// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<64x64xf32>, %[[W:[a-z0-9]+]]:
// CHECK: %[[H:.*]] = lc.matmul %[[X]], %[[W]]
// CHECK: %[[A:.*]] = lc.tanh %[[H]]
// CHECK: %[[G:.*]] = lc.exp
// CHECK: %[[F:.*]] = lc.fence %[[H]] {site = 1 : i64} : tensor<64x64xf32>
// CHECK: %[[B:.*]] = lc.tanh %[[F]]
// CHECK: lc.mul %[[G]], %[[B]]

// Nothing finds that both are equal, until kernels are chosen.
// TWICE-LABEL: func.func @step
// TWICE-COUNT-2: lc.tanh
// TWICE-NOT: lc.fence

// ALL-LABEL: func.func @step
// ALL-COUNT-1: lc.tanh
// ALL-NOT: lc.fence
func.func @step(%x: tensor<64x64xf32>, %w: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %h = lc.matmul %x, %w : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %a = lc.tanh %h : tensor<64x64xf32>
  %o = lc.matmul %a, %w : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %g = lc.exp %o : tensor<64x64xf32>
  %1 = lc.mul %g, %a : tensor<64x64xf32>
  %2 = lc.mul %1, %h : tensor<64x64xf32>
  return %2 : tensor<64x64xf32>
}
