// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @reshape_c1_type(%x: tensor<4xf32>) {
  // expected-error@below {{expected element type 'f32', found 'i32' (reshape_c1)}}
  %0 = lc.reshape %x : (tensor<4xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @reshape_c1_count(%x: tensor<4xf32>) {
  // expected-error@below {{expected 4 elements, found 6 (reshape_c1)}}
  %0 = lc.reshape %x : (tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reshape_c1_symbolic(%x: tensor<?xf32, #lc.dims<s0>>) {
  // expected-error@below {{expected s0 elements, found s0 + 1 (reshape_c1)}}
  %0 = lc.reshape %x : (tensor<?xf32, #lc.dims<s0>>) -> tensor<?xf32, #lc.dims<s0 + 1>>
  return
}

// -----

func.func @expand_c1(%x: tensor<3xf32>) {
  // expected-error@below {{expected rank 1 of 'f32', found rank 2 of 'f32' (expand_c1)}}
  %0 = lc.expand %x : (tensor<3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @expand_c2(%x: tensor<2x3xf32>) {
  // expected-error@below {{expected dimension 0 to stay 2, found 4 (expand_c2)}}
  %0 = lc.expand %x : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @permute_c1(%x: tensor<2x3xf32>) {
  // expected-error@below {{expected a permutation of 2 dimensions, found [0, 0] (permute_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.permute %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_c1_dim(%x: tensor<8x3xf32>) {
  // expected-error@below {{expected equal ranks and element types, a dimension in [0, 2) and one start, found 'tensor<8x3xf32>', 'tensor<4x3xf32>' and dimension 2 (slice_c1)}}
  %0 = lc.slice %x {dim = 2 : i64, start = #lc.dims<0>} : (tensor<8x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_c1_other(%x: tensor<8x3xf32>) {
  // expected-error@below {{expected dimension 1 to stay 3, found 2 (slice_c1)}}
  %0 = lc.slice %x {dim = 0 : i64, start = #lc.dims<0>} : (tensor<8x3xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @slice_c2_step(%x: tensor<8x3xf32>) {
  // expected-error@below {{expected a positive step, found 0 (slice_c2)}}
  %0 = lc.slice %x {dim = 0 : i64, start = #lc.dims<0>, step = 0 : i64} : (tensor<8x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_c2_outside(%x: tensor<8x3xf32>) {
  // expected-error@below {{expected elements inside [0, 8), found 2 + 2 * [0, 4) (slice_c2)}}
  %0 = lc.slice %x {dim = 0 : i64, start = #lc.dims<2>, step = 2 : i64} : (tensor<8x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @insert_slice_c1(%x: tensor<8x3xf32>, %y: tensor<4x2xf32>) {
  // expected-error@below {{expected dimension 1 to stay 3, found 2 (insert_slice_c1)}}
  %0 = lc.insert_slice %x, %y {dim = 0 : i64, start = #lc.dims<0>} : (tensor<8x3xf32>, tensor<4x2xf32>) -> tensor<8x3xf32>
  return
}

// -----

func.func @insert_slice_c2(%x: tensor<8x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error@below {{expected elements inside [0, 8), found 5 + 1 * [0, 4) (insert_slice_c2)}}
  %0 = lc.insert_slice %x, %y {dim = 0 : i64, start = #lc.dims<5>} : (tensor<8x3xf32>, tensor<4x3xf32>) -> tensor<8x3xf32>
  return
}
