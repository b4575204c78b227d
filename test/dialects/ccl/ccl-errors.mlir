// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{expected 'ccl.world' to be the number of ranks that run a function}}
func.func @f() attributes {ccl.world = 0 : i64} { return }

// -----

// expected-error@+1 {{expected 'ccl.rank' to be the index of a symbol of its function}}
func.func @f() attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64} { return }

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // expected-error@+1 {{expected 'tensor<2xf32>' for 'tensor<8xf32>', found 'tensor<3xf32>' (collective_c1)}}
  %0 = ccl.reduce_scatter %x {red = #ccl.red<sum>, names = ["x"]} : (tensor<8xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // expected-error@+1 {{expected a result for each of 1 tensors, found 2 (collective_c1)}}
  %0:2 = ccl.all_gather %x {names = ["x"]} : (tensor<2xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @f(%x: tensor<7xf32>) attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // expected-error@+1 {{expected the elements of 'tensor<7xf32>' to divide by 4 ranks (collective_c1)}}
  %0 = ccl.all_to_all %x {names = ["x"]} : (tensor<7xf32>) -> tensor<7xf32>
  return
}

// -----

func.func @f(%x: tensor<?xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected static tensors, found}}
  %0 = ccl.broadcast %x {names = ["x"]} : (tensor<?xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected 1 names, found 2 (collective_c2)}}
  %0 = ccl.broadcast %x {names = ["x", "y"]} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xi64>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{cannot take 'avg' of 'tensor<8xi64>' (collective_c2)}}
  %0 = ccl.all_reduce %x {red = #ccl.red<avg>, names = ["x"]} : (tensor<8xi64>) -> tensor<8xi64>
  return
}

// -----

func.func @f(%x: tensor<8xi1>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{cannot take 'sum' of 'tensor<8xi1>' (collective_c2)}}
  %0 = ccl.all_reduce %x {red = #ccl.red<sum>, names = ["x"]} : (tensor<8xi1>) -> tensor<8xi1>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected a root below 4, found 4 (collective_c2)}}
  %0 = ccl.broadcast %x {names = ["x"], root = 4 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected a reduction for all_reduce (collective_c2)}}
  %f = ccl.start all_reduce %x {names = ["x"]} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  %0 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected one ccl.wait for it in the same block (start_c1)}}
  %f = ccl.start broadcast %x {names = ["x"]} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected one ccl.wait for it in the same block (start_c1)}}
  %f = ccl.start broadcast %x {names = ["x"]} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  %0 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  %1 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected ticket 1 for the first, found 2 (start_c2)}}
  %f = ccl.start broadcast %x {names = ["x"], ticket = 2 : i64} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  %0 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  %f = ccl.start broadcast %x {names = ["x"], ticket = 1 : i64} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  // expected-error@+1 {{expected ticket 2 after the one before, found 1 (start_c2)}}
  %g = ccl.start broadcast %x {names = ["x"], ticket = 1 : i64} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  %0 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  %1 = ccl.wait %g : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64} {
  %f = ccl.start broadcast %x {names = ["x"]} : (tensor<8xf32>) -> !ccl.future<tensor<8xf32>>
  // expected-error@+1 {{expected results 'tensor<8xf32>', found 'tensor<4xf32>' (wait_c1)}}
  %0 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  // expected-error@+1 {{expected the part of 'tensor<8xf32>', found 'tensor<8xf32>' (shard_slice_c1)}}
  %0 = ccl.shard_slice %x : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected only reductions to use a summand, found 'lc.neg' (mark_partial_c1)}}
  %0 = ccl.mark_partial %x : tensor<8xf32>
  %1 = lc.neg %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected only sums to use a summand, found 'ccl.all_reduce' (mark_partial_c1)}}
  %0 = ccl.mark_partial %x : tensor<8xf32>
  %1 = ccl.all_reduce %0 {red = #ccl.red<max>, names = ["x"]} : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> attributes {ccl.world = 4 : i64} {
  // expected-error@+1 {{expected only reductions to use a summand, found 'func.return' (mark_partial_c1)}}
  %0 = ccl.mark_partial %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}
