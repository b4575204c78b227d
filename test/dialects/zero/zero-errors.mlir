// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @f(%part: tensor<3xf32>) attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // expected-error@+1 {{expected the part of 'tensor<8xf32>', found 'tensor<3xf32>' (unshard_c1)}}
  %w = zero.unshard %part of "w" : tensor<3xf32> -> tensor<8xf32>
  return
}

// -----

func.func @f(%part: tensor<2xf32>) -> tensor<8xf32> attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %w = zero.unshard %part of "w" : tensor<2xf32> -> tensor<8xf32>
  // expected-error@+1 {{expected no use of the whole behind it, found 'lc.neg' (release_c1)}}
  zero.release %w : tensor<8xf32>
  %0 = lc.neg %w : tensor<8xf32>
  return %0 : tensor<8xf32>
}
