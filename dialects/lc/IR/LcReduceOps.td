// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions and scans.
#ifndef DIALECTS_LC_IR_LCREDUCEOPS_TD
#define DIALECTS_LC_IR_LCREDUCEOPS_TD

include "dialects/lc/IR/LcBase.td"

class Lc_ReduceOp<string mnemonic, string meaning, TypeConstraint type, list<Trait> traits = []>
    : Lc_InferredOp<mnemonic, !listconcat(Lc_GradientFor<type>.traits, traits)> {
  let summary = meaning;
  let description = [{
    `dims` is a sorted list; with `keepdim` they stay with size 1. Accumulates in
    f32 for f16 and bf16.
    Rule reduce_c1: `dims` are sorted, distinct dimensions of the operand.

    Example: `%1 = lc.}] # mnemonic # [{ %0 {dims = array<i64: 1>} : (tensor<4x3xf32>) -> tensor<4xf32>`
  }];
  let arguments = (ins type:$input, DenseI64ArrayAttr:$dims, UnitAttr:$keepdim);
  let results = (outs type:$result);
}
def Lc_SumOp : Lc_ReduceOp<"sum", "Sum, 0 of nothing, torch.sum", Lc_NumberTensor>;
def Lc_ProdOp : Lc_ReduceOp<"prod", "Product, 1 of nothing, torch.prod", Lc_NumberTensor>;
def Lc_MeanOp : Lc_ReduceOp<"mean", "Mean, NaN of nothing, torch.mean", Lc_FloatTensor>;
def Lc_AmaxOp : Lc_ReduceOp<"amax", "Largest, NaN wins, torch.amax", Lc_NumberTensor>;
def Lc_AminOp : Lc_ReduceOp<"amin", "Smallest, NaN wins, torch.amin", Lc_NumberTensor>;
def Lc_AnyOp : Lc_ReduceOp<"any", "True when one is, torch.any", Lc_BoolTensor>;
def Lc_AllOp : Lc_ReduceOp<"all", "True when all are, torch.all", Lc_BoolTensor>;
def Lc_VarOp : Lc_ReduceOp<"var", "Variance with n - correction below, torch.var", Lc_FloatTensor,
                           [DeclareOpInterfaceMethods<Lc_Decomposable>]> {
  let arguments = (ins Lc_FloatTensor:$input, DenseI64ArrayAttr:$dims, UnitAttr:$keepdim,
                       DefaultValuedAttr<F64Attr, "1.0">:$correction);
}

class Lc_ArgReduceOp<string mnemonic, string meaning> : Lc_InferredOp<mnemonic> {
  let summary = meaning;
  let description = [{
    The first of equals; NaN counts as largest (argmax) or smallest (argmin).
    Rule argreduce_c1: `dim` exists and is not empty.

    Example: `%1 = lc.}] # mnemonic # [{ %0 {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4xi64>`
  }];
  let arguments = (ins Lc_NumberTensor:$input, I64Attr:$dim, UnitAttr:$keepdim);
  let results = (outs Lc_I64Tensor:$result);
}
def Lc_ArgmaxOp : Lc_ArgReduceOp<"argmax", "Place of the largest, torch.argmax">;
def Lc_ArgminOp : Lc_ArgReduceOp<"argmin", "Place of the smallest, torch.argmin">;

class Lc_ScanOp<string mnemonic, string meaning, TypeConstraint type = Lc_NumberTensor>
    : Lc_InferredOp<mnemonic, Lc_GradientFor<type>.traits> {
  let summary = meaning;
  let description = [{
    Accumulates in f32 for f16 and bf16.
    Rule scan_c1: `dim` exists.

    Example: `%1 = lc.}] # mnemonic # [{ %0 {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3x}] #
    !if(!eq(type, Lc_NumberTensor), "f32", "i64") # [{>`
  }];
  let arguments = (ins Lc_NumberTensor:$input, I64Attr:$dim);
  let results = (outs type:$result);
}
def Lc_CumsumOp : Lc_ScanOp<"cumsum", "Running sum along a dimension, torch.cumsum">;
def Lc_CumprodOp : Lc_ScanOp<"cumprod", "Running product along a dimension, torch.cumprod">;
def Lc_CumargmaxOp : Lc_ScanOp<"cumargmax",
  "Place of the largest so far, the last of equals; NaN is largest, torch.cummax", Lc_I64Tensor>;
def Lc_CumargminOp : Lc_ScanOp<"cumargmin",
  "Place of the smallest so far, the last of equals; NaN is smallest, torch.cummin", Lc_I64Tensor>;

def Lc_ArgsortOp : Lc_InferredOp<"argsort"> {
  let summary = "Places that sort along a dimension, torch.argsort";
  let description = [{
    Stable; NaN counts as the largest.
    Rule argsort_c1: `dim` exists.

    Example: `%1 = lc.argsort %0 {dim = 1 : i64, descending} : (tensor<4x3xf32>) -> tensor<4x3xi64>`
  }];
  let arguments = (ins Lc_NumberTensor:$input, I64Attr:$dim, UnitAttr:$descending);
  let results = (outs Lc_I64Tensor:$result);
}

def Lc_SoftmaxOp : Lc_InferredOp<"softmax", [DeclareOpInterfaceMethods<Lc_Decomposable>, Lc_Gradient]> {
  let summary = "exp(x) over its sum along a dimension, torch.softmax; `log` for torch.log_softmax";
  let description = [{
    Rule softmax_c1: `dim` exists.

    Example: `%1 = lc.softmax %0 {dim = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, I64Attr:$dim, UnitAttr:$log);
  let results = (outs Lc_FloatTensor:$result);
}

#endif // DIALECTS_LC_IR_LCREDUCEOPS_TD
