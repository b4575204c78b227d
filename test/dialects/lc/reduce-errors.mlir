// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @reduce_c1_order(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected sorted, distinct dimensions in [0, 2), found [1, 0] (reduce_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.sum %x {dims = array<i64: 1, 0>} : (tensor<4x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce_c1_range(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected sorted, distinct dimensions in [0, 2), found [2] (reduce_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.var %x {dims = array<i64: 2>} : (tensor<4x3xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @argreduce_c1_dim(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected a dimension in [0, 2), found 2 (argreduce_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.argmax %x {dim = 2 : i64} : (tensor<4x3xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @argreduce_c1_empty(%x: tensor<4x0xf32>) {
  // expected-error@below {{expected dimension 1 not to be empty (argreduce_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.argmin %x {dim = 1 : i64} : (tensor<4x0xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @scan_c1(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected a dimension in [0, 2), found 2 (scan_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.cumsum %x {dim = 2 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @softmax_c1(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected a dimension in [0, 2), found -1 (softmax_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.softmax %x {dim = -1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

// Bools have no sum: the importer counts in i64.
func.func @sum_of_bools(%x: tensor<4xi1>) {
  // expected-error@below {{operand #0 must be ranked tensor of}}
  %0 = lc.sum %x {dims = array<i64: 0>} : (tensor<4xi1>) -> tensor<i1>
  return
}
