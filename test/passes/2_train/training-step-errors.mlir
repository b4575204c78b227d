// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-training-step=optimizer=sgd,lr=0.5 --split-input-file --verify-diagnostics %s

// expected-error @+1 {{cannot train: the loss must be a floating point number, found 'tensor<4xf32>'}}
func.func @no_number(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{cannot train: the model has no parameters}}
func.func @nothing_to_train(%x: tensor<f32>) -> tensor<f32> {
  %w = lc.parameter "w" : tensor<f32>
  %0 = lc.mul %x, %w : tensor<f32>
  return %0 : tensor<f32>
}
