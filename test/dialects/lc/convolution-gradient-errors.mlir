// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @conv_grad_input_c1(%a: tensor<1x6x6x6xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected equal ranks from 3 to 5, found 2 and 4 (conv_grad_input_c1)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x4x3x3xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @conv_grad_input_c2_count(%a: tensor<1x6x6x6xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected 2 numbers not below 1, found [1] (conv_grad_input_c2)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c2_sign(%a: tensor<1x6x6x6xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected 2 numbers not below 0, found [-1, 0] (conv_grad_input_c2)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: -1, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c3(%a: tensor<1x6x6x6xf32>, %b: tensor<6x3x3x3xf32>) {
  // expected-error@below {{expected 3 input channels, found 4 (conv_grad_input_c3)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c4(%a: tensor<1x6x6x6xf32>, %b: tensor<6x1x3x3xf32>) {
  // expected-error@below {{expected groups to divide 6, found 4 (conv_grad_input_c4)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, groups = 4 : i64} : (tensor<1x6x6x6xf32>, tensor<6x1x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c6(%a: tensor<1x6x6x6xf32>, %b: tensor<6x4x3x3xf16>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (conv_grad_input_c6)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x4x3x3xf16>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c6_grad(%a: tensor<1x6x6x6xf16>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (conv_grad_input_c6)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf16>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c7_window(%a: tensor<1x6x6x6xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected the window to fit into spatial dimension 0 (conv_grad_input_c7)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x6xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x1x8xf32>
  return
}

// -----

func.func @conv_grad_input_c7_places(%a: tensor<1x6x6x5xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected a gradient of 'tensor<1x6x6x6xf32>', found 'tensor<1x6x6x5xf32>' (conv_grad_input_c7)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6x5xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_input_c7_rank(%a: tensor<1x6x36xf32>, %b: tensor<6x4x3x3xf32>) {
  // expected-error@below {{expected a gradient of 'tensor<1x6x6x6xf32>', found 'tensor<1x6x36xf32>' (conv_grad_input_c7)}}
  %0 = lc.conv_grad_input %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x36xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_grad_weight_c1(%a: tensor<4x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected equal ranks from 3 to 5, found 2 and 4 (conv_grad_weight_c1)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<4x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c2_count(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected 2 numbers not below 1, found [1] (conv_grad_weight_c2)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c2_sign(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected 2 numbers not below 0, found [-1, 0] (conv_grad_weight_c2)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: -1, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c3(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected 3 input channels, found 4 (conv_grad_weight_c3)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x3x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c4(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected groups to divide 6, found 4 (conv_grad_weight_c4)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, groups = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x1x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c6(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (conv_grad_weight_c6)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf16>
  return
}

// -----

func.func @conv_grad_weight_c6_grad(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x6xf16>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (conv_grad_weight_c6)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf16>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c7_window(%a: tensor<1x4x1x8xf32>, %b: tensor<1x6x6x6xf32>) {
  // expected-error@below {{expected the window to fit into spatial dimension 0 (conv_grad_weight_c7)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x1x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c7_places(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x6x5xf32>) {
  // expected-error@below {{expected a gradient of 'tensor<1x6x6x6xf32>', found 'tensor<1x6x6x5xf32>' (conv_grad_weight_c7)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x6x5xf32>) -> tensor<6x4x3x3xf32>
  return
}

// -----

func.func @conv_grad_weight_c7_rank(%a: tensor<1x4x8x8xf32>, %b: tensor<1x6x36xf32>) {
  // expected-error@below {{expected a gradient of 'tensor<1x6x6x6xf32>', found 'tensor<1x6x36xf32>' (conv_grad_weight_c7)}}
  %0 = lc.conv_grad_weight %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<1x6x36xf32>) -> tensor<6x4x3x3xf32>
  return
}
