// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ccl dialect: its definition, attributes and types.
#ifndef DIALECTS_CCL_IR_CCLDIALECT_TD
#define DIALECTS_CCL_IR_CCLDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Ccl_Dialect : Dialect {
  let name = "ccl";
  let cppNamespace = "::lcompile::ccl";
  let summary = "Collective operations on values";
  let description = [{
    N ranks run the same function. Values are tensors as in `lc`; what differs
    between ranks is the data, and the size of parts: a tensor of `e` elements is
    split without padding, and rank r owns the elements
    [floor(r e / N), floor((r + 1) e / N)), flat and row-major.

    A function that communicates says how many ranks run it (`ccl.world`) and
    which of its symbols is the rank of the caller (`ccl.rank`):

    ```mlir
    func.func @step(%g: tensor<7xf32>) -> tensor<?xf32, #lc.dims<...>>
        attributes {ccl.world = 4 : i64, ccl.rank = 0 : i64,
                    lc.symbols = [#lc.symbol<"rank", 0, 3>]}
    ```

    The operations that are called like collectives are pure: equal ones are
    merged, unused ones go. `ccl.start` and `ccl.wait` are the program: they keep
    their order, which is the same on all ranks because the program is.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let extraClassDeclaration = [{
    /// Attributes of a function: how many ranks run it, and the index of the symbol
    /// that is the caller's.
    static constexpr ::llvm::StringLiteral worldAttrName = "ccl.world";
    static constexpr ::llvm::StringLiteral rankAttrName = "ccl.rank";
    /// What its states are sharded by (lc-zero-shard), for reports.
    static constexpr ::llvm::StringLiteral zeroStageAttrName = "ccl.zero_stage";
    /// What lc-schedule-collectives expects of a step, as f64 numbers: seconds of
    /// kernels, of transfers, of waiting, and the bytes a second of a link.
    static constexpr ::llvm::StringLiteral estimateAttrName = "ccl.estimate";
  }];
}

// The numbers are those of lcompile-c/Channel.h.
def Ccl_Kind : I32EnumAttr<"Kind", "what a collective does", [
    I32EnumAttrCase<"all_reduce", 1>, I32EnumAttrCase<"reduce_scatter", 2>,
    I32EnumAttrCase<"all_gather", 3>, I32EnumAttrCase<"broadcast", 4>,
    I32EnumAttrCase<"reduce", 5>, I32EnumAttrCase<"gather", 6>,
    I32EnumAttrCase<"scatter", 7>, I32EnumAttrCase<"all_to_all", 8>,
    I32EnumAttrCase<"send", 9>, I32EnumAttrCase<"recv", 10>,
    I32EnumAttrCase<"permute", 11>, I32EnumAttrCase<"barrier", 12>]> {
  let cppNamespace = "::lcompile::ccl";
  let genSpecializedAttr = 0;
}
def Ccl_KindAttr : EnumAttr<Ccl_Dialect, Ccl_Kind, "kind">;

def Ccl_Red : I32EnumAttr<"Red", "how values of ranks become one", [
    I32EnumAttrCase<"sum", 1>, I32EnumAttrCase<"prod", 2>, I32EnumAttrCase<"min", 3>,
    I32EnumAttrCase<"max", 4>, I32EnumAttrCase<"avg", 5>]> {
  let cppNamespace = "::lcompile::ccl";
  let genSpecializedAttr = 0;
}
def Ccl_RedAttr : EnumAttr<Ccl_Dialect, Ccl_Red, "red"> {
  let assemblyFormat = "`<` $value `>`";
}

def Ccl_FutureType : TypeDef<Ccl_Dialect, "Future"> {
  let mnemonic = "future";
  let summary = "The results of a collective that is under way";
  let description = [{
    Linear: every future is waited for exactly once, in the block that started it.

    Example: `!ccl.future<tensor<4xf32>, tensor<7xf32>>`
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::Type">:$results);
  let hasCustomAssemblyFormat = 1; // a barrier's has none, which the declarative one cannot say
}

#endif // DIALECTS_CCL_IR_CCLDIALECT_TD
