// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lc dialect: its definition and its attributes.
#ifndef DIALECTS_LC_IR_LCDIALECT_TD
#define DIALECTS_LC_IR_LCDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/IR/OpBase.td"

def Lc_Dialect : Dialect {
  let name = "lc";
  let cppNamespace = "::lcompile::lc";
  let summary = "Tensor operations with the meaning of PyTorch";
  let description = [{
    A model is a graph of `lc` operations on values: no aliasing, no implicit
    broadcast, no implicit promotion. Every front end reaches this level and
    every target leaves from it.

    Sizes that are not known are expressions of the function's symbols. The
    function lists its symbols in `lc.symbols`; a tensor type carries its sizes
    in its encoding, so that two dimensions are equal when their expressions
    are:

    ```mlir
    func.func @f(%x: tensor<?x768xf32, #lc.dims<s0, 768>>)
        attributes {lc.symbols = [#lc.symbol<"batch", 1, 32>]}
    ```
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::scf::SCFDialect",
                           "::mlir::func::FuncDialect"];
  let extraClassDeclaration = [{
    /// Attribute of a function: the list of its symbols (`#lc.symbol`).
    static constexpr ::llvm::StringLiteral symbolsAttrName = "lc.symbols";
    /// Argument and result attribute: the name that users know.
    static constexpr ::llvm::StringLiteral nameAttrName = "lc.name";
    /// Result attribute: index of the argument that the result updates.
    static constexpr ::llvm::StringLiteral aliasAttrName = "lc.alias";
    /// Argument attributes of a training step's states: what kind of state
    /// ("parameter", "optimizer", "buffer" or "counter"), the key of the weight
    /// that it begins as (absent: zeros), and, of a state that ranks hold parts
    /// of, the type of the whole.
    static constexpr ::llvm::StringLiteral stateAttrName = "lc.state";
    static constexpr ::llvm::StringLiteral initialAttrName = "lc.initial";
    static constexpr ::llvm::StringLiteral wholeAttrName = "lc.whole";
    WeightStore &getWeightStore() { return *weights; }

  private:
    void registerAttributes();
    std::unique_ptr<WeightStore> weights;
  }];
}

def Lc_DimsAttr : AttrDef<Lc_Dialect, "Dims", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "dims";
  let summary = "The sizes of a tensor as expressions of the function's symbols";
  let description = [{
    Encoding of a ranked tensor with at least one dynamic dimension. `s0`, `s1`,
    ... are the symbols of the enclosing function in their order; the operators
    are those of affine expressions, products of symbols included.
    Rule dims_c1: one expression for every dimension, constant exactly where the
    dimension is static and then equal to it.

    Example: `tensor<?x?x64xf32, #lc.dims<s0, s1 * 2 + 1, 64>>`
  }];
  let parameters = (ins "::mlir::AffineMap":$map);
  let hasCustomAssemblyFormat = 1;
  let builders = [
    AttrBuilderWithInferredContext<(ins "::llvm::ArrayRef<::mlir::AffineExpr>":$exprs,
                                        "::mlir::MLIRContext *":$ctx)>
  ];
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::AffineExpr> getExprs() const { return getMap().getResults(); }
  }];
}

def Lc_SymbolAttr : AttrDef<Lc_Dialect, "Symbol"> {
  let mnemonic = "symbol";
  let summary = "A symbolic size with its range";
  let description = [{
    Name, smallest and largest value (both included) and a divisor of all values.
    Rule symbol_c1: 0 <= min <= max and divisor >= 1.

    Example: `#lc.symbol<"seq", 8, 512, 8>`, `#lc.symbol<"batch", 1, 32>`
  }];
  let parameters = (ins StringRefParameter<"name">:$name, "int64_t":$min, "int64_t":$max,
                        DefaultValuedParameter<"int64_t", "1">:$divisor);
  let assemblyFormat = "`<` $name `,` $min `,` $max (`,` $divisor^)? `>`";
  let genVerifyDecl = 1;
}

#endif // DIALECTS_LC_IR_LCDIALECT_TD
