// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What passes ask of an operation that communicates.
#ifndef DIALECTS_CCL_IR_CCLINTERFACES_TD
#define DIALECTS_CCL_IR_CCLINTERFACES_TD

include "mlir/IR/OpBase.td"

def Ccl_Collective : OpInterface<"Collective"> {
  let cppNamespace = "::lcompile::ccl";
  let description = [{
    Every operation that communicates has it, so that no pass overlooks one. The
    operands are the tensors that go in.
  }];
  let methods = [
    InterfaceMethod<"What it does.", "::lcompile::ccl::Kind", "getKind">,
    InterfaceMethod<"How it reduces; none when it only moves.",
      "std::optional<::lcompile::ccl::Red>", "getReduction">,
    InterfaceMethod<"What reports call its tensors, one name each.", "::mlir::ArrayAttr", "getNames">,
    InterfaceMethod<"The rank or distance that some kinds need.", "uint64_t", "getRoot">
  ];
}

#endif // DIALECTS_CCL_IR_CCLINTERFACES_TD
