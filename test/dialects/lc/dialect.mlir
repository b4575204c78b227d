// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s
// Sizes as expressions of the function's symbols.

// CHECK: #[[$OPERATORS:[a-z0-9]+]] = #lc.dims<s0 * s1, s0 floordiv 2, s1 mod 3, s0 ceildiv 4, -s1 + 9>

// CHECK-LABEL: func.func @symbols(
// CHECK-SAME:    tensor<?x768xf32, #[[$DIMS:[a-z0-9]+]]>
// CHECK-SAME:    lc.symbols = [#lc.symbol<"batch", 1, 32>, #lc.symbol<"seq", 8, 512, 8>]
func.func @symbols(%x: tensor<?x768xf32, #lc.dims<s0, 768>> {lc.name = "x"})
    attributes {lc.symbols = [#lc.symbol<"batch", 1, 32>, #lc.symbol<"seq", 8, 512, 8>]} {
  return
}

// Equal expressions are one attribute: they are simplified.
// CHECK-LABEL: func.func @simplified(
// CHECK-SAME:    %[[X:.*]]: tensor<?xf32, #[[$SIMPLE:[a-z0-9]+]]>, %[[Y:.*]]: tensor<?xf32, #[[$SIMPLE]]>
func.func @simplified(%x: tensor<?xf32, #lc.dims<s0 * 2 + 2>>,
                      %y: tensor<?xf32, #lc.dims<(s0 + 1) * 2>>)
    attributes {lc.symbols = [#lc.symbol<"n", 0, 9>]} {
  // CHECK: lc.add %[[X]], %[[Y]]
  %0 = lc.add %x, %y : tensor<?xf32, #lc.dims<s0 * 2 + 2>>
  return
}

// Products, quotients and remainders of symbols.
// CHECK-LABEL: func.func @operators(
// CHECK-SAME:    tensor<?x?x?x?x?xi8, #[[$OPERATORS]]>
func.func @operators(%x: tensor<?x?x?x?x?xi8, #lc.dims<s0 * s1, s0 floordiv 2, s1 mod 3, s0 ceildiv 4, 9 - s1>>)
    attributes {lc.symbols = [#lc.symbol<"a", 1, 8>, #lc.symbol<"b", 1, 8>]} {
  return
}

// No name for a result's size is needed when nothing says it.
// CHECK-LABEL: func.func @unknown(%{{.*}}: tensor<?xf32>
func.func @unknown(%x: tensor<?xf32>) {
  return
}
