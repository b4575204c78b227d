// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-gate=stage=partition --split-input-file --verify-diagnostics %s

// The model calls kernels; what they compute stands in their functions.
func.func @good(%x: tensor<2x2xf32>) -> tensor<4xf32> {
  %0 = kernel.call @relu(%x) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = lc.reshape %0 : (tensor<2x2xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @relu(%x: tensor<2x2xf32>) -> tensor<2x2xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.relu %x : tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @left_over(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'lc.relu' op is not legal outside of kernels after stage 'partition'; lc-outline-kernels removes it}}
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @weights() -> tensor<4xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  // expected-error @+1 {{'lc.parameter' op is not legal in a kernel after stage 'partition'; lc-plan-buffers removes it}}
  %0 = lc.parameter "w" : tensor<4xf32>
  return %0 : tensor<4xf32>
}
