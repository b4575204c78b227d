// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tpc dialect: rules of kernels and operations.
#include "dialects/tpc/IR/TpcDialect.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::tpc;

//===----------------------------------------------------------------------===//
// tpc.kernel
//===----------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto build = [](Builder &b, ArrayRef<Type> arguments, ArrayRef<Type> results,
                  function_interface_impl::VariadicFlag, std::string &) {
    return b.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), build,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

unsigned KernelOp::getTensorCount() {
  return llvm::count_if(getArgumentTypes(), llvm::IsaPred<tpc::TensorType>);
}

ArrayRef<AffineExpr> KernelOp::getSpaceExprs() {
  return cast<lc::DimsAttr>(getSpace()).getExprs();
}

AccessAttr KernelOp::getAccessOf(unsigned tensor) {
  return cast<AccessAttr>(getAccess()[tensor]);
}

LogicalResult KernelOp::verify() {
  unsigned tensors = getTensorCount(),
           scalars = getArgumentTypes().size() - tensors;
  for (auto [i, type] : llvm::enumerate(getArgumentTypes())) {
    if (isa<tpc::TensorType>(type) != (i < tensors))
      return emitOpError("expected tensors before scalars"); // kernel_c1
    if (i >= tensors && !type.isInteger(32) && !type.isF32())
      return emitOpError("expected scalars of type i32 or f32, found ")
             << type; // kernel_c1
  }
  if (tensors > maxTensors)
    return emitOpError("expected at most ")
           << maxTensors << " tensors, found " << tensors; // kernel_c1
  if (scalars > maxScalars)
    return emitOpError("expected at most ")
           << maxScalars << " scalars, found " << scalars; // kernel_c1
  auto space = dyn_cast<lc::DimsAttr>(getSpace());
  if (!space || space.getExprs().empty() || space.getExprs().size() > maxRank)
    return emitOpError("expected an index space of 1 to ")
           << maxRank << " dimensions"; // kernel_c2
  if (getAccess().size() != tensors)
    return emitOpError("expected ") << tensors << " access patterns, found "
                                    << getAccess().size(); // kernel_c3
  for (auto [i, attr] : llvm::enumerate(getAccess())) {
    auto access = dyn_cast<AccessAttr>(attr);
    if (!access)
      return emitOpError("expected an access pattern, found ") << attr;
    unsigned rank = cast<tpc::TensorType>(getArgumentTypes()[i]).getRank();
    if (!access.getRanges().empty() && access.getRanges().size() != rank)
      return emitOpError("tensor ")
             << i << ": expected " << rank << " ranges, found "
             << access.getRanges().size(); // kernel_c3
    for (RangeAttr range : access.getRanges())
      if (range.getDim() >= space.getExprs().size())
        return emitOpError("tensor ")
               << i << ": the index space has no dimension "
               << range.getDim(); // kernel_c3
  }
  if (!getResultTypes().empty())
    return emitOpError("expected no results"); // kernel_c4
  return success();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult CoordOp::verify() {
  if (getCoords().size() > maxRank)
    return emitOpError("expected at most ")
           << maxRank << " coordinates, found " << getCoords().size();
  return success();
}

static LogicalResult sameElement(Operation *op, Value tensor, Type other) {
  Type element = cast<tpc::TensorType>(tensor.getType()).getElementType();
  if (getElementTypeOrSelf(other) != element)
    return op->emitOpError("expected elements of type ")
           << element << ", found " << getElementTypeOrSelf(other);
  return success();
}

LogicalResult LdOp::verify() {
  return sameElement(*this, getTensor(), getResult().getType()); // ld_c1
}

LogicalResult StOp::verify() {
  return sameElement(*this, getTensor(), getValue().getType()); // st_c1
}

LogicalResult AddrOp::verify() {
  return sameElement(
      *this, getTensor(),
      cast<AddressType>(getResult().getType()).getElementType()); // addr_c1
}

LogicalResult SpecialOp::verify() {
  bool isBinary = llvm::is_contained(
      {Function::pow, Function::div, Function::mod}, getFunction());
  if (getOperands().size() != (isBinary ? 2 : 1))
    return emitOpError("expected ")
           << (isBinary ? "two operands" : "one operand") << ", found "
           << getOperands().size(); // special_c1
  return success();
}

/// That `parts` are equal and have the lanes of `whole` together.
static LogicalResult verifyParts(Operation *op, Type whole, TypeRange parts) {
  int64_t lanes = 0;
  for (Type part : parts) {
    if (part != parts[0])
      return op->emitOpError("expected registers of one type, found ")
             << parts[0] << " and " << part;
    lanes += cast<VectorType>(part).getNumElements();
  }
  int64_t expected = cast<VectorType>(whole).getNumElements();
  if (lanes != expected)
    return op->emitOpError("expected ")
           << expected << " lanes together, found " << lanes;
  return success();
}

LogicalResult CvtUpOp::verify() { // cvt_up_c1
  return verifyParts(*this, getValue().getType(), getResultTypes());
}

LogicalResult CvtDownOp::verify() { // cvt_down_c1
  return verifyParts(*this, getResult().getType(), getOperandTypes());
}
