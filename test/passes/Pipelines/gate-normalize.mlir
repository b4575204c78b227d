// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-gate=stage=normalize --split-input-file --verify-diagnostics %s

func.func @good(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %0 = scf.if %c -> tensor<4xf32> {
    %1 = lc.relu %x : tensor<4xf32>
    scf.yield %1 : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @write(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = lc.relu %x : tensor<4xf32>
  // expected-error @+1 {{'lc.overwrite' op is not legal after stage 'normalize'; lc-functionalize removes it}}
  lc.overwrite %x, %0 : tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expected dimension 0 of 'tensor<?xf32>' to be static or an expression of the symbols after stage 'normalize'}}
func.func @unknown_size(%x: tensor<?xf32>) {
  return
}
