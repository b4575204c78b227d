// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rt dialect: the program of the host, one operation a runtime action.
#ifndef DIALECTS_RT_IR_RTDIALECT_TD
#define DIALECTS_RT_IR_RTDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Dialect/LLVMIR/LLVMTypes.td"

def Rt_Dialect : Dialect {
  let name = "rt";
  let cppNamespace = "::lcompile::rt";
  let summary = "The program of the host";
  let description = [{
    A function `(!llvm.ptr) -> i32` whose argument is the `lc_call_t` of a call.
    Buffers are pointers; every offset is decided. What is left for lowering to
    LLVM is a look-up in a structure or a call of the artefact's support code.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let extraClassDeclaration = [{
    /// Attribute of a host function: the metadata of lc_function_t (a dictionary).
    static constexpr ::llvm::StringLiteral functionAttrName = "rt.function";
    /// Attributes of the module: the tables of lc_executable_t.
    static constexpr ::llvm::StringLiteral constantsAttrName = "rt.constants";
    static constexpr ::llvm::StringLiteral libraryAttrName = "rt.library";
    static constexpr ::llvm::StringLiteral collectivesAttrName = "rt.collectives";
    /// Those of the constants that must stay as they are: not only library ops read
    /// them, as weights.
    static constexpr ::llvm::StringLiteral plainConstantsAttrName = "rt.plain_constants";
  }];
}

// A buffer: a pointer to its first element.
def Rt_Buffer : Type<LLVM_AnyPointer.predicate, "pointer">,
                BuildableType<"::mlir::LLVM::LLVMPointerType::get($_builder.getContext())">;

class Rt_Op<string mnemonic, list<Trait> traits = []> : Op<Rt_Dialect, mnemonic, traits>;

class Rt_IndexedOp<string mnemonic, string meaning, Type type> : Rt_Op<mnemonic, [Pure]> {
  let summary = meaning;
  let description = "Example: `%0 = rt." # mnemonic # " 0`";
  let arguments = (ins I64Attr:$index);
  let results = (outs type:$result);
  let assemblyFormat = "$index attr-dict";
}
def Rt_InputOp : Rt_IndexedOp<"input", "Data of an input", Rt_Buffer>;
def Rt_OutputOp : Rt_IndexedOp<"output", "Data of an output", Rt_Buffer>;
def Rt_ConstantOp : Rt_IndexedOp<"constant", "Data of a constant", Rt_Buffer>;
def Rt_SymbolOp : Rt_IndexedOp<"symbol", "Value of a symbol", I64>;
def Rt_PlanOp : Rt_IndexedOp<"plan", "Value number `index` of the plan", I64>;

def Rt_ArenaOp : Rt_Op<"arena", [Pure]> {
  let summary = "Memory at an offset in bytes of the arena";
  let description = "Example: `%0 = rt.arena %offset`";
  let arguments = (ins I64:$offset);
  let results = (outs Rt_Buffer:$result);
  let assemblyFormat = "$offset attr-dict";
}

def Rt_OffsetOp : Rt_Op<"offset", [Pure]> {
  let summary = "Memory some bytes behind a buffer";
  let description = "Example: `%1 = rt.offset %0, %bytes`";
  let arguments = (ins Rt_Buffer:$buffer, I64:$bytes);
  let results = (outs Rt_Buffer:$result);
  let assemblyFormat = "$buffer `,` $bytes attr-dict";
}

def Rt_DispatchOp : Rt_Op<"dispatch"> {
  let summary = "Runs a generated kernel over its parallel loop; leaves the program when it fails";
  let description = [{
    Example: `rt.dispatch @relu_code(%0, %1) extent %n grain %g {id = 0 : i64}`
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Rt_Buffer>:$buffers, I64:$extent, I64:$grain,
                       I64Attr:$id);
  let assemblyFormat = "$kernel `(` $buffers `)` `extent` $extent `grain` $grain attr-dict";
}

def Rt_InvokeOp : Rt_Op<"invoke"> {
  let summary = "Runs a library operation; leaves the program when it fails";
  let description = "Example: `rt.invoke 3(%0, %1) {id = 0 : i64}`";
  let arguments = (ins I64Attr:$op, Variadic<Rt_Buffer>:$buffers, I64Attr:$id);
  let assemblyFormat = "$op `(` $buffers `)` attr-dict";
}

def Rt_CopyOp : Rt_Op<"copy"> {
  let summary = "Copies bytes between buffers that do not overlap";
  let description = "Example: `rt.copy %to, %from, %bytes`";
  let arguments = (ins Rt_Buffer:$to, Rt_Buffer:$from, I64:$bytes);
  let assemblyFormat = "$to `,` $from `,` $bytes attr-dict";
}

def Rt_LoadOp : Rt_Op<"load"> {
  let summary = "The first element of a buffer as a scalar";
  let description = "Example: `%c = rt.load %0 : i1`";
  let arguments = (ins Rt_Buffer:$buffer);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$buffer attr-dict `:` type($result)";
}

def Rt_StoreOp : Rt_Op<"store"> {
  let summary = "Writes a scalar as the first element of a buffer";
  let description = "Example: `rt.store %v, %0 : i64`";
  let arguments = (ins AnyType:$value, Rt_Buffer:$buffer);
  let assemblyFormat = "$value `,` $buffer attr-dict `:` type($value)";
}

def Rt_StartOp : Rt_Op<"start", [AttrSizedOperandSegments]> {
  let summary = "Starts a collective of the module's table; leaves the program when it fails";
  let description = [{
    One source and one destination a tensor; `scratch` is where parts of other ranks
    arrive.

    Example: `rt.start 0(%0) into(%1) scratch(%2) {id = 3 : i64}`
  }];
  let arguments = (ins I64Attr:$collective, Variadic<Rt_Buffer>:$sources,
                       Variadic<Rt_Buffer>:$destinations, Optional<Rt_Buffer>:$scratch, I64Attr:$id);
  let assemblyFormat = "$collective `(` $sources `)` `into` `(` $destinations `)` (`scratch` `(` $scratch^ `)`)? attr-dict";
}

def Rt_WaitOp : Rt_Op<"wait"> {
  let summary = "Waits for a collective; leaves the program when it fails";
  let description = "Example: `rt.wait 0 {id = 4 : i64}`";
  let arguments = (ins I64Attr:$collective, I64Attr:$id);
  let assemblyFormat = "$collective attr-dict";
}

def Rt_PollOp : Rt_Op<"poll"> {
  let summary = "Lets collectives that are under way make progress";
  let description = "Example: `rt.poll`";
  let assemblyFormat = "attr-dict";
}

#endif // DIALECTS_RT_IR_RTDIALECT_TD
