// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @float_only(
// CHECK-SAME:    %[[X:.*]]: tensor<4x?xbf16, #[[$D:[a-z0-9]+]]>
func.func @float_only(%x: tensor<4x?xbf16, #lc.dims<4, s0>>)
    attributes {lc.symbols = [#lc.symbol<"n", 1, 8>]} {
  // CHECK: lc.ceil %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %ceil = lc.ceil %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.floor %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %floor = lc.floor %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.round %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %round = lc.round %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.trunc %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %trunc = lc.trunc %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.sqrt %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %sqrt = lc.sqrt %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.rsqrt %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %rsqrt = lc.rsqrt %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.reciprocal %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %reciprocal = lc.reciprocal %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.exp %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %exp = lc.exp %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.exp2 %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %exp2 = lc.exp2 %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.expm1 %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %expm1 = lc.expm1 %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.log %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %log = lc.log %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.log2 %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %log2 = lc.log2 %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.log10 %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %log10 = lc.log10 %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.log1p %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %log1p = lc.log1p %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.sin %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %sin = lc.sin %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.cos %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %cos = lc.cos %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.tan %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %tan = lc.tan %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.asin %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %asin = lc.asin %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.acos %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %acos = lc.acos %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.atan %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %atan = lc.atan %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.sinh %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %sinh = lc.sinh %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.cosh %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %cosh = lc.cosh %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.tanh %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %tanh = lc.tanh %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.erf %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %erf = lc.erf %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.sigmoid %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %sigmoid = lc.sigmoid %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.silu %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %silu = lc.silu %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.mish %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %mish = lc.mish %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.hardswish %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %hardswish = lc.hardswish %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  // CHECK: lc.hardsigmoid %[[X]] : tensor<4x?xbf16, #[[$D]]>
  %hardsigmoid = lc.hardsigmoid %x : tensor<4x?xbf16, #lc.dims<4, s0>>
  return
}
