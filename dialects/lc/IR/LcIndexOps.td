// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations whose places come from data. An index out of range is a run-time error.
#ifndef DIALECTS_LC_IR_LCINDEXOPS_TD
#define DIALECTS_LC_IR_LCINDEXOPS_TD

include "dialects/lc/IR/LcBase.td"

def Lc_IndexSelectOp : Lc_InferredOp<"index_select", [Lc_Gradient]> {
  let summary = "Places along one dimension, torch.index_select and torch.nn.functional.embedding";
  let description = [{
    The dimension `dim` of the input is replaced by the dimensions of the
    indices: result[a.., i.., b..] = input[a.., indices[i..], b..]. Negative
    indices count from the end when `wrap` is there.
    Rule index_select_c1: `dim` exists.

    Example: `%2 = lc.index_select %0, %1 {dim = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, Lc_IndexTensor:$indices, I64Attr:$dim, UnitAttr:$wrap);
  let results = (outs Lc_Tensor:$result);
}

def Lc_GatherOp : Lc_InferredOp<"gather", [Lc_Gradient]> {
  let summary = "One place along a dimension for each element, torch.gather";
  let description = [{
    result[.., i, ..] = input[.., indices[.., i, ..], ..].
    Rule gather_c1: `dim` exists and ranks agree.
    Rule gather_c2: other dimensions of the indices are not larger than the input's.

    Example: `%2 = lc.gather %0, %1 {dim = 1 : i64} : (tensor<4x8xf32>, tensor<4x2xi64>) -> tensor<4x2xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, Lc_IndexTensor:$indices, I64Attr:$dim);
  let results = (outs Lc_Tensor:$result);
}

def Lc_ScatterOp : Lc_Op<"scatter", [AllTypesMatch<["dest", "result"]>, Lc_Gradient]> {
  let summary = "Elements written to places from data along a dimension, torch.scatter";
  let description = [{
    result[.., indices[.., i, ..], ..] becomes, or is combined with, source[.., i, ..],
    in the order of i: of equal places the last one counts. Negative indices are errors.
    Rule scatter_c1: `dim` exists, ranks agree, source and dest have one element type.
    Rule scatter_c2: the indices are not larger than the source, and in the other
    dimensions not larger than dest.

    Example: `%3 = lc.scatter %0, %1, %2 add {dim = 1 : i64} : (tensor<4x8xf32>, tensor<4x2xi64>, tensor<4x2xf32>) -> tensor<4x8xf32>`
  }];
  let arguments = (ins Lc_Tensor:$dest, Lc_IndexTensor:$indices, Lc_Tensor:$source,
                       Lc_ScatterKindAttr:$kind, I64Attr:$dim);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "operands $kind attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Lc_DynamicSliceOp : Lc_Op<"dynamic_slice", [Lc_Gradient]> {
  let summary = "A slice along one dimension that starts at a place from data, x[i]";
  let description = [{
    Negative starts count from the end.
    Rule dynamic_slice_c1: only dimension `dim` differs, and `dim` exists.
    Rule dynamic_slice_c2: the slice is not larger than the input.

    Example: `%2 = lc.dynamic_slice %0, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<i64>) -> tensor<1x4xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, 0DTensorOf<[I64]>:$start, I64Attr:$dim);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Lc_DynamicUpdateSliceOp : Lc_Op<"dynamic_update_slice", [AllTypesMatch<["dest", "result"]>, Lc_Gradient]> {
  let summary = "dest with source along one dimension at a place from data, x[i] = y";
  let description = [{
    Negative starts count from the end.
    Rule dynamic_update_slice_c1: source differs from dest in dimension `dim` only.
    Rule dynamic_update_slice_c2: the source is not larger than dest.

    Example: `%3 = lc.dynamic_update_slice %0, %1, %i {dim = 0 : i64} : (tensor<8x4xf32>, tensor<1x4xf32>, tensor<i64>) -> tensor<8x4xf32>`
  }];
  let arguments = (ins Lc_Tensor:$dest, Lc_Tensor:$source, 0DTensorOf<[I64]>:$start, I64Attr:$dim);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // DIALECTS_LC_IR_LCINDEXOPS_TD
