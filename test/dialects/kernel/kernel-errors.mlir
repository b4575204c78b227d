// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @region_c1(%x: tensor<4xf32>) {
  // expected-error@below {{(region_c1)}}
  %0 = kernel.region cpu_codegen(%x) : (tensor<4xf32>) -> tensor<4xf16> {
  ^bb0(%a: tensor<4xf16>):
    kernel.yield %a : tensor<4xf16>
  }
  return
}

// -----

func.func @region_c2(%x: tensor<4xf32>) {
  // expected-error@below {{(region_c2)}}
  %0 = kernel.region cpu_codegen(%x) : (tensor<4xf32>) -> tensor<4xf16> {
  ^bb0(%a: tensor<4xf32>):
    kernel.yield %a : tensor<4xf32>
  }
  return
}

// -----

func.func @call_c1(%x: tensor<4xf32>) {
  // expected-error@below {{(call_c1)}}
  %0 = kernel.call @call_c1(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}
