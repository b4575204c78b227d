// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 1, normalize: from imported IR to the contract form.
#ifndef PASSES_1_NORMALIZE_PASSES_TD
#define PASSES_1_NORMALIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def Functionalize : Pass<"lc-functionalize"> {
  let summary = "Turn in-place writes into values";
  let description = [{
    Follows the memory that tensors share in PyTorch: a view holds elements of its
    base. `lc.overwrite` gives the base a new value, and whatever is read after it
    from the base or from one of its views is taken from the new value.

    ```mlir
    %v = lc.slice %x ...
    lc.overwrite %v, %r
    use(%x)
    // becomes
    %x1 = lc.insert_slice %x, %r ...
    use(%x1)
    ```
    A write that cannot be expressed (into an expanded tensor, or into a tensor from
    outside of a loop) is refused with its place.
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def CountLoops : Pass<"lc-count-loops", "mlir::func::FuncOp"> {
  let summary = "Turn loops over a counter into loops of a known number of rounds";
  let description = [{
    A `scf.while` whose condition compares counters with numbers or sizes, nothing
    else, becomes `scf.for`. Counters are no longer carried: they follow from the
    round. Such a loop has a gradient.

    ```mlir
    %r:2 = scf.while (%i = %c0, %v = %x) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
      %go = arith.cmpi slt, %i, %c10 : i64
      scf.condition(%go) %i, %v : i64, tensor<4xf32>
    } do {
    ^bb0(%i: i64, %v: tensor<4xf32>):
      %s = lc.sin %v : tensor<4xf32>
      %n = arith.addi %i, %c2 : i64
      scf.yield %n, %s : i64, tensor<4xf32>
    }
    // becomes
    %r = scf.for %k = %c0 to %c5 step %c1 iter_args(%v = %x) -> (tensor<4xf32>) : i64 {
      %s = lc.sin %v : tensor<4xf32>
      scf.yield %s : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect", "mlir::arith::ArithDialect",
                           "mlir::scf::SCFDialect"];
}

#endif // PASSES_1_NORMALIZE_PASSES_TD
