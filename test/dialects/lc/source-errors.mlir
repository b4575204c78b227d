// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @full_c1() {
  // expected-error@below {{expected a value of 'f32', found 'i64' (full_c1)}}
  %0 = lc.full 1 : i64 : tensor<4xf32>
  return
}

// -----

func.func @iota_c1_rank() {
  // expected-error@below {{expected rank 1 and start and step of its element type, found 'tensor<2x2xi64>' (iota_c1)}}
  %0 = lc.iota {start = 0 : i64, step = 1 : i64} : tensor<2x2xi64>
  return
}

// -----

func.func @iota_c1_type() {
  // expected-error@below {{expected rank 1 and start and step of its element type, found 'tensor<2xf32>' (iota_c1)}}
  %0 = lc.iota {start = 0 : i64, step = 1 : i64} : tensor<2xf32>
  return
}

// -----

func.func @item_c1(%x: tensor<i1>) {
  // expected-error@below {{expected 'i1', found 'i64' (item_c1)}}
  %0 = lc.item %x : tensor<i1> -> i64
  return
}

// -----

func.func @scalar_c1(%i: i64) {
  // expected-error@below {{expected a tensor of 'i64', found one of 'f32' (scalar_c1)}}
  %0 = lc.scalar %i : i64 -> tensor<f32>
  return
}
