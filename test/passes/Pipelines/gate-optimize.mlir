// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-gate=stage=optimize --split-input-file --verify-diagnostics %s

func.func @good(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @early(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'kernel.call' op is not legal after stage 'optimize'; lc-plan-buffers removes it}}
  %0 = kernel.call @relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @relu(%x: tensor<4xf32>) -> tensor<4xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
