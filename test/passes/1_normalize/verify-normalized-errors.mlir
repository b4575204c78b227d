// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-normalized --split-input-file --verify-diagnostics %s

func.func @in_place(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error@below {{expected no in-place writes after normalisation}}
  lc.overwrite %x, %y : tensor<4xf32>
  return
}

// -----

func.func @foreign(%x: i64) -> index {
  // expected-error@below {{is not an operation of the normalised form}}
  %0 = builtin.unrealized_conversion_cast %x : i64 to index
  return %0 : index
}

// -----

// expected-error@below {{expected dimension 0 of 'tensor<?xf32>' to be static or an expression of the symbols}}
func.func @unknown_size(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
