// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step="optimizer=sgd,lr=0.5 accumulate=2" --split-input-file --verify-diagnostics %s

// expected-error @+1 {{cannot accumulate gradients: expected the loss as the only output, found output 1, which would be of one of the batches}}
func.func @outputs(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %w = lc.parameter "w" {trainable} : tensor<f32>
  %0 = lc.mul %x, %w : tensor<f32>
  return %0, %x : tensor<f32>, tensor<f32>
}
