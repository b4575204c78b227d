// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @flip_c1(%x: tensor<2x3xf32>) {
  // expected-error@below {{expected dimensions in [0, 2), found 2 (flip_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.flip %x {dims = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c1_dim(%x: tensor<2x3xf32>) {
  // expected-error@below {{expected a dimension in [0, 2), found -1 (concat_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.concat %x {dim = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c1_empty() {
  // expected-error@below {{expected an operand, found none (concat_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.concat {dim = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

func.func @concat_c1_type(%x: tensor<2xf32>, %y: tensor<2xi32>) {
  // expected-error@below {{expected operand 1 to have rank 1 of 'f32', found 'tensor<2xi32>' (concat_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.concat %x, %y {dim = 0 : i64} : (tensor<2xf32>, tensor<2xi32>) -> tensor<4xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error@below {{expected dimension 1 of operand 1 to be 3, found 4 (concat_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.concat %x, %y {dim = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @pad_c1(%x: tensor<2x3xf32>) {
  // expected-error@below {{expected 2 numbers, found 1 and 2 (pad_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.pad %x {low = array<i64: 1>, high = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<2xf32>) {
  // expected-error@below {{expected dimension 0 not to become negative, found -1 (pad_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.pad %x {low = array<i64: -1>, high = array<i64: -2>} : (tensor<2xf32>) -> tensor<0xf32>
  return
}

// -----

// What is written down must be what follows from the operands.
func.func @other_result(%x: tensor<2x3xf32>) {
  // expected-error@below {{inferred type(s) 'tensor<3x2xf32>' are incompatible with return type(s) of operation 'tensor<2x3xf32>'}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.permute %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
