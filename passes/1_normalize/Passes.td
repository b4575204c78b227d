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

#endif // PASSES_1_NORMALIZE_PASSES_TD
