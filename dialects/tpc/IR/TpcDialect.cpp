// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tpc dialect: registration, types and attributes.
#include "dialects/tpc/IR/TpcDialect.h"

#include "dialects/lc/IR/ParseExprs.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::tpc;

#include "dialects/tpc/IR/TpcDialect.cpp.inc"
#include "dialects/tpc/IR/TpcEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/tpc/IR/TpcAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/tpc/IR/TpcTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/tpc/IR/TpcOps.cpp.inc"

void TpcDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/tpc/IR/TpcAttributes.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/tpc/IR/TpcTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/tpc/IR/TpcOps.cpp.inc"
      >();
}

bool tpc::isElement(Type type) {
  if (isa<Float8E4M3FNType, Float8E5M2Type>(type))
    return true;
  if (type.isF32() || type.isBF16() || type.isF16())
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  return integer && !integer.isSigned() &&
         (integer.getWidth() == 8 || integer.getWidth() == 16 ||
          integer.getWidth() == 32);
}

LogicalResult
tpc::TensorType::verify(function_ref<InFlightDiagnostic()> emitError,
                        Type element, unsigned rank) {
  if (!isElement(element))
    return emitError() << "expected an element type of the machine, found "
                       << element; // tensor_c1
  if (rank < 1 || rank > maxRank)
    return emitError() << "expected a rank from 1 to " << maxRank << ", found "
                       << rank; // tensor_c2
  return success();
}

/// `<dim : scale, low, high>`; the expressions are those of #lc.dims.
Attribute RangeAttr::parse(AsmParser &parser, Type) {
  unsigned dim;
  int64_t scale;
  if (parser.parseLess() || parser.parseInteger(dim) || parser.parseColon() ||
      parser.parseInteger(scale) || parser.parseComma())
    return {};
  SmallVector<AffineExpr> bounds;
  if (lc::parseExprs(parser, bounds) || parser.parseGreater())
    return {};
  if (bounds.size() != 2) {
    parser.emitError(parser.getCurrentLocation(),
                     "expected two bounds of a range");
    return {};
  }
  return get(parser.getContext(), dim, scale, bounds[0], bounds[1]);
}

void RangeAttr::print(AsmPrinter &printer) const {
  printer << '<' << getDim() << " : " << getScale() << ", " << getLow() << ", "
          << getHigh() << '>';
}
