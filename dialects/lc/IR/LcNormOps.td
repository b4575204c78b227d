// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Normalisations. Statistics are computed in f32 (f64 for f64).
#ifndef DIALECTS_LC_IR_LCNORMOPS_TD
#define DIALECTS_LC_IR_LCNORMOPS_TD

include "dialects/lc/IR/LcBase.td"

class Lc_NormOp<string mnemonic, list<Trait> traits = []>
    : Lc_Op<mnemonic, !listconcat([InferTypeOpAdaptor, AttrSizedOperandSegments,
                                   DeclareOpInterfaceMethods<Lc_Decomposable>], traits)> {
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = [{$input (`weight` $weight^)? (`bias` $bias^)? attr-dict `:`
                         functional-type(operands, results)}];
}

def Lc_BatchNormOp : Lc_Op<"batch_norm", [InferTypeOpAdaptor, AttrSizedOperandSegments, Lc_Gradient,
                                          DeclareOpInterfaceMethods<Lc_Decomposable>]> {
  let summary = "Batch normalisation with given statistics, torch.nn.functional.batch_norm in eval mode";
  let description = [{
    (x - mean) / sqrt(var + eps) * weight + bias along dimension 1, or the last
    with `channels_last`.
    Rule batch_norm_c1: mean, var, weight and bias are [channels].

    Example: `%3 = lc.batch_norm %0 mean %1 var %2 {eps = 1.0e-5 : f64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Lc_FloatTensor:$mean, Lc_FloatTensor:$var,
                       Optional<Lc_FloatTensor>:$weight, Optional<Lc_FloatTensor>:$bias,
                       F64Attr:$eps, UnitAttr:$channels_last);
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = [{$input `mean` $mean `var` $var (`weight` $weight^)? (`bias` $bias^)?
                         attr-dict `:` functional-type(operands, results)}];
}

def Lc_LayerNormOp : Lc_NormOp<"layer_norm"> {
  let summary = "Layer normalisation over the last dimensions, torch.nn.functional.layer_norm";
  let description = [{
    Rule layer_norm_c1: 1 <= rank of the normalised shape <= rank of the input.
    Rule layer_norm_c2: weight and bias have the shape of those dimensions.

    Example: `%3 = lc.layer_norm %0 weight %1 bias %2 {ndims = 1 : i64, eps = 1.0e-5 : f64} : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Optional<Lc_FloatTensor>:$weight,
                       Optional<Lc_FloatTensor>:$bias, I64Attr:$ndims, F64Attr:$eps);
}

def Lc_RmsNormOp : Lc_NormOp<"rms_norm"> {
  let summary = "x / sqrt(mean(x * x) + eps) over the last dimensions, torch.nn.functional.rms_norm";
  let description = [{
    Rules rms_norm_c1, rms_norm_c2: as for lc.layer_norm.

    Example: `%2 = lc.rms_norm %0 weight %1 {ndims = 1 : i64, eps = 1.0e-6 : f64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Optional<Lc_FloatTensor>:$weight,
                       Optional<Lc_FloatTensor>:$bias, I64Attr:$ndims, F64Attr:$eps);
}

def Lc_GroupNormOp : Lc_NormOp<"group_norm"> {
  let summary = "Normalisation over groups of channels, torch.nn.functional.group_norm";
  let description = [{
    input [n, c, ..]; statistics over c / groups channels and all that follows.
    Rule group_norm_c1: groups divides c. Rule group_norm_c2: weight and bias are [c].

    Example: `%1 = lc.group_norm %0 {groups = 2 : i64, eps = 1.0e-5 : f64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Optional<Lc_FloatTensor>:$weight,
                       Optional<Lc_FloatTensor>:$bias, I64Attr:$groups, F64Attr:$eps);
}

#endif // DIALECTS_LC_IR_LCNORMOPS_TD
