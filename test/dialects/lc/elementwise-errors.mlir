// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @clamp_c1(%x: tensor<4xf32>) {
  // expected-error@below {{expected a bound, found neither min nor max (clamp_c1)}}
  %0 = lc.clamp %x : tensor<4xf32>
  return
}

// -----

func.func @where_c1_shape(%c: tensor<3xi1>, %x: tensor<4xf32>) {
  // expected-error@below {{expected condition, lhs and rhs of one shape and lhs and rhs of one type (where_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.where %c, %x, %x : (tensor<3xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @where_c1_type(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf64>) {
  // expected-error@below {{expected condition, lhs and rhs of one shape and lhs and rhs of one type (where_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.where %c, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return
}

// -----

// No operation promotes or broadcasts.
func.func @compare(%x: tensor<4xf32>, %y: tensor<1xf32>) {
  // expected-error@below {{requires all operands to have the same type}}
  %0 = lc.compare lt %x, %y : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xi1>
  return
}

// -----

func.func @integer_exp(%x: tensor<4xi32>) {
  // expected-error@below {{operand #0 must be ranked tensor of}}
  %0 = lc.exp %x : tensor<4xi32>
  return
}

// -----

func.func @complex(%x: tensor<4xcomplex<f32>>) {
  // expected-error@below {{operand #0 must be ranked tensor of}}
  %0 = lc.neg %x : tensor<4xcomplex<f32>>
  return
}
