// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-take-gradients --split-input-file --verify-diagnostics %s

// All of them are named, not only the first.
func.func @scatter(%x: tensor<4xf32>, %i: tensor<2xi64>, %s: tensor<2xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{cannot differentiate a scatter that multiplies or compares}}
  %0 = lc.scatter %x, %i, %s mul {dim = 0 : i64} : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  // expected-error @+1 {{cannot differentiate a scatter that multiplies or compares}}
  %1 = lc.scatter %0, %i, %s maximum {dim = 0 : i64} : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @rounds_from_data(%x: tensor<4xf32>, %n: tensor<i64>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %end = lc.item %n : tensor<i64> -> i64
  // expected-error @+1 {{cannot differentiate a loop whose number of rounds comes from data}}
  %r = scf.for %i = %c0 to %end step %c1 iter_args(%v = %x) -> (tensor<4xf32>) : i64 {
    %s = lc.sin %v : tensor<4xf32>
    scf.yield %s : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// -----

func.func @while(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{cannot differentiate 'scf.while'}}
  %r = scf.while (%v = %x) : (tensor<f32>) -> tensor<f32> {
    %zero = lc.full 0.0 : f32 : tensor<f32>
    %c = lc.compare gt %v, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %i = lc.item %c : tensor<i1> -> i1
    scf.condition(%i) %v : tensor<f32>
  } do {
  ^bb0(%v: tensor<f32>):
    %s = lc.sub %v, %x : tensor<f32>
    scf.yield %s : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

func.func @layouts(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>, %v: tensor<3xf32>) -> tensor<1x3x3x4xf32> {
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %0 = lc.batch_norm %x mean %v var %v {eps = 1.0e-5 : f64, channels_last} : (tensor<1x8x8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x8x8x3xf32>
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %1 = lc.avg_pool %0 {kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, channels_last} : (tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %2 = lc.max_pool %1 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last} : (tensor<1x8x8x3xf32>) -> tensor<1x4x4x3xf32>
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %3 = lc.resize %2 {mode = #lc<resize_mode nearest>, scales = array<f64: 0.5, 0.5>, channels_last} : (tensor<1x4x4x3xf32>) -> tensor<1x8x8x3xf32>
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %4 = lc.adaptive_avg_pool %3 {output = array<i64: 5, 5>, channels_last} : (tensor<1x8x8x3xf32>) -> tensor<1x5x5x3xf32>
  // expected-error @+1 {{cannot differentiate once a layout is chosen}}
  %5 = lc.conv %4, %w {channels_last, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x5x5x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x3x4xf32>
  return %5 : tensor<1x3x3x4xf32>
}
