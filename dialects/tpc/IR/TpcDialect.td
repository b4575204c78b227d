// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tpc dialect: its definition, attributes and types.
#ifndef DIALECTS_TPC_IR_TPCDIALECT_TD
#define DIALECTS_TPC_IR_TPCDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Tpc_Dialect : Dialect {
  let name = "tpc";
  let cppNamespace = "::lcompile::tpc";
  let summary = "Kernels of Gaudi's vector cores";
  let description = [{
    A kernel runs once for each box of members of its index space, in any order and on
    any core. A load of a vector at a coordinate reads along dimension 0; elements out
    of bounds read as the tensor's pad value and are not written.

    Vectors hold a chunk of elements along dimension 0, any multiple of 64, until
    `lc-tpc-split-vectors`; then they are registers of 2048 bits.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::lcompile::lc::LcDialect"];
  let extraClassDeclaration = [{
    /// Attribute of a kernel's tensor: its sizes, dimension 0 first.
    static constexpr ::llvm::StringLiteral sizesAttrName = "tpc.sizes";
    /// Attribute of an emitted function: the index space and the access patterns.
    static constexpr ::llvm::StringLiteral kernelAttrName = "tpc.kernel";
  }];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

class Tpc_Type<string name, string m> : TypeDef<Tpc_Dialect, name> {
  let mnemonic = m;
}

def Tpc_TensorType : Tpc_Type<"Tensor", "tensor"> {
  let summary = "A tensor's descriptor: address, sizes, strides, pad value";
  let description = [{
    Rule tensor_c1: the element type is one of the profile's. Rule tensor_c2: the rank is
    1 to 5.

    Example: `!tpc.tensor<f32, 4>`
  }];
  let parameters = (ins "::mlir::Type":$elementType, "unsigned":$rank);
  let assemblyFormat = "`<` $elementType `,` $rank `>`";
  let genVerifyDecl = 1;
}

def Tpc_Int5Type : Tpc_Type<"Int5", "int5"> {
  let summary = "Five coordinates, of elements or of members";
}

def Tpc_AddressType : Tpc_Type<"Address", "address"> {
  let summary = "The address of an element in global memory";
  let description = "Example: `!tpc.address<f32>`";
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Tpc_RangeAttr : AttrDef<Tpc_Dialect, "Range"> {
  let mnemonic = "range";
  let summary = "What one dimension of a tensor sees of a member";
  let description = [{
    Member i of dimension `dim` of the index space touches the elements
    [scale * i + low, scale * i + high], both inclusive. A dimension that does not move
    with any member has scale 0. `low` and `high` are expressions of the function's
    symbols.

    Example: `#tpc.range<1 : 4, 0, 3>`
  }];
  let parameters = (ins "unsigned":$dim, "int64_t":$scale, "::mlir::AffineExpr":$low, "::mlir::AffineExpr":$high);
  let hasCustomAssemblyFormat = 1;
}

def Tpc_AccessAttr : AttrDef<Tpc_Dialect, "Access"> {
  let mnemonic = "access";
  let summary = "What a member touches of a tensor";
  let description = [{
    One range a dimension, dimension 0 first; no ranges: any element may be touched,
    since data decide (`allRequired`).

    Examples: `#tpc.access<[<0 : 64, 0, 63>, <1 : 1, 0, 0>]>`,
    `#tpc.access<[]>`
  }];
  let parameters = (ins OptionalArrayRefParameter<"RangeAttr">:$ranges);
  let assemblyFormat = "`<` `[` (`]`) : ($ranges^ `]`)? `>`";
}

// How lanes of a chunk that fills several registers are assigned to them.
def Tpc_Order : I32EnumAttr<"Order", "which element a lane holds", [
    I32EnumAttrCase<"linear", 0>, I32EnumAttrCase<"interleaved", 1>]> {
  let cppNamespace = "::lcompile::tpc";
  let genSpecializedAttr = 0;
}
def Tpc_OrderAttr : EnumAttr<Tpc_Dialect, Tpc_Order, "order">;

// Names are those of the language: v_NAME_f32.
def Tpc_Function : I32EnumAttr<"Function", "a special function of f32", [
    I32EnumAttrCase<"exp", 0>, I32EnumAttrCase<"exp_cephes", 1>, I32EnumAttrCase<"log", 2>,
    I32EnumAttrCase<"log2", 3>, I32EnumAttrCase<"pow2", 4>, I32EnumAttrCase<"pow", 5>,
    I32EnumAttrCase<"sqrt", 6>, I32EnumAttrCase<"rsqrt", 7>, I32EnumAttrCase<"reciprocal", 8>,
    I32EnumAttrCase<"div", 9>, I32EnumAttrCase<"tanh", 10>, I32EnumAttrCase<"sigmoid", 11>,
    I32EnumAttrCase<"sin", 12>, I32EnumAttrCase<"cos", 13>, I32EnumAttrCase<"expm1", 14>,
    I32EnumAttrCase<"mod", 15>, I32EnumAttrCase<"sin_cephes", 16>, I32EnumAttrCase<"cos_cephes", 17>,
    I32EnumAttrCase<"tan_cephes", 18>, I32EnumAttrCase<"asin_cephes", 19>,
    I32EnumAttrCase<"acos_cephes", 20>, I32EnumAttrCase<"atan_cephes", 21>,
    I32EnumAttrCase<"sinh_cephes", 22>, I32EnumAttrCase<"cosh_cephes", 23>,
    I32EnumAttrCase<"asinh", 24>, I32EnumAttrCase<"acosh", 25>, I32EnumAttrCase<"atanh", 26>]> {
  let cppNamespace = "::lcompile::tpc";
  let genSpecializedAttr = 0;
}
def Tpc_FunctionAttr : EnumAttr<Tpc_Dialect, Tpc_Function, "function">;

def Tpc_Reduction : I32EnumAttr<"Reduction", "how lanes become one", [
    I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"mul", 1>, I32EnumAttrCase<"max", 2>,
    I32EnumAttrCase<"min", 3>]> {
  let cppNamespace = "::lcompile::tpc";
  let genSpecializedAttr = 0;
}
def Tpc_ReductionAttr : EnumAttr<Tpc_Dialect, Tpc_Reduction, "reduction">;

#endif // DIALECTS_TPC_IR_TPCDIALECT_TD
