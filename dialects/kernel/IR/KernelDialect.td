// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel dialect: regions of lc with a unit, and calls of outlined kernels.
#ifndef DIALECTS_KERNEL_IR_KERNELDIALECT_TD
#define DIALECTS_KERNEL_IR_KERNELDIALECT_TD

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::lcompile::kernel";
  let summary = "Pieces of a model that run as one kernel on one unit";
  let description = [{
    Partitioning wraps lc operations in `kernel.region`s, each with the unit that
    runs it. Outlining turns regions into functions with a `kernel.unit`
    attribute and `kernel.call`s of them.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Attribute of an outlined function: its unit.
    static constexpr ::llvm::StringLiteral unitAttrName = "kernel.unit";
    /// Attribute of an outlined function: for each result, the operand whose
    /// memory the result may take over, or -1.
    static constexpr ::llvm::StringLiteral inplaceAttrName = "kernel.inplace";
    /// Attribute of an outlined function: the operands of which it reads, for an
    /// element of its results, the element at the same place and no other.
    static constexpr ::llvm::StringLiteral pointwiseAttrName = "kernel.pointwise";
    /// Unit attribute of an outlined function: result 0 must take over the memory
    /// of its in-place operand, because it writes only a part.
    static constexpr ::llvm::StringLiteral updateAttrName = "kernel.update";
  }];
}

def Kernel_Unit : I32EnumAttr<"Unit", "the unit that runs a kernel", [
    I32EnumAttrCase<"cpu_codegen", 0>, I32EnumAttrCase<"cpu_library", 1>, I32EnumAttrCase<"tpc", 2>,
    I32EnumAttrCase<"mme", 3>]> {
  let cppNamespace = "::lcompile::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_UnitAttr : EnumAttr<Kernel_Dialect, Kernel_Unit, "unit">;

class Kernel_Op<string mnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, mnemonic, traits>;

def Kernel_RegionOp : Kernel_Op<"region", [Pure, IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "lc operations that become one kernel";
  let description = [{
    The block's arguments are the inputs; the values that it yields are the results.
    Rule region_c1: arguments have the types of the inputs.
    Rule region_c2: yielded values have the types of the results.

    Example:
    ```mlir
    %1 = kernel.region cpu_codegen(%0) : (tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %r = lc.relu %a : tensor<4xf32>
      kernel.yield %r : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Kernel_UnitAttr:$unit, Variadic<AnyRankedTensor>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$unit `(` $inputs `)` attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
}

def Kernel_YieldOp : Kernel_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["RegionOp"]>]> {
  let summary = "The results of a kernel.region";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{ /* for the implicit terminator */ }]>];
}

def Kernel_CallOp : Kernel_Op<"call", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Run of an outlined kernel";
  let description = [{
    Rule call_c1: the callee is a function of this type with a unit.

    Example: `%1 = kernel.call @gelu(%0) : (tensor<4xf32>) -> tensor<4xf32>`
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyRankedTensor>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type(operands, results)";
}

#endif // DIALECTS_KERNEL_IR_KERNELDIALECT_TD
