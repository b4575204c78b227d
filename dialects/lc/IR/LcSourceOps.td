// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations that make tensors from nothing but attributes, and scalars.
#ifndef DIALECTS_LC_IR_LCSOURCEOPS_TD
#define DIALECTS_LC_IR_LCSOURCEOPS_TD

include "dialects/lc/IR/LcBase.td"

def Lc_ConstantOp : Lc_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A small tensor known at compile time";
  let description = "Example: `%0 = lc.constant dense<[1, 2]> : tensor<2xi64>`";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Lc_ParameterOp : Lc_Op<"parameter"> {
  let summary = "A weight: a tensor that lives in the session's weight store";
  let description = [{
    `key` names the entry of the store; the bytes are never part of the IR. Training
    changes what is `trainable`.

    Example: `%0 = lc.parameter "up.weight" : tensor<3072x768xf32>`
  }];
  let arguments = (ins StrAttr:$key, UnitAttr:$trainable);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$key attr-dict `:` type($result)";
}

def Lc_FullOp : Lc_Op<"full"> {
  let summary = "A tensor with one value everywhere, torch.full";
  let description = [{
    Rule full_c1: the value has the element type of the result (bool: an i1).

    Example: `%0 = lc.full 0.5 : f32 : tensor<4x3xf32>`
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Lc_IotaOp : Lc_Op<"iota"> {
  let summary = "start + step * (place along the one dimension), torch.arange";
  let description = [{
    Rule iota_c1: the result has rank 1 and an integer or floating-point type.

    Example: `%0 = lc.iota {start = 0 : i64, step = 1 : i64} : tensor<?xi64, #lc.dims<s0>>`
  }];
  let arguments = (ins TypedAttrInterface:$start, TypedAttrInterface:$step);
  let results = (outs Lc_NumberTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Lc_RandOp : Lc_Op<"rand"> {
  let summary = "Uniform random numbers in [0, 1), torch.rand";
  let description = [{
    Each `site` of a program has numbers of its own, and new ones in each call. Where
    they come from is said by `lc-training-step`, which keeps a state for them and
    makes `lc.philox` of these.

    Example: `%0 = lc.rand {site = 0 : i64} : tensor<4x3xf32>`
  }];
  let arguments = (ins I64Attr:$site);
  let results = (outs Lc_FloatTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Lc_SizeOp : Lc_Op<"size"> {
  let summary = "The value of an expression of the symbols, as a 0-d tensor";
  let description = "Example: `%0 = lc.size #lc.dims<s0 * 2> -> tensor<i64>`";
  let arguments = (ins Lc_DimsAttr:$expr);
  let results = (outs 0DTensorOf<[I64]>:$result);
  // Not `:`, which an attribute of a dialect would read as its own type.
  let assemblyFormat = "$expr attr-dict `->` type($result)";
}

def Lc_ItemOp : Lc_Op<"item"> {
  let summary = "The element of a 0-d tensor as a scalar, torch.Tensor.item";
  let description = [{
    The way from data to control flow.
    Rule item_c1: the scalar has the element type of the tensor.

    Example: `%c = lc.item %0 : tensor<i1> -> i1`
  }];
  let arguments = (ins 0DTensorOf<[Lc_Element]>:$input);
  let results = (outs AnyTypeOf<[F64, F32, F16, BF16, I64, I32, I16, I8, UI8, I1]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lc_ScalarOp : Lc_Op<"scalar"> {
  let summary = "A 0-d tensor from a scalar";
  let description = [{
    Rule scalar_c1: the tensor has the type of the scalar as element type.

    Example: `%0 = lc.scalar %i : i64 -> tensor<i64>`
  }];
  let arguments = (ins AnyTypeOf<[F64, F32, I64, I32, I1]>:$input);
  let results = (outs 0DTensorOf<[Lc_Element]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // DIALECTS_LC_IR_LCSOURCEOPS_TD
