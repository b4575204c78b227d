// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pooling and resizing.
#ifndef DIALECTS_LC_IR_LCPOOLOPS_TD
#define DIALECTS_LC_IR_LCPOOLOPS_TD

include "dialects/lc/IR/LcBase.td"

class Lc_PoolOp<string mnemonic> : Lc_InferredOp<mnemonic, [Lc_Gradient]> {
  let results = (outs Lc_FloatTensor:$result);
}

def Lc_MaxPoolOp : Lc_PoolOp<"max_pool"> {
  let summary = "Largest of each window, NaN wins, torch.nn.functional.max_pool2d";
  let description = [{
    input [n, c, spatial..], or [n, spatial.., c] with `channels_last`. Padding
    counts as minus infinity.
    Rule pool_c1: attributes have a number for each spatial dimension, kernel,
    stride and dilation positive. Rule pool_c2: the window fits.

    Example: `%1 = lc.max_pool %0 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$stride,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high,
                       DenseI64ArrayAttr:$dilation, UnitAttr:$channels_last);
}

def Lc_AvgPoolOp : Lc_PoolOp<"avg_pool"> {
  let summary = "Mean of each window, torch.nn.functional.avg_pool2d";
  let description = [{
    `count_include_pad` divides by the window's size with the padding of `pad_low`
    (and as much behind) counted in; `divisor` replaces the divisor.
    Rules pool_c1, pool_c2.

    Example: `%1 = lc.avg_pool %0 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$stride,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high,
                       UnitAttr:$count_include_pad, OptionalAttr<I64Attr>:$divisor,
                       UnitAttr:$channels_last);
}

def Lc_AdaptiveAvgPoolOp : Lc_PoolOp<"adaptive_avg_pool"> {
  let summary = "Mean of windows that divide the input evenly, torch.nn.functional.adaptive_avg_pool2d";
  let description = [{
    Window i of o covers [floor(i * size / o), ceil((i + 1) * size / o)).
    Rule adaptive_pool_c1: a positive output size for each spatial dimension.

    Example: `%1 = lc.adaptive_avg_pool %0 {output = array<i64: 2, 2>} : (tensor<1x3x7x7xf32>) -> tensor<1x3x2x2xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, DenseI64ArrayAttr:$output, UnitAttr:$channels_last);
}

def Lc_ResizeOp : Lc_Op<"resize", [Lc_Gradient]> {
  let summary = "Interpolation to other spatial sizes, torch.nn.functional.interpolate";
  let description = [{
    input [n, c, spatial..] or [n, spatial.., c] with `channels_last`. `scales`
    are input over output sizes as torch computes them for each spatial dimension.
    Rule resize_c1: only spatial dimensions differ; a scale for each.

    Example: `%1 = lc.resize %0 {mode = #lc<resize_mode nearest>, scales = array<f64: 0.5, 0.5>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, Lc_ResizeModeAttr:$mode, DenseF64ArrayAttr:$scales,
                       UnitAttr:$align_corners, UnitAttr:$channels_last);
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // DIALECTS_LC_IR_LCPOOLOPS_TD
