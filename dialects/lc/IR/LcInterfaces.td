// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What passes may ask of an lc operation without knowing which one it is.
#ifndef DIALECTS_LC_IR_LCINTERFACES_TD
#define DIALECTS_LC_IR_LCINTERFACES_TD

include "mlir/IR/OpBase.td"

def Lc_Elementwise : OpInterface<"Elementwise"> {
  let cppNamespace = "::lcompile::lc";
  let description = [{
    Every element of the result depends on the elements of the operands at the
    same place. All tensor operands have the shape of the result. The one method
    is the whole meaning of the operation: code generation for every target and
    constant evaluation use it.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the operation for one element, or for a vector of them: the
        operands are scalars or vectors of `computeType` of the operands'
        element types, and so is the result.
      }],
      "::mlir::Value", "buildBody",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::ValueRange":$operands)>
  ];
}

def Lc_Decomposable : OpInterface<"Decomposable"> {
  let cppNamespace = "::lcompile::lc";
  let description = [{
    The operation can be written with simpler lc operations. Used only where a
    target has no kernel for the whole.
  }];
  let methods = [
    InterfaceMethod<"Builds the equal of the operation before it and returns the results.",
      "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "decompose",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder)>
  ];
}

def Lc_Differentiable : OpInterface<"Differentiable"> {
  let cppNamespace = "::lcompile::lc";
  let description = [{
    The operation has a vector-Jacobian product. What has none but is Decomposable
    is decomposed first.
  }];
  let methods = [
    InterfaceMethod<[{
        Gives each operand that wants it the gradient that follows from those of the
        results; operands without influence (steps) are given nothing. Fails with an
        error at the operation where there is no rule for its attributes.
      }],
      "::llvm::LogicalResult", "differentiate",
      (ins "::lcompile::lc::GradientBuilder &":$gradients)>
  ];
}

def Lc_View : OpInterface<"View"> {
  let cppNamespace = "::lcompile::lc";
  let description = [{
    The result holds elements of operand 0 in other places and computes nothing.
    The method is the place: kernels read through views instead of copying.
  }];
  let methods = [
    InterfaceMethod<[{
        The place in the operand of the element of the result at `place`, both as
        one affine expression a dimension over the same dimensions and symbols.
        Fails when it is not affine (padding, for example).
      }],
      "::mlir::LogicalResult", "mapToSource",
      (ins "::llvm::ArrayRef<::mlir::AffineExpr>":$place,
           "::llvm::SmallVectorImpl<::mlir::AffineExpr> &":$source)>
  ];
}

#endif // DIALECTS_LC_IR_LCINTERFACES_TD
