// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-gate=stage=import --split-input-file --verify-diagnostics %s

// Writes in place come with the import; kernels do not.
func.func @good(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  lc.overwrite %x, %0 : tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

func.func @region(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'kernel.region' op is not legal after stage 'import'; lc-outline-kernels removes it}}
  %0 = kernel.region cpu_codegen(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %r = lc.relu %a : tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expected ranked tensors after stage 'import', found 'tensor<*xf32>'}}
func.func @unranked(%x: tensor<*xf32>) {
  return
}

// -----

func.func @other(%x: memref<4xf32>) {
  // expected-error @+1 {{'memref.dealloc' op is not legal after stage 'import'}}
  memref.dealloc %x : memref<4xf32>
  return
}
