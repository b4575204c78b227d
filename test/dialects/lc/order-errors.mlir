// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @argsort_c1(%x: tensor<4x3xf32>) {
  // expected-error@below {{expected a dimension in [0, 2), found 2 (argsort_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.argsort %x {dim = 2 : i64} : (tensor<4x3xf32>) -> tensor<4x3xi64>
  return
}

// -----

func.func @scatter_c1(%x: tensor<4x8xf32>, %i: tensor<4x2xi64>, %y: tensor<4x2xf16>) {
  // expected-error@below {{(scatter_c1)}}
  %0 = lc.scatter %x, %i, %y replace {dim = 1 : i64} : (tensor<4x8xf32>, tensor<4x2xi64>, tensor<4x2xf16>) -> tensor<4x8xf32>
  return
}

// -----

func.func @scatter_c2(%x: tensor<4x8xf32>, %i: tensor<5x2xi64>, %y: tensor<5x2xf32>) {
  // expected-error@below {{expected at most 4 indices along dimension 0, found 5 (scatter_c2)}}
  %0 = lc.scatter %x, %i, %y replace {dim = 1 : i64} : (tensor<4x8xf32>, tensor<5x2xi64>, tensor<5x2xf32>) -> tensor<4x8xf32>
  return
}
