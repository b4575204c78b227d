// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types and base classes that the operation files share.
#ifndef DIALECTS_LC_IR_LCBASE_TD
#define DIALECTS_LC_IR_LCBASE_TD

include "dialects/lc/IR/LcDialect.td"
include "dialects/lc/IR/LcEnums.td"
include "dialects/lc/IR/LcInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Lc_Float : AnyTypeOf<[F64, F32, F16, BF16]>;
def Lc_Int : AnyTypeOf<[I64, I32, I16, I8, UI8]>;
def Lc_Element : AnyTypeOf<[Lc_Float, Lc_Int, I1]>;

def Lc_Tensor : RankedTensorOf<[Lc_Element]>;
def Lc_FloatTensor : RankedTensorOf<[Lc_Float]>;
def Lc_NumberTensor : RankedTensorOf<[Lc_Float, Lc_Int]>;
def Lc_IntTensor : RankedTensorOf<[Lc_Int]>;
def Lc_IntegralTensor : RankedTensorOf<[Lc_Int, I1]>;
def Lc_BoolTensor : RankedTensorOf<[I1]>;
def Lc_IndexTensor : RankedTensorOf<[I64, I32]>;
def Lc_I64Tensor : RankedTensorOf<[I64]>;

defvar Lc_Gradient = DeclareOpInterfaceMethods<Lc_Differentiable>;

// Of an operation on `type`: bool and bit patterns have no gradients.
class Lc_GradientFor<TypeConstraint type> {
  list<Trait> traits = !if(!or(!eq(type, Lc_FloatTensor), !eq(type, Lc_NumberTensor)), [Lc_Gradient], []<Trait>);
}

class Lc_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lc_Dialect, mnemonic, !listconcat([Pure], traits)>;

// An operation whose result type follows from its operands and attributes; the
// inference is also its verifier and holds the numbered rules.
class Lc_InferredOp<string mnemonic, list<Trait> traits = []>
    : Lc_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // DIALECTS_LC_IR_LCBASE_TD
