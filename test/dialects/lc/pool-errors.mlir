// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @pool_c1_count(%x: tensor<1x3x8x8xf32>) {
  // expected-error@below {{expected a valid number for each spatial dimension of 'tensor<1x3x8x8xf32>' (pool_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.max_pool %x {kernel = array<i64: 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @pool_c1_sign(%x: tensor<1x3x8xf32>) {
  // expected-error@below {{expected a valid number for each spatial dimension of 'tensor<1x3x8xf32>' (pool_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.avg_pool %x {kernel = array<i64: 2>, stride = array<i64: 0>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<1x3x8xf32>) -> tensor<1x3x4xf32>
  return
}

// -----

func.func @pool_c2(%x: tensor<1x3x2xf32>) {
  // expected-error@below {{expected the window to fit into spatial dimension 0 of 'tensor<1x3x2xf32>' (pool_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.max_pool %x {kernel = array<i64: 4>, stride = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, dilation = array<i64: 1>} : (tensor<1x3x2xf32>) -> tensor<1x3x0xf32>
  return
}

// -----

func.func @adaptive_pool_c1(%x: tensor<1x3x8x8xf32>) {
  // expected-error@below {{expected a positive output size for each spatial dimension of 'tensor<1x3x8x8xf32>', found [2] (adaptive_pool_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.adaptive_avg_pool %x {output = array<i64: 2>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @resize_c1_channels(%x: tensor<1x3x4xf32>) {
  // expected-error@below {{expected only spatial dimensions to differ and a scale for each, found 'tensor<1x3x4xf32>' and 'tensor<1x2x8xf32>' (resize_c1)}}
  %0 = lc.resize %x {mode = #lc<resize_mode nearest>, scales = array<f64: 0.5>} : (tensor<1x3x4xf32>) -> tensor<1x2x8xf32>
  return
}

// -----

func.func @resize_c1_scales(%x: tensor<1x3x4xf32>) {
  // expected-error@below {{expected only spatial dimensions to differ and a scale for each, found 'tensor<1x3x4xf32>' and 'tensor<1x3x8xf32>' (resize_c1)}}
  %0 = lc.resize %x {mode = #lc<resize_mode nearest>, scales = array<f64: 0.5, 0.5>} : (tensor<1x3x4xf32>) -> tensor<1x3x8xf32>
  return
}
