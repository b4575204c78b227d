// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise operations. Each has one body (LcElementwise*.cpp) for all targets.
#ifndef DIALECTS_LC_IR_LCELEMENTWISEOPS_TD
#define DIALECTS_LC_IR_LCELEMENTWISEOPS_TD

include "dialects/lc/IR/LcBase.td"

class Lc_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Lc_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<Lc_Elementwise>], traits)>;

// ---- unary -------------------------------------------------------------------

class Lc_UnaryOp<string mnemonic, string meaning, TypeConstraint type>
    : Lc_ElementwiseOp<mnemonic, !listconcat([SameOperandsAndResultType], Lc_GradientFor<type>.traits)> {
  let summary = meaning;
  let description = "Example: `%1 = lc." # mnemonic # " %0 : tensor<4x3xf32>`";
  let arguments = (ins type:$input);
  let results = (outs type:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}
class Lc_UnaryFloatOp<string mnemonic, string meaning>
    : Lc_UnaryOp<mnemonic, meaning, Lc_FloatTensor>;

def Lc_NegOp : Lc_UnaryOp<"neg", "Negative, torch.neg", Lc_NumberTensor>;
def Lc_AbsOp : Lc_UnaryOp<"abs", "Absolute value, torch.abs", Lc_NumberTensor>;
def Lc_SignOp : Lc_UnaryOp<"sign", "-1, 0 or 1; 0 for NaN, torch.sign", Lc_NumberTensor>;
def Lc_CeilOp : Lc_UnaryFloatOp<"ceil", "Round up, torch.ceil">;
def Lc_FloorOp : Lc_UnaryFloatOp<"floor", "Round down, torch.floor">;
def Lc_RoundOp : Lc_UnaryFloatOp<"round", "Round to nearest, ties to even, torch.round">;
def Lc_TruncOp : Lc_UnaryFloatOp<"trunc", "Round towards zero, torch.trunc">;
def Lc_SqrtOp : Lc_UnaryFloatOp<"sqrt", "Square root, NaN below zero, torch.sqrt">;
def Lc_RsqrtOp : Lc_UnaryFloatOp<"rsqrt", "1 / sqrt(x), torch.rsqrt">;
def Lc_ReciprocalOp : Lc_UnaryFloatOp<"reciprocal", "1 / x, torch.reciprocal">;
def Lc_ExpOp : Lc_UnaryFloatOp<"exp", "e to the x, torch.exp">;
def Lc_Exp2Op : Lc_UnaryFloatOp<"exp2", "2 to the x, torch.exp2">;
def Lc_Expm1Op : Lc_UnaryFloatOp<"expm1", "exp(x) - 1, exact near 0, torch.expm1">;
def Lc_LogOp : Lc_UnaryFloatOp<"log", "Natural logarithm, torch.log">;
def Lc_Log2Op : Lc_UnaryFloatOp<"log2", "Logarithm to base 2, torch.log2">;
def Lc_Log10Op : Lc_UnaryFloatOp<"log10", "Logarithm to base 10, torch.log10">;
def Lc_Log1pOp : Lc_UnaryFloatOp<"log1p", "log(1 + x), exact near 0, torch.log1p">;
def Lc_SinOp : Lc_UnaryFloatOp<"sin", "Sine, torch.sin">;
def Lc_CosOp : Lc_UnaryFloatOp<"cos", "Cosine, torch.cos">;
def Lc_TanOp : Lc_UnaryFloatOp<"tan", "Tangent, torch.tan">;
def Lc_AsinOp : Lc_UnaryFloatOp<"asin", "Inverse sine, torch.asin">;
def Lc_AcosOp : Lc_UnaryFloatOp<"acos", "Inverse cosine, torch.acos">;
def Lc_AtanOp : Lc_UnaryFloatOp<"atan", "Inverse tangent, torch.atan">;
def Lc_SinhOp : Lc_UnaryFloatOp<"sinh", "Hyperbolic sine, torch.sinh">;
def Lc_CoshOp : Lc_UnaryFloatOp<"cosh", "Hyperbolic cosine, torch.cosh">;
def Lc_TanhOp : Lc_UnaryFloatOp<"tanh", "Hyperbolic tangent, torch.tanh">;
def Lc_ErfOp : Lc_UnaryFloatOp<"erf", "Error function, torch.erf">;
def Lc_SigmoidOp : Lc_UnaryFloatOp<"sigmoid", "1 / (1 + exp(-x)), torch.sigmoid">;
def Lc_ReluOp : Lc_UnaryOp<"relu", "max(x, 0), NaN stays NaN, torch.relu", Lc_NumberTensor>;
def Lc_SiluOp : Lc_UnaryFloatOp<"silu", "x * sigmoid(x), torch.nn.functional.silu">;
def Lc_MishOp : Lc_UnaryFloatOp<"mish", "x * tanh(softplus(x)), torch.nn.functional.mish">;
def Lc_HardswishOp
    : Lc_UnaryFloatOp<"hardswish", "x * clamp(x + 3, 0, 6) / 6, torch.nn.functional.hardswish">;
def Lc_HardsigmoidOp
    : Lc_UnaryFloatOp<"hardsigmoid", "clamp(x + 3, 0, 6) / 6, torch.nn.functional.hardsigmoid">;
def Lc_LogicalNotOp : Lc_UnaryOp<"logical_not", "Logical not, torch.logical_not", Lc_BoolTensor>;
def Lc_BitwiseNotOp
    : Lc_UnaryOp<"bitwise_not", "Complement of all bits, torch.bitwise_not", Lc_IntegralTensor>;

class Lc_PredicateOp<string mnemonic, string meaning> : Lc_ElementwiseOp<mnemonic, [InferTypeOpAdaptor]> {
  let summary = meaning;
  let description = "Example: `%1 = lc." # mnemonic # " %0 : (tensor<4xf32>) -> tensor<4xi1>`";
  let arguments = (ins Lc_FloatTensor:$input);
  let results = (outs Lc_BoolTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
def Lc_IsNanOp : Lc_PredicateOp<"isnan", "True where x is NaN, torch.isnan">;
def Lc_IsInfOp : Lc_PredicateOp<"isinf", "True where x is infinite, torch.isinf">;

def Lc_GeluOp : Lc_UnaryFloatOp<"gelu", "Gaussian error linear unit, torch.nn.functional.gelu"> {
  let description = [{
    `tanh` chooses the tanh approximation instead of the exact form with erf.

    Example: `%1 = lc.gelu %0 {tanh} : tensor<4xf32>`
  }];
  let arguments = (ins Lc_FloatTensor:$input, UnitAttr:$tanh);
}
def Lc_EluOp : Lc_UnaryFloatOp<"elu", "x above 0, else alpha * (exp(x * input_scale) - 1), times scale"> {
  let description = "torch.nn.functional.elu, celu and selu. Example: `%1 = lc.elu %0 {alpha = 1.0} : tensor<4xf32>`";
  let arguments = (ins Lc_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$alpha,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       DefaultValuedAttr<F64Attr, "1.0">:$input_scale);
}
def Lc_LeakyReluOp : Lc_UnaryFloatOp<"leaky_relu", "x above 0, else slope * x, torch.nn.functional.leaky_relu"> {
  let arguments = (ins Lc_FloatTensor:$input, DefaultValuedAttr<F64Attr, "0.01">:$slope);
}
def Lc_SoftplusOp : Lc_UnaryFloatOp<"softplus", "log(1 + exp(beta * x)) / beta, x above the threshold"> {
  let arguments = (ins Lc_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$beta,
                       DefaultValuedAttr<F64Attr, "20.0">:$threshold);
}
def Lc_ClampOp : Lc_UnaryOp<"clamp", "x limited to [min, max], NaN stays NaN, torch.clamp", Lc_NumberTensor> {
  let description = [{
    Either bound may be absent. At a bound the gradient passes (torch.clamp), or not
    with `flat_ends` (torch.nn.functional.hardtanh).
    Rule clamp_c1: at least one is present.

    Example: `%1 = lc.clamp %0 {min = 0.0 : f64, max = 6.0 : f64} : tensor<4xf32>`
  }];
  let arguments = (ins Lc_NumberTensor:$input, OptionalAttr<F64Attr>:$min, OptionalAttr<F64Attr>:$max,
                       UnitAttr:$flat_ends);
  let hasVerifier = 1;
}

def Lc_ConvertOp : Lc_ElementwiseOp<"convert", [SameOperandsAndResultShape, Lc_Gradient]> {
  let summary = "Conversion to another element type, torch.Tensor.to";
  let description = [{
    As a C cast: floating point to integer truncates, anything but zero is true.

    Example: `%1 = lc.convert %0 : (tensor<4xi64>) -> tensor<4xf32>`
  }];
  let arguments = (ins Lc_Tensor:$input);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

// ---- binary ------------------------------------------------------------------

class Lc_BinaryOp<string mnemonic, string meaning, TypeConstraint type, list<Trait> traits = []>
    : Lc_ElementwiseOp<mnemonic, !listconcat([SameOperandsAndResultType], Lc_GradientFor<type>.traits, traits)> {
  let summary = meaning;
  let description = [{
    Both operands have the type of the result: broadcast and promotion are
    operations of their own (`lc.expand`, `lc.convert`).

    Example: `%2 = lc.}] # mnemonic # [{ %0, %1 : tensor<4x3xf32>`
  }];
  let arguments = (ins type:$lhs, type:$rhs);
  let results = (outs type:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}
def Lc_AddOp : Lc_BinaryOp<"add", "Sum, torch.add", Lc_NumberTensor, [Commutative]> { let hasFolder = 1; }
def Lc_SubOp : Lc_BinaryOp<"sub", "Difference, torch.sub", Lc_NumberTensor> { let hasFolder = 1; }
def Lc_MulOp : Lc_BinaryOp<"mul", "Product, torch.mul", Lc_NumberTensor, [Commutative]> { let hasFolder = 1; }
def Lc_DivOp : Lc_BinaryOp<"div", "Quotient of floating point numbers, torch.div", Lc_FloatTensor> {
  let hasFolder = 1;
}
def Lc_FloorDivOp : Lc_BinaryOp<"floor_div", "Quotient rounded down; integers by 0 give 0", Lc_NumberTensor>;
def Lc_TruncDivOp : Lc_BinaryOp<"trunc_div", "Quotient rounded to zero; integers by 0 give 0", Lc_NumberTensor>;
def Lc_RemainderOp : Lc_BinaryOp<"remainder", "Remainder with the divisor's sign, torch.remainder", Lc_NumberTensor>;
def Lc_FmodOp : Lc_BinaryOp<"fmod", "Remainder with the dividend's sign, torch.fmod", Lc_NumberTensor>;
def Lc_PowOp : Lc_BinaryOp<"pow", "lhs to the rhs, torch.pow", Lc_NumberTensor>;
def Lc_Atan2Op : Lc_BinaryOp<"atan2", "Angle of (rhs, lhs), torch.atan2", Lc_FloatTensor>;
def Lc_MaximumOp : Lc_BinaryOp<"maximum", "The larger, NaN wins, torch.maximum", Lc_NumberTensor, [Commutative]>;
def Lc_MinimumOp : Lc_BinaryOp<"minimum", "The smaller, NaN wins, torch.minimum", Lc_NumberTensor, [Commutative]>;
def Lc_CopysignOp : Lc_BinaryOp<"copysign", "lhs with the sign of rhs, torch.copysign", Lc_FloatTensor>;
def Lc_AndOp : Lc_BinaryOp<"and", "Bitwise and, logical and of bool", Lc_IntegralTensor, [Commutative]>;
def Lc_OrOp : Lc_BinaryOp<"or", "Bitwise or, logical or of bool", Lc_IntegralTensor, [Commutative]>;
def Lc_XorOp : Lc_BinaryOp<"xor", "Bitwise xor, logical xor of bool", Lc_IntegralTensor, [Commutative]>;
def Lc_ShlOp : Lc_BinaryOp<"shl", "lhs shifted left by rhs bits", Lc_IntTensor>;
def Lc_ShrOp : Lc_BinaryOp<"shr", "lhs shifted right by rhs bits, keeping the sign", Lc_IntTensor>;

def Lc_CompareOp : Lc_ElementwiseOp<"compare", [InferTypeOpAdaptor, SameTypeOperands]> {
  let summary = "Comparison, torch.eq and its relatives; comparisons with NaN are false but for ne";
  let description = "Example: `%2 = lc.compare lt %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>`";
  let arguments = (ins Lc_CompareKindAttr:$kind, Lc_Tensor:$lhs, Lc_Tensor:$rhs);
  let results = (outs Lc_BoolTensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

// ---- ternary -----------------------------------------------------------------

def Lc_WhereOp : Lc_ElementwiseOp<"where", [InferTypeOpAdaptor, Lc_Gradient]> {
  let summary = "lhs where the condition holds, else rhs, torch.where";
  let description = [{
    Rule where_c1: condition, lhs and rhs have one shape, lhs and rhs one type.

    Example: `%3 = lc.where %0, %1, %2 : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>`
  }];
  let arguments = (ins Lc_BoolTensor:$condition, Lc_Tensor:$lhs, Lc_Tensor:$rhs);
  let results = (outs Lc_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Lc_PhiloxOp : Lc_ElementwiseOp<"philox", [SameOperandsAndResultShape]> {
  let summary = "A uniform random number in [0, 1) for a place, an offset and a seed";
  let description = [{
    The first word of Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
    1, 2, 3", 2011) with `place` and `offset` as counter (two words each, low first) and
    `seed` as key; its upper 24 bits over 2^24.

    Example: `%3 = lc.philox %0, %1, %2 : (tensor<4xi64>, tensor<4xi64>, tensor<4xi64>) -> tensor<4xf32>`
  }];
  let arguments = (ins TensorOf<[I64]>:$place, TensorOf<[I64]>:$offset, TensorOf<[I64]>:$seed);
  let results = (outs TensorOf<[F32]>:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // DIALECTS_LC_IR_LCELEMENTWISEOPS_TD
