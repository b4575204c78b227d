// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @index_select_c1(%x: tensor<4x8xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{expected a dimension in [0, 2), found 2 (index_select_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.index_select %x, %i {dim = 2 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<4x3xf32>
  return
}

// -----

func.func @gather_c1_rank(%x: tensor<4x8xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{expected equal ranks and a dimension in [0, 2), found 'tensor<4x8xf32>', 'tensor<3xi64>' and 0 (gather_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.gather %x, %i {dim = 0 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_c2(%x: tensor<4x8xf32>, %i: tensor<5x2xi64>) {
  // expected-error@below {{expected at most 4 indices along dimension 0, found 5 (gather_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.gather %x, %i {dim = 1 : i64} : (tensor<4x8xf32>, tensor<5x2xi64>) -> tensor<5x2xf32>
  return
}

// -----

func.func @dynamic_slice_c1(%x: tensor<8x4xf32>, %i: tensor<i64>) {
  // expected-error@below {{expected 'tensor<8x4xf32>' and 'tensor<1x3xf32>' to differ in dimension 0 only (dynamic_slice_c1)}}
  %0 = lc.dynamic_slice %x, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<i64>) -> tensor<1x3xf32>
  return
}

// -----

func.func @dynamic_slice_c2(%x: tensor<8x4xf32>, %i: tensor<i64>) {
  // expected-error@below {{expected a part that fits, found 9 of 8 elements along dimension 0 (dynamic_slice_c2)}}
  %0 = lc.dynamic_slice %x, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<i64>) -> tensor<9x4xf32>
  return
}

// -----

func.func @dynamic_update_slice_c1(%x: tensor<8x4xf32>, %y: tensor<1x4xf16>, %i: tensor<i64>) {
  // expected-error@below {{expected 'tensor<8x4xf32>' and 'tensor<1x4xf16>' to differ in dimension 0 only (dynamic_update_slice_c1)}}
  %0 = lc.dynamic_update_slice %x, %y, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<1x4xf16>, tensor<i64>) -> tensor<8x4xf32>
  return
}

// -----

func.func @dynamic_update_slice_c2(%x: tensor<8x4xf32>, %y: tensor<9x4xf32>, %i: tensor<i64>) {
  // expected-error@below {{expected a part that fits, found 9 of 8 elements along dimension 0 (dynamic_update_slice_c2)}}
  %0 = lc.dynamic_update_slice %x, %y, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<9x4xf32>, tensor<i64>) -> tensor<8x4xf32>
  return
}
