// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules and folds of constants and scalars; bodies of the interfaces.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile::lc;

#include "dialects/lc/IR/LcInterfaces.cpp.inc"

Operation *LcDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                          Type type, Location loc) {
  if (auto elements = dyn_cast<ElementsAttr>(value))
    return ConstantOp::create(builder, loc, type, elements);
  return nullptr;
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult FullOp::verify() {
  Type element = getType().getElementType(), found = getValue().getType();
  if (found != element)
    return emitOpError() << "expected a value of " << element << ", found "
                         << found << " (full_c1)";
  return success();
}

LogicalResult IotaOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (type.getRank() != 1 || getStart().getType() != type.getElementType() ||
      getStep().getType() != type.getElementType())
    return emitOpError() << "expected rank 1 and start and step of its element "
                            "type, found "
                         << type << " (iota_c1)";
  return success();
}

LogicalResult ItemOp::verify() {
  Type element = cast<RankedTensorType>(getInput().getType()).getElementType();
  if (getType() != element)
    return emitOpError() << "expected " << element << ", found " << getType()
                         << " (item_c1)";
  return success();
}

LogicalResult ScalarOp::verify() {
  Type element = getType().getElementType();
  if (getInput().getType() != element)
    return emitOpError() << "expected a tensor of " << getInput().getType()
                         << ", found one of " << element << " (scalar_c1)";
  return success();
}

// lc.item and lc.scalar undo each other.
OpFoldResult ItemOp::fold(FoldAdaptor) {
  if (auto scalar = getInput().getDefiningOp<ScalarOp>())
    return scalar.getInput();
  return {};
}

OpFoldResult ScalarOp::fold(FoldAdaptor) {
  if (auto item = getInput().getDefiningOp<ItemOp>())
    return item.getInput();
  return {};
}
