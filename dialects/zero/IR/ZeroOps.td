// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The zero dialect: what a training step means to all ranks together.
#ifndef DIALECTS_ZERO_IR_ZEROOPS_TD
#define DIALECTS_ZERO_IR_ZEROOPS_TD

include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Zero_Dialect : Dialect {
  let name = "zero";
  let cppNamespace = "::lcompile::zero";
  let summary = "States of a training step that ranks share or hold parts of";
  let description = [{
    A training step of one rank says with these operations which of its values are
    meant over all ranks. Which states are whole on each rank and which are parts is
    decided by `lc-zero-shard`; until then nothing here depends on it.
  }];
}

class Zero_Op<string mnemonic, list<Trait> traits = []> : Op<Zero_Dialect, mnemonic, traits # [Pure]>;

def Zero_ReduceGradOp : Zero_Op<"reduce_grad", [AllTypesMatch<["input", "result"]>]> {
  let summary = "The gradient of the mean loss of all ranks, from that of this rank's loss";
  let description = [{
    Example: `%1 = zero.reduce_grad %0 into "w" : tensor<3x5xf32>`
  }];
  let arguments = (ins AnyRankedTensor:$input, StrAttr:$parameter);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `into` $parameter attr-dict `:` type($result)";
}

def Zero_SquareSumOp : Zero_Op<"square_sum"> {
  let summary = "The sum of the squares of all elements, in f32";
  let description = [{
    Of a value that is the same on all ranks. They share the work: each adds up its
    part, and the parts' sums are added in the order of the ranks, however states
    are sharded.

    Example: `%1 = zero.square_sum %0 : tensor<3x5xf32> -> tensor<f32>`
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs 0DTensorOf<[F32]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Zero_CountNonfiniteOp : Zero_Op<"count_nonfinite"> {
  let summary = "How many elements are infinite or NaN, in f32";
  let description = [{
    Of a value that is the same on all ranks, who share the work as for `square_sum`:
    all of them come to the same number. It is 0 exactly when all are finite.

    Example: `%1 = zero.count_nonfinite %0 : tensor<3x5xbf16> -> tensor<f32>`
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs 0DTensorOf<[F32]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Zero_UnshardOp : Zero_Op<"unshard"> {
  let summary = "The whole of a state that ranks hold parts of";
  let description = [{
    Rule unshard_c1: the operand is the part of the result.

    Example: `%1 = zero.unshard %0 of "w" : tensor<2xf32> -> tensor<2x4xf32>`
  }];
  let arguments = (ins AnyRankedTensor:$part, StrAttr:$state);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$part `of` $state attr-dict `:` type($part) `->` type($result)";
  let hasVerifier = 1;
}

def Zero_ReleaseOp : Op<Zero_Dialect, "release"> {
  let summary = "The whole is not needed any more";
  let description = [{
    Rule release_c1: nothing in its block uses the whole behind it.

    Example: `zero.release %1 : tensor<2x4xf32>`
  }];
  let arguments = (ins AnyRankedTensor:$whole);
  let assemblyFormat = "$whole attr-dict `:` type($whole)";
  let hasVerifier = 1;
}

#endif // DIALECTS_ZERO_IR_ZEROOPS_TD
