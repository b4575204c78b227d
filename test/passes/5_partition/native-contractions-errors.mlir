// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-native-contractions %s --verify-diagnostics

func.func @division(%g: tensor<1x5x?xf32, #lc.dims<1, 5, (s0 - 3) floordiv 2 + 1>>, %w: tensor<5x3x3xf32>) -> tensor<1x3x?xf32, #lc.dims<1, 3, s0>>
    attributes {lc.symbols = [#lc.symbol<"n", 4, 64>]} {
  // expected-error@below {{no kernel for the gradient of a convolution whose sizes depend on each other by division; give it fixed spatial sizes}}
  %0 = lc.conv_grad_input %g, %w {stride = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, dilation = array<i64: 1>} : (tensor<1x5x?xf32, #lc.dims<1, 5, (s0 - 3) floordiv 2 + 1>>, tensor<5x3x3xf32>) -> tensor<1x3x?xf32, #lc.dims<1, 3, s0>>
  return %0 : tensor<1x3x?xf32, #lc.dims<1, 3, s0>>
}
