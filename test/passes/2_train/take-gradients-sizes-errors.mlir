// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-take-gradients --split-input-file --verify-diagnostics %s

// Sizes that vary, where the forward can do with them and the gradient cannot; layouts.

func.func @pad(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot differentiate padding that repeats elements of a dimension of unknown size}}
  %0 = lc.pad %x {low = array<i64: 1>, high = array<i64: 1>, mode = #lc<pad_mode reflect>} : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @concat(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{cannot differentiate a concatenation of unknown sizes}}
  %0 = lc.concat %x, %x {dim = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @scatter(%x: tensor<4xf32>, %i: tensor<2xi64>, %s: tensor<3xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot differentiate a scatter with more sources than indices}}
  %0 = lc.scatter %x, %i, %s add {dim = 0 : i64} : (tensor<4xf32>, tensor<2xi64>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @adaptive(%x: tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x2xf32> attributes {lc.symbols = [#lc.symbol<"width", 4, 9>]} {
  // expected-error @+1 {{cannot differentiate adaptive pooling of a size that varies to more than one}}
  %0 = lc.adaptive_avg_pool %x {output = array<i64: 2>} : (tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// -----

func.func @resize(%x: tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x8xf32> attributes {lc.symbols = [#lc.symbol<"width", 4, 9>]} {
  // expected-error @+1 {{cannot differentiate interpolation of a size that varies}}
  %0 = lc.resize %x {mode = #lc<resize_mode linear>, scales = array<f64: 0.5>} : (tensor<1x3x?xf32, #lc.dims<1, 3, s0>>) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}

// -----

func.func @loop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c3 = arith.constant 3 : i64
  // expected-error @+1 {{cannot differentiate a loop that carries numbers}}
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %x, %n = %c0) -> (tensor<4xf32>, i64) : i64 {
    %s = lc.sin %v : tensor<4xf32>
    %m = arith.addi %n, %i : i64
    scf.yield %s, %m : tensor<4xf32>, i64
  }
  return %r#0 : tensor<4xf32>
}
