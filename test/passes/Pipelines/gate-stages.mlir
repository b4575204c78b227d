// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not lcompile-opt --lc-verify-gate=stage=finish %s 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not lcompile-opt --pass-pipeline='builtin.module(lc-normalize,lc-inject-fault{kind=illegal},lc-verify-gate)' %s 2>&1 | FileCheck %s
// RUN: lcompile-opt --pass-pipeline='builtin.module(lc-normalize,lc-optimize,lc-partition,lc-lower)' %s -o /dev/null

// Every stage ends with its gate, also in lcompile-opt.
// NAME:  error: there is no stage 'finish'
// CHECK: error: 'builtin.unrealized_conversion_cast' op is not legal after stage 'normalize'
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
