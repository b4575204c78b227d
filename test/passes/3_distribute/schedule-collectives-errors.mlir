// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-schedule-collectives --verify-diagnostics %s

func.func @f(%x: tensor<8xf32>, %c: i1) -> tensor<8xf32>
    attributes {ccl.rank = 0 : i64, ccl.world = 4 : i64, lc.symbols = [#lc.symbol<"rank", 0, 3>]} {
  %0 = scf.if %c -> tensor<8xf32> {
    // expected-error@+1 {{collectives in branches and loops are not supported: ranks could disagree on whether to communicate}}
    %1 = ccl.all_reduce %x {red = #ccl.red<avg>, names = ["x"]} : (tensor<8xf32>) -> tensor<8xf32>
    scf.yield %1 : tensor<8xf32>
  } else {
    scf.yield %x : tensor<8xf32>
  }
  return %0 : tensor<8xf32>
}
