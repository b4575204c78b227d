// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations that move elements and compute nothing.
#ifndef DIALECTS_LC_IR_LCSHAPEOPS_TD
#define DIALECTS_LC_IR_LCSHAPEOPS_TD

include "dialects/lc/IR/LcBase.td"

class Lc_ViewOp<string mnemonic, list<Trait> traits = []>
    : Lc_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<Lc_View>, Lc_Gradient], traits)>;

def Lc_ReshapeOp : Lc_ViewOp<"reshape"> {
  let summary = "The same elements in row-major order with other dimensions, torch.reshape";
  let description = [{
    Rule reshape_c1: element types and numbers of elements agree.

    Example: `%1 = lc.reshape %0 : (tensor<2x6xf32>) -> tensor<3x4xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Lc_ExpandOp : Lc_ViewOp<"expand"> {
  let summary = "Repetition of dimensions of size 1, torch.expand";
  let description = [{
    Rule expand_c1: ranks and element types agree.
    Rule expand_c2: a dimension of the operand is 1 or that of the result.

    Example: `%1 = lc.expand %0 : (tensor<1x3xf32>) -> tensor<4x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lc_PermuteOp : Lc_ViewOp<"permute", [InferTypeOpAdaptor]> {
  let summary = "Reordering of dimensions, torch.permute";
  let description = [{
    Dimension i of the result is dimension `perm[i]` of the operand.
    Rule permute_c1: `perm` is a permutation of the operand's dimensions.

    Example: `%1 = lc.permute %0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Lc_SliceOp : Lc_ViewOp<"slice"> {
  let summary = "Elements start, start + step, ... along one dimension, torch.narrow and x[a:b:c]";
  let description = [{
    How many is the result's size of that dimension.
    Rule slice_c1: only dimension `dim` differs, and `dim` exists.
    Rule slice_c2: the last element lies inside, where sizes are known; step >= 1.

    Example: `%1 = lc.slice %0 {dim = 0 : i64, start = #lc.dims<2>} : (tensor<8x3xf32>) -> tensor<4x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, I64Attr:$dim, Lc_DimsAttr:$start,
                       DefaultValuedAttr<I64Attr, "1">:$step);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lc_FlipOp : Lc_ViewOp<"flip", [InferTypeOpAdaptor]> {
  let summary = "Reversal of dimensions, torch.flip";
  let description = [{
    Rule flip_c1: every dimension exists.

    Example: `%1 = lc.flip %0 {dims = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Lc_DetachOp : Lc_ViewOp<"detach", [SameOperandsAndResultType]> {
  let summary = "The same values without influence on gradients, torch.Tensor.detach";
  let description = [{
    Gone once gradients are taken (`lc-drop-detach`).

    Example: `%1 = lc.detach %0 : tensor<4x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Lc_FenceOp : Lc_Op<"fence", [SameOperandsAndResultType]> {
  let summary = "The same values, of which nothing is known";
  let description = [{
    What is computed of it is not merged with what is computed of the input: results
    that are computed again on purpose (`lc-rematerialize`). Every one has a number of
    its own; gone behind the choice of kernels (`lc-drop-fences`).

    Example: `%1 = lc.fence %0 {site = 3 : i64} : tensor<4x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, I64Attr:$site);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasCanonicalizeMethod = 1;
}

def Lc_ConcatOp : Lc_InferredOp<"concat", [Lc_Gradient]> {
  let summary = "Operands one after the other along a dimension, torch.cat";
  let description = [{
    Rule concat_c1: at least one operand; ranks and element types agree; `dim` exists.
    Rule concat_c2: all other dimensions agree.

    Example: `%2 = lc.concat %0, %1 {dim = 1 : i64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>`
  }];
  let arguments = (ins Variadic<Lc_Tensor>:$inputs, I64Attr:$dim);
  let results = (outs Lc_Tensor:$result);
  let hasFolder = 1;
}

def Lc_PadOp : Lc_InferredOp<"pad", [Lc_Gradient]> {
  let summary = "Elements added before and after each dimension, torch.nn.functional.pad";
  let description = [{
    Negative numbers take away instead. `value` fills in constant mode.
    Rule pad_c1: `low` and `high` have a number for every dimension.
    Rule pad_c2: no dimension becomes negative.

    Example: `%1 = lc.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 2>, value = 0.0 : f64} : (tensor<2x3xf32>) -> tensor<2x6xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DefaultValuedAttr<Lc_PadModeAttr, "PadMode::constant">:$mode,
                       DefaultValuedAttr<F64Attr, "0.0">:$value);
  let results = (outs Lc_Tensor:$result);
}

def Lc_OverwriteOp : Op<Lc_Dialect, "overwrite", [AllTypesMatch<["dest", "source"]>]> {
  let summary = "In-place write: from here on, dest and whatever shares its memory hold source";
  let description = [{
    How importers say `x.copy_(y)` and `x.relu_()`. Legal only before the
    normalised form: `lc-functionalize` turns it into values.

    Example: `lc.overwrite %x, %y : tensor<4xf32>`
  }];
  let arguments = (ins Lc_Tensor:$dest, Lc_Tensor:$source);
  let assemblyFormat = "$dest `,` $source attr-dict `:` type($dest)";
}

def Lc_InsertSliceOp : Lc_Op<"insert_slice", [AllTypesMatch<["dest", "result"]>, Lc_Gradient]> {
  let summary = "dest with source at start, start + step, ... along one dimension, torch.slice_scatter";
  let description = [{
    Rule insert_slice_c1: source differs from dest in dimension `dim` only.

    Example: `%2 = lc.insert_slice %0, %1 {dim = 0 : i64, start = #lc.dims<2>} : (tensor<8x3xf32>, tensor<4x3xf32>) -> tensor<8x3xf32>`
  }];
  let arguments = (ins Lc_Tensor:$dest, Lc_Tensor:$source, I64Attr:$dim, Lc_DimsAttr:$start,
                       DefaultValuedAttr<I64Attr, "1">:$step);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // DIALECTS_LC_IR_LCSHAPEOPS_TD
