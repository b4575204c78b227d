// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-generate-tpc-kernels --split-input-file --verify-diagnostics %s

// expected-error @+1 {{a kernel of this target cannot hold 'tensor<4xf64>'}}
func.func private @wide(%x: tensor<4xf64>) -> tensor<4xf64> attributes {kernel.unit = #kernel<unit tpc>} {
  %0 = lc.neg %x : tensor<4xf64>
  return %0 : tensor<4xf64>
}

// -----

// expected-error @+1 {{reads a tensor in a way that has no code generation on this target}}
func.func private @turned(%x: tensor<70x4xf32>) -> tensor<4x70xf32> attributes {kernel.unit = #kernel<unit tpc>} {
  %0 = lc.permute %x {perm = array<i64: 1, 0>} : (tensor<70x4xf32>) -> tensor<4x70xf32>
  %1 = lc.neg %0 : tensor<4x70xf32>
  return %1 : tensor<4x70xf32>
}
