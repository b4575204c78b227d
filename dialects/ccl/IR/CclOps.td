// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operations of the ccl dialect.
#ifndef DIALECTS_CCL_IR_CCLOPS_TD
#define DIALECTS_CCL_IR_CCLOPS_TD

include "dialects/ccl/IR/CclDialect.td"
include "dialects/ccl/IR/CclInterfaces.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Ccl_Group : Resource<"::lcompile::ccl::GroupResource">;

class Ccl_Op<string mnemonic, list<Trait> traits = []> : Op<Ccl_Dialect, mnemonic, traits>;

// A collective: one operand and one result a tensor, one message a peer for all of
// them. `names` is what reports call the tensors.
class Ccl_CollectiveOp<string mnemonic, string what, string kindName>
    : Ccl_Op<mnemonic, [Pure, DeclareOpInterfaceMethods<Ccl_Collective, ["getKind", "getReduction"]>]> {
  let summary = what;
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, results)";
  let hasVerifier = 1;
  code common = [{
    ::mlir::LogicalResult $cppClass::verify() { return ::lcompile::ccl::verifyCollective(*this); }
    ::lcompile::ccl::Kind $cppClass::getKind() { return ::lcompile::ccl::Kind::}] # kindName # [{; }
  }];
}

class Ccl_ReducingOp<string mnemonic, string what, string types>
    : Ccl_CollectiveOp<mnemonic, what, mnemonic> {
  let description = [{
    Values are added in the order of the ranks, so bits do not depend on the
    transport or on what is done together.
    Rule collective_c1: }] # types # [{
    Rule collective_c2: one name a tensor; numbers, not bools; `avg` of
    floating-point numbers.

    Example:
    `%1 = ccl.}] # mnemonic # [{ %0 {red = #ccl.red<avg>, names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>`
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, Ccl_RedAttr:$red, StrArrayAttr:$names,
                       DefaultValuedAttr<I64Attr, "0">:$root);
  let extraClassDefinition = common # [{
    std::optional<::lcompile::ccl::Red> $cppClass::getReduction() { return getRed(); }
  }];
}

class Ccl_MovingOp<string mnemonic, string what, string types>
    : Ccl_CollectiveOp<mnemonic, what, mnemonic> {
  let description = [{
    Rule collective_c1: }] # types # [{
    Rule collective_c2: one name a tensor.

    Example:
    `%1 = ccl.}] # mnemonic # [{ %0 {names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>`
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, StrArrayAttr:$names,
                       DefaultValuedAttr<I64Attr, "0">:$root);
  let extraClassDefinition = common # [{
    std::optional<::lcompile::ccl::Red> $cppClass::getReduction() { return std::nullopt; }
  }];
}

def Ccl_AllReduceOp : Ccl_ReducingOp<"all_reduce", "The reduced tensor on every rank",
    "results have the types of the operands.">;
def Ccl_ReduceScatterOp : Ccl_ReducingOp<"reduce_scatter", "The rank's part of the reduced tensor",
    "results are the parts of the operands.">;
def Ccl_ReduceOp : Ccl_ReducingOp<"reduce", "The reduced tensor on rank `root`; unspecified elsewhere",
    "results have the types of the operands.">;
def Ccl_AllGatherOp : Ccl_MovingOp<"all_gather", "The tensor that ranks own the parts of, on every rank",
    "operands are the parts of the results.">;
def Ccl_GatherOp : Ccl_MovingOp<"gather", "The same on rank `root`; unspecified elsewhere",
    "operands are the parts of the results.">;
def Ccl_ScatterOp : Ccl_MovingOp<"scatter", "The rank's part of the tensor of rank `root`",
    "results are the parts of the operands.">;
def Ccl_BroadcastOp : Ccl_MovingOp<"broadcast", "The tensor of rank `root`",
    "results have the types of the operands.">;
def Ccl_AllToAllOp : Ccl_MovingOp<"all_to_all", "Block j of the result is this rank's block of rank j",
    "results have the types of the operands, whose elements divide by the ranks.">;
def Ccl_PermuteOp : Ccl_MovingOp<"permute", "The tensor of the rank `root` places before, around the ring",
    "results have the types of the operands.">;

def Ccl_MarkPartialOp : Ccl_Op<"mark_partial", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "A summand: the sum over the ranks is what is meant";
  let description = [{
    Rule mark_partial_c1: only collectives that take sums or averages use it, so that
    no program takes a summand for the sum.

    Example: `%1 = ccl.mark_partial %0 : tensor<8xf32>`
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Ccl_ShardSliceOp : Ccl_Op<"shard_slice", [Pure]> {
  let summary = "The part of a tensor that the rank owns; no communication";
  let description = [{
    Rule shard_slice_c1: the result is the part of the operand.

    Example: `%1 = ccl.shard_slice %0 : (tensor<2x4xf32>) -> tensor<2xf32>` (4 ranks)
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Ccl_StartOp : Ccl_Op<"start", [DeclareOpInterfaceMethods<Ccl_Collective, ["getReduction"]>,
                                   MemoryEffects<[MemWrite<Ccl_Group>]>]> {
  let summary = "Begins a collective";
  let description = [{
    The memory of operands and results is the collective's until the wait.
    Rules collective_c1 and collective_c2 are those of the collective.
    Rule start_c1: the future is waited for exactly once, in the same block.
    Rule start_c2: tickets, where there are any, count from 1 in program order.

    Example:
    ```mlir
    %f = ccl.start reduce_scatter %g {red = #ccl.red<avg>, names = ["w"], ticket = 1 : i64}
        : (tensor<8xf32>) -> !ccl.future<tensor<2xf32>>
    ```
  }];
  let arguments = (ins Ccl_KindAttr:$kind, Variadic<AnyRankedTensor>:$inputs,
                       OptionalAttr<Ccl_RedAttr>:$red, StrArrayAttr:$names,
                       DefaultValuedAttr<I64Attr, "0">:$root, OptionalAttr<I64Attr>:$ticket);
  let results = (outs Ccl_FutureType:$future);
  let assemblyFormat = "$kind $inputs attr-dict `:` functional-type($inputs, results)";
  let hasVerifier = 1;
}

def Ccl_WaitOp : Ccl_Op<"wait", [MemoryEffects<[MemRead<Ccl_Group>, MemWrite<Ccl_Group>]>]> {
  let summary = "Ends a collective and gives its results";
  let description = [{
    Rule wait_c1: the results are those of the future.

    Example: `%1 = ccl.wait %f : !ccl.future<tensor<2xf32>> -> tensor<2xf32>`
  }];
  let arguments = (ins Ccl_FutureType:$future);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "$future attr-dict `:` type($future) (`->` type($results)^)?";
  let hasVerifier = 1;
}

#endif // DIALECTS_CCL_IR_CCLOPS_TD
