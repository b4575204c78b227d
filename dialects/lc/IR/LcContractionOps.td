// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Contractions: matrix products, convolutions, attention.
#ifndef DIALECTS_LC_IR_LCCONTRACTIONOPS_TD
#define DIALECTS_LC_IR_LCCONTRACTIONOPS_TD

include "dialects/lc/IR/LcBase.td"

def Lc_MatmulOp : Lc_Op<"matmul", [InferTypeOpAdaptor, Lc_Gradient]> {
  let summary = "Matrix product with optional bias, torch.matmul and torch.nn.functional.linear";
  let description = [{
    lhs [batch.., m, k] times rhs [batch.., k, n], or rhs [k, n] for all of lhs.
    `transpose_a` and `transpose_b` say that the last two dimensions are stored
    the other way round. Accumulates in f32 for f16 and bf16.
    Rule matmul_c1: ranks are at least 2 and equal, or the rhs has rank 2.
    Rule matmul_c2: k agrees. Rule matmul_c3: batch dimensions agree.
    Rule matmul_c4: the bias is [n]. Rule matmul_c5: element types agree.

    Example: `%3 = lc.matmul %0, %1 bias %2 {transpose_b} : (tensor<4x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<4x16xf32>`
  }];
  let arguments = (ins Lc_NumberTensor:$lhs, Lc_NumberTensor:$rhs, Optional<Lc_NumberTensor>:$bias,
                       UnitAttr:$transpose_a, UnitAttr:$transpose_b);
  let results = (outs Lc_NumberTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
}

class Lc_ConvBase<string mnemonic> : Lc_Op<mnemonic, [InferTypeOpAdaptor, Lc_Gradient]> {
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
}

def Lc_ConvOp : Lc_ConvBase<"conv"> {
  let summary = "Convolution over 1, 2 or 3 dimensions, torch.nn.functional.conv2d";
  let description = [{
    input [n, c, spatial..], weight [o, c / groups, spatial..], bias [o]; with
    `channels_last` the input and result are [n, spatial.., c].
    Rule conv_c1: input and weight have equal ranks, 3 to 5.
    Rule conv_c2: attributes have a positive number (padding: not negative) for each spatial dimension.
    Rule conv_c3: c = groups * weight's dimension 1. Rule conv_c4: groups divides o.
    Rule conv_c5: the bias is [o]. Rule conv_c6: element types agree.
    Rule conv_c7: the window fits into the padded input.

    Example: `%2 = lc.conv %0, %1 {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Lc_FloatTensor:$weight, Optional<Lc_FloatTensor>:$bias,
                       DenseI64ArrayAttr:$stride, DenseI64ArrayAttr:$pad_low,
                       DenseI64ArrayAttr:$pad_high, DenseI64ArrayAttr:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
}

def Lc_ConvTransposeOp : Lc_ConvBase<"conv_transpose"> {
  let summary = "Transposed convolution, torch.nn.functional.conv_transpose2d";
  let description = [{
    input [n, c, spatial..], weight [c, o / groups, spatial..], bias [o]; with
    `channels_last` the input and result are [n, spatial.., c]. The result's size is
    (in - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1.
    Rules conv_transpose_c1 to c6: as for lc.conv.

    Example: `%2 = lc.conv_transpose %0, %1 {stride = array<i64: 2, 2>, padding = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x8x4x4xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x8x8xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Lc_FloatTensor:$weight, Optional<Lc_FloatTensor>:$bias,
                       DenseI64ArrayAttr:$stride, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$output_padding, DenseI64ArrayAttr:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
}

class Lc_ConvGradBase<string mnemonic>
    : Lc_Op<mnemonic, [Lc_Gradient, DeclareOpInterfaceMethods<Lc_Decomposable>]> {
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Lc_ConvGradInputOp : Lc_ConvGradBase<"conv_grad_input"> {
  let summary = "Gradient of lc.conv with respect to its input, torch.nn.grad.conv2d_input";
  let description = [{
    grad [n, o, places..] is the gradient of the result of lc.conv with these attributes
    and weight [o, c / groups, kernel..]; the result [n, c, spatial..] is that of its input.
    The type of the result says the spatial sizes, for windows with a stride leave them
    open. With `channels_last`, grad and the result are [n, .., channels].
    Rules conv_grad_input_c1 to c4 and c6: as for lc.conv. Rule conv_grad_input_c7: grad has the
    shape of the result of lc.conv.

    Example: `%2 = lc.conv_grad_input %0, %1 {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$grad, Lc_FloatTensor:$weight, DenseI64ArrayAttr:$stride,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high, DenseI64ArrayAttr:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
}

def Lc_ConvGradWeightOp : Lc_ConvGradBase<"conv_grad_weight"> {
  let summary = "Gradient of lc.conv with respect to its weight, torch.nn.grad.conv2d_weight";
  let description = [{
    grad [n, o, places..] is the gradient of the result of lc.conv with these attributes
    and input [n, c, spatial..]; the result [o, c / groups, kernel..] is that of its weight, zero
    where the batch is empty. With `channels_last`, input and grad are [n, .., channels].
    Rules conv_grad_weight_c1 to c4 and c6: as for lc.conv. Rule conv_grad_weight_c7: grad has the
    shape of the result of lc.conv.

    Example: `%2 = lc.conv_grad_weight %0, %1 {stride = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<1x4x4x4xf32>) -> tensor<4x3x3x3xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Lc_FloatTensor:$grad, DenseI64ArrayAttr:$stride,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high, DenseI64ArrayAttr:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
}

def Lc_SdpaOp : Lc_Op<"sdpa", [InferTypeOpAdaptor, DeclareOpInterfaceMethods<Lc_Decomposable>]> {
  let summary = "Attention, torch.nn.functional.scaled_dot_product_attention";
  let description = [{
    softmax(query keyT * scale + mask) value with query [batch, heads, q, d], key
    [batch, kv heads, k, d], value [batch, kv heads, k, dv]; a group of heads shares a kv head.
    The mask has the shape [batch or 1, heads or 1, q or 1, k]; bool: false hides. A row
    that sees no key is 0. `causal` hides keys after the query's own place.
    Rule sdpa_c1: ranks are 4 and element types agree. Rule sdpa_c2: batch, d and k agree.
    Rule sdpa_c3: kv heads divides heads. Rule sdpa_c4: the mask broadcasts.

    Example: `%3 = lc.sdpa %0, %1, %2 {scale = 0.125 : f64, causal} : (tensor<1x8x16x64xf32>, tensor<1x8x16x64xf32>, tensor<1x8x16x64xf32>) -> tensor<1x8x16x64xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$query, Lc_FloatTensor:$key, Lc_FloatTensor:$value,
                       Optional<Lc_Tensor>:$mask, F64Attr:$scale, UnitAttr:$causal);
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // DIALECTS_LC_IR_LCCONTRACTIONOPS_TD
