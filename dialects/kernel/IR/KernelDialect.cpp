// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel dialect: registration and rules.
#include "dialects/kernel/IR/KernelDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile::kernel;

#include "dialects/kernel/IR/KernelDialect.cpp.inc"
#include "dialects/kernel/IR/KernelEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/IR/KernelAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/kernel/IR/KernelOps.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/kernel/IR/KernelAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/kernel/IR/KernelOps.cpp.inc"
      >();
}

LogicalResult RegionOp::verify() {
  Block &block = getBody().front();
  if (block.getArgumentTypes() != getInputs().getTypes())
    return emitOpError() << "expected arguments of types "
                         << getInputs().getTypes() << ", found "
                         << block.getArgumentTypes() << " (region_c1)";
  auto yield = cast<YieldOp>(block.getTerminator());
  if (yield.getValues().getTypes() != getResultTypes())
    return emitOpError() << "expected values of types " << getResultTypes()
                         << ", found " << yield.getValues().getTypes()
                         << " (region_c2)";
  return success();
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &table) {
  auto callee =
      table.lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  auto type =
      FunctionType::get(getContext(), getOperandTypes(), getResultTypes());
  if (!callee || !getUnit(callee))
    return emitOpError() << "expected '" << getCallee()
                         << "' to be a function with a unit (call_c1)";
  if (callee.getFunctionType() != type)
    return emitOpError() << "expected type " << callee.getFunctionType()
                         << ", found " << type << " (call_c1)";
  return success();
}

std::optional<Unit> lcompile::kernel::getUnit(func::FuncOp function) {
  if (auto attr =
          function->getAttrOfType<UnitAttr>(KernelDialect::unitAttrName))
    return attr.getValue();
  return std::nullopt;
}
