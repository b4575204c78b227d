// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @conv_c1(%x: tensor<4x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected equal ranks from 3 to 5, found 2 and 4 (conv_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<4x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c2_count(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected 2 numbers not below 1, found [1] (conv_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c2_sign(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected 2 numbers not below 0, found [-1, 0] (conv_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: -1, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<6x3x3x3xf32>) {
  // expected-error@below {{expected 3 input channels, found 4 (conv_c3)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error@below {{expected groups to divide 6, found 4 (conv_c4)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, groups = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<5xf32>) {
  // expected-error@below {{expected a bias of [6], found 'tensor<5xf32>' (conv_c5)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w bias %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<5xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c6(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf16>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (conv_c6)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf16>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c7(%x: tensor<1x4x1x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected the window to fit into spatial dimension 0 (conv_c7)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.conv %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x1x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x0x6xf32>
  return
}
