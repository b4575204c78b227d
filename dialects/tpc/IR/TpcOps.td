// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tpc dialect's operations.
#ifndef DIALECTS_TPC_IR_TPCOPS_TD
#define DIALECTS_TPC_IR_TPCOPS_TD

include "dialects/tpc/IR/TpcDialect.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class Tpc_Op<string mnemonic, list<Trait> traits = []> : Op<Tpc_Dialect, mnemonic, traits>;

def Tpc_Int5 : Type<CPred<"::llvm::isa<::lcompile::tpc::Int5Type>($_self)">, "coordinates">,
               BuildableType<"::lcompile::tpc::Int5Type::get($_builder.getContext())">;
def Tpc_Tensor : Type<CPred<"::llvm::isa<::lcompile::tpc::TensorType>($_self)">, "a tensor's descriptor">;
def Tpc_Address : Type<CPred<"::llvm::isa<::lcompile::tpc::AddressType>($_self)">, "an address">;
def Tpc_Vector : FixedVectorOfAnyRank<[AnyType]>;
def Tpc_F32Vector : FixedVectorOfAnyRank<[F32]>;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def Tpc_KernelOp : Tpc_Op<"kernel", [FunctionOpInterface, IsolatedFromAbove, Symbol]> {
  let summary = "A kernel over an index space";
  let description = [{
    Arguments are tensors, then scalars (i32 or f32), as in the text. `space` has the
    members of each dimension of the index space as expressions of the symbols;
    `access` has one pattern a tensor.

    Rule kernel_c1: at most 16 tensors, then at most 32 scalars of type i32 or f32.
    Rule kernel_c2: the index space has 1 to 5 dimensions.
    Rule kernel_c3: one access pattern a tensor, with one range for each of its
    dimensions or none at all; ranges name dimensions of the index space.
    Rule kernel_c4: no results; the body ends in `tpc.return`.

    Example:
    ```mlir
    tpc.kernel @relu(%x: !tpc.tensor<f32, 1>, %y: !tpc.tensor<f32, 1>)
        attributes {space = #lc.dims<16>,
                    access = [#tpc.access<[<0 : 64, 0, 63>]>,
                              #tpc.access<[<0 : 64, 0, 63>]>]} {
      ...
      tpc.return
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       AnyAttr:$space, ArrayAttr:$access,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The tensors among the arguments.
    unsigned getTensorCount();
    /// Members of each dimension of the index space.
    ::llvm::ArrayRef<::mlir::AffineExpr> getSpaceExprs();
    AccessAttr getAccessOf(unsigned tensor);
  }];
}

def Tpc_ReturnOp : Tpc_Op<"return", [Pure, Terminator, ReturnLike, HasParent<"KernelOp">]> {
  let summary = "End of a kernel";
  let assemblyFormat = "attr-dict";
}

def Tpc_IndexOffsetOp : Tpc_Op<"index_offset", [Pure]> {
  let summary = "The first member of this invocation's box";
  let results = (outs Tpc_Int5:$result);
  let assemblyFormat = "attr-dict";
}

def Tpc_IndexSizeOp : Tpc_Op<"index_size", [Pure]> {
  let summary = "How many members the box has in each dimension";
  let results = (outs Tpc_Int5:$result);
  let assemblyFormat = "attr-dict";
}

def Tpc_CoordGetOp : Tpc_Op<"coord_get", [Pure]> {
  let summary = "One of five coordinates";
  let description = "Example: `%i = tpc.coord_get %c[0]`";
  let arguments = (ins Tpc_Int5:$coord, I64Attr:$dim);
  let results = (outs I32:$result);
  let assemblyFormat = "$coord `[` $dim `]` attr-dict";
}

def Tpc_CoordOp : Tpc_Op<"coord", [Pure]> {
  let summary = "Coordinates of an element; those that are not given are 0";
  let description = "Example: `%c = tpc.coord(%d, %w)`";
  let arguments = (ins Variadic<I32>:$coords);
  let results = (outs Tpc_Int5:$result);
  let assemblyFormat = "`(` $coords `)` attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def Tpc_LdOp : Tpc_Op<"ld", [MemoryEffects<[MemRead]>]> {
  let summary = "Loads a vector along dimension 0";
  let description = [{
    Rule ld_c1: the vector's elements are the tensor's.

    Example: `%v = tpc.ld %x[%c] : !tpc.tensor<f32, 2> -> vector<64xf32>`
  }];
  let arguments = (ins Tpc_Tensor:$tensor, Tpc_Int5:$coord);
  let results = (outs Tpc_Vector:$result);
  let assemblyFormat = "$tensor `[` $coord `]` attr-dict `:` type($tensor) `->` type($result)";
  let hasVerifier = 1;
}

def Tpc_StOp : Tpc_Op<"st", [MemoryEffects<[MemWrite]>]> {
  let summary = "Stores a vector along dimension 0, or its first lanes";
  let description = [{
    Rule st_c1: the vector's elements are the tensor's.
    With `count`, only that many lanes are stored.

    Example: `tpc.st %v, %y[%c] : vector<64xf32>, !tpc.tensor<f32, 2>`
  }];
  let arguments = (ins Tpc_Vector:$value, Tpc_Tensor:$tensor, Tpc_Int5:$coord, Optional<I32>:$count);
  let assemblyFormat = "$value `,` $tensor `[` $coord `]` (`count` $count^)? attr-dict `:` type($value) `,` type($tensor)";
  let hasVerifier = 1;
}

def Tpc_AddrOp : Tpc_Op<"addr", [Pure]> {
  let summary = "The address of an element";
  let description = [{
    Rule addr_c1: the address has the tensor's element type.

    Example: `%p = tpc.addr %x[%c] : !tpc.tensor<f32, 2> -> !tpc.address<f32>`
  }];
  let arguments = (ins Tpc_Tensor:$tensor, Tpc_Int5:$coord);
  let results = (outs Tpc_Address:$result);
  let assemblyFormat = "$tensor `[` $coord `]` attr-dict `:` type($tensor) `->` type($result)";
  let hasVerifier = 1;
}

def Tpc_LdScalarOp : Tpc_Op<"ld_scalar", [MemoryEffects<[MemRead]>]> {
  let summary = "Loads one element as a scalar";
  let description = "Example: `%i = tpc.ld_scalar %p : !tpc.address<i32> -> i32`";
  let arguments = (ins Tpc_Address:$address);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$address attr-dict `:` type($address) `->` type($result)";
}

def Tpc_LdBcastOp : Tpc_Op<"ld_bcast", [MemoryEffects<[MemRead]>]> {
  let summary = "Loads one element into all lanes";
  let description = "Example: `%v = tpc.ld_bcast %p : !tpc.address<f32> -> vector<64xf32>`";
  let arguments = (ins Tpc_Address:$address);
  let results = (outs Tpc_Vector:$result);
  let assemblyFormat = "$address attr-dict `:` type($address) `->` type($result)";
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

def Tpc_SpecialOp : Tpc_Op<"special", [Pure, SameOperandsAndResultType]> {
  let summary = "A special function of f32";
  let description = [{
    Rule special_c1: pow, div and mod have two operands, the others one.

    Example: `%e = tpc.special exp_cephes %v : vector<64xf32>`
  }];
  let arguments = (ins Tpc_FunctionAttr:$function, Variadic<Tpc_F32Vector>:$operands_);
  let results = (outs Tpc_F32Vector:$result);
  let assemblyFormat = "$function $operands_ attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tpc_ReduceOp : Tpc_Op<"reduce", [Pure, SameOperandsAndResultType]> {
  let summary = "All lanes of a vector combined, in every lane";
  let description = "Example: `%s = tpc.reduce add %v : vector<64xf32>`";
  let arguments = (ins Tpc_ReductionAttr:$kind, Tpc_Vector:$value);
  let results = (outs Tpc_Vector:$result);
  let assemblyFormat = "$kind $value attr-dict `:` type($result)";
}

def Tpc_CvtUpOp : Tpc_Op<"cvt_up", [Pure]> {
  let summary = "Widens a register into several";
  let description = [{
    `interleaved`: register k of n holds the lanes k, n + k, 2 n + k, ... of the operand;
    `linear`: consecutive lanes.
    Rule cvt_up_c1: the results are equal and have the operand's lanes together.

    Example: `%lo, %hi = tpc.cvt_up interleaved %v : vector<128xbf16> -> vector<64xf32>, vector<64xf32>`
  }];
  let arguments = (ins Tpc_OrderAttr:$order, Tpc_Vector:$value);
  let results = (outs Variadic<Tpc_Vector>:$results_);
  let assemblyFormat = "$order $value attr-dict `:` type($value) `->` type($results_)";
  let hasVerifier = 1;
}

def Tpc_CvtDownOp : Tpc_Op<"cvt_down", [Pure]> {
  let summary = "Narrows several registers into one, rounding to nearest even";
  let description = [{
    The inverse of `tpc.cvt_up`.
    Rule cvt_down_c1: the operands are equal and have the result's lanes together.

    Example: `%v = tpc.cvt_down interleaved %lo, %hi : vector<64xf32>, vector<64xf32> -> vector<128xbf16>`
  }];
  let arguments = (ins Tpc_OrderAttr:$order, Variadic<Tpc_Vector>:$values);
  let results = (outs Tpc_Vector:$result);
  let assemblyFormat = "$order $values attr-dict `:` type($values) `->` type($result)";
  let hasVerifier = 1;
}

def Tpc_LaneIdOp : Tpc_Op<"lane_id", [Pure]> {
  let summary = "The number of each lane";
  let description = "Example: `%i = tpc.lane_id : vector<64xi32>`";
  let results = (outs Tpc_Vector:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

#endif // DIALECTS_TPC_IR_TPCOPS_TD
