// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

// expected-error@below {{expected 2 sizes, found 1 (dims_c1)}}
func.func private @dims_c1_count(tensor<?x3xf32, #lc.dims<s0>>)

// -----

// expected-error@below {{size of dimension 1 does not agree with its expression (dims_c1)}}
func.func private @dims_c1_static(tensor<?x3xf32, #lc.dims<s0, 4>>)

// -----

// expected-error@below {{size of dimension 0 does not agree with its expression (dims_c1)}}
func.func private @dims_c1_dynamic(tensor<?x3xf32, #lc.dims<5, 3>>)

// -----

// expected-error@below {{expected 0 <= min <= max, found 4 and 3 (symbol_c1)}}
func.func private @symbol_c1_range() attributes {lc.symbols = [#lc.symbol<"n", 4, 3>]}

// -----

// expected-error@below {{expected a positive divisor, found 0 (symbol_c1)}}
func.func private @symbol_c1_divisor() attributes {lc.symbols = [#lc.symbol<"n", 1, 8, 0>]}

// -----

// expected-error@below {{expected 'lc.symbols' to be an array of #lc.symbol}}
func.func private @symbols() attributes {lc.symbols = ["n"]}
