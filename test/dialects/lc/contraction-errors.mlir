// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

func.func @matmul_c1(%x: tensor<2x4x8xf32>, %y: tensor<1x2x8x4xf32>) {
  // expected-error@below {{expected equal ranks of at least 2 or a rhs of rank 2, found 3 and 4 (matmul_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.matmul %x, %y : (tensor<2x4x8xf32>, tensor<1x2x8x4xf32>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @matmul_c2(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) {
  // expected-error@below {{expected the inner dimensions to agree, found 8 and 4 (matmul_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.matmul %x, %y : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @matmul_c3(%x: tensor<2x4x8xf32>, %y: tensor<3x8x4xf32>) {
  // expected-error@below {{expected batch dimension 0 to agree, found 2 and 3 (matmul_c3)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.matmul %x, %y : (tensor<2x4x8xf32>, tensor<3x8x4xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @matmul_c4(%x: tensor<4x8xf32>, %y: tensor<8x3xf32>, %b: tensor<4xf32>) {
  // expected-error@below {{expected a bias of [3], found 'tensor<4xf32>' (matmul_c4)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.matmul %x, %y bias %b : (tensor<4x8xf32>, tensor<8x3xf32>, tensor<4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @matmul_c5(%x: tensor<4x8xf32>, %y: tensor<8x3xf16>) {
  // expected-error@below {{expected equal element types, found 'f32' and 'f16' (matmul_c5)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.matmul %x, %y : (tensor<4x8xf32>, tensor<8x3xf16>) -> tensor<4x3xf32>
  return
}

// -----

func.func @sdpa_c1(%q: tensor<8x16x64xf32>) {
  // expected-error@below {{expected rank 4 and equal element types, found 'tensor<8x16x64xf32>', 'tensor<8x16x64xf32>' and 'tensor<8x16x64xf32>' (sdpa_c1)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.sdpa %q, %q, %q {scale = 1.0 : f64} : (tensor<8x16x64xf32>, tensor<8x16x64xf32>, tensor<8x16x64xf32>) -> tensor<8x16x64xf32>
  return
}

// -----

func.func @sdpa_c2(%q: tensor<1x8x16x64xf32>, %k: tensor<2x8x16x64xf32>) {
  // expected-error@below {{expected batch, kv heads, keys and d to agree, found 'tensor<1x8x16x64xf32>', 'tensor<2x8x16x64xf32>' and 'tensor<2x8x16x64xf32>' (sdpa_c2)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.sdpa %q, %k, %k {scale = 1.0 : f64} : (tensor<1x8x16x64xf32>, tensor<2x8x16x64xf32>, tensor<2x8x16x64xf32>) -> tensor<1x8x16x64xf32>
  return
}

// -----

func.func @sdpa_c3(%q: tensor<1x8x16x64xf32>, %k: tensor<1x3x16x64xf32>) {
  // expected-error@below {{expected 3 kv heads to divide 8 heads (sdpa_c3)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.sdpa %q, %k, %k {scale = 1.0 : f64} : (tensor<1x8x16x64xf32>, tensor<1x3x16x64xf32>, tensor<1x3x16x64xf32>) -> tensor<1x8x16x64xf32>
  return
}

// -----

func.func @sdpa_c4(%q: tensor<1x8x16x64xf32>, %m: tensor<1x2x16x16xi1>) {
  // expected-error@below {{expected a mask that broadcasts to the scores, found 'tensor<1x2x16x16xi1>' (sdpa_c4)}}
  // expected-error@below {{failed to infer returned types}}
  %0 = lc.sdpa %q, %q, %q, %m {scale = 1.0 : f64} : (tensor<1x8x16x64xf32>, tensor<1x8x16x64xf32>, tensor<1x8x16x64xf32>, tensor<1x2x16x16xi1>) -> tensor<1x8x16x64xf32>
  return
}
