// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @batch_norm_c1_rank(%x: tensor<8xf32>) {
  // expected-error@below {{expected rank 2 or more, found 1 (batch_norm_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.batch_norm %x mean %x var %x {eps = 1.0e-5 : f64} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @batch_norm_c1_channels(%x: tensor<1x8x4xf32>, %v: tensor<4xf32>) {
  // expected-error@below {{expected [8], found 'tensor<4xf32>' (batch_norm_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.batch_norm %x mean %v var %v {eps = 1.0e-5 : f64} : (tensor<1x8x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x8x4xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<4x8xf32>) {
  // expected-error@below {{expected 1 to 2 normalised dimensions, found 3 (layer_norm_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.layer_norm %x {ndims = 3 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<4x8xf32>, %w: tensor<4xf32>) {
  // expected-error@below {{expected the shape of the last 1 dimensions of 'tensor<4x8xf32>', found 'tensor<4xf32>' (layer_norm_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.layer_norm %x weight %w {ndims = 1 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<4x8xf32>) {
  // expected-error@below {{expected 1 to 2 normalised dimensions, found 0 (rms_norm_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.rms_norm %x {ndims = 0 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @rms_norm_c2(%x: tensor<4x8xf32>, %w: tensor<4x8xf32>) {
  // expected-error@below {{expected the shape of the last 1 dimensions of 'tensor<4x8xf32>', found 'tensor<4x8xf32>' (rms_norm_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.rms_norm %x weight %w {ndims = 1 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @group_norm_c1(%x: tensor<1x8x4xf32>) {
  // expected-error@below {{expected groups to divide dimension 1 of 'tensor<1x8x4xf32>', found 3 (group_norm_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.group_norm %x {groups = 3 : i64, eps = 1.0e-5 : f64} : (tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
  return
}

// -----

func.func @group_norm_c2(%x: tensor<1x8x4xf32>, %w: tensor<2xf32>) {
  // expected-error@below {{expected [8], found 'tensor<2xf32>' (group_norm_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.group_norm %x weight %w {groups = 2 : i64, eps = 1.0e-5 : f64} : (tensor<1x8x4xf32>, tensor<2xf32>) -> tensor<1x8x4xf32>
  return
}
