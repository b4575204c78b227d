// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ccl dialect: registration, and the parts that ranks own.
#include "dialects/ccl/IR/CclDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::ccl;

#include "dialects/ccl/IR/CclDialect.cpp.inc"
#include "dialects/ccl/IR/CclEnums.cpp.inc"
#include "dialects/ccl/IR/CclInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/ccl/IR/CclAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/ccl/IR/CclTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/ccl/IR/CclOps.cpp.inc"

void CclDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/ccl/IR/CclAttributes.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/ccl/IR/CclTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/ccl/IR/CclOps.cpp.inc"
      >();
}

Type FutureType::parse(AsmParser &parser) {
  SmallVector<Type> results;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, [&] {
        return parser.parseType(results.emplace_back());
      }))
    return {};
  return get(parser.getContext(), results);
}

void FutureType::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(getResults(), printer);
  printer << '>';
}

static func::FuncOp functionOf(Operation *op) {
  if (auto function = dyn_cast<func::FuncOp>(op))
    return function;
  return op->getParentOfType<func::FuncOp>();
}

static int64_t integerOf(Operation *op, StringRef name, int64_t otherwise) {
  func::FuncOp function = functionOf(op);
  auto attr =
      function ? function->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
  return attr ? attr.getInt() : otherwise;
}

int64_t ccl::worldOf(Operation *op) {
  return integerOf(op, CclDialect::worldAttrName, 1);
}

/// The rank of the caller; 0 in a function of one rank.
static AffineExpr rankOf(Operation *op) {
  int64_t index = integerOf(op, CclDialect::rankAttrName, -1);
  MLIRContext *ctx = op->getContext();
  return index < 0 ? getAffineConstantExpr(0, ctx)
                   : getAffineSymbolExpr(index, ctx);
}

// With elements = q N + m, rank r begins at r q + floor(r m / N). Written so
// that the bounds of the rank bound the size exactly.
AffineExpr ccl::partSize(Operation *op, int64_t elements) {
  int64_t world = worldOf(op), rest = elements % world;
  AffineExpr size = lc::constant(op->getContext(), elements / world);
  if (rest)
    size = size + ((rankOf(op) * rest) % world + rest).floorDiv(world);
  return lc::simplify(size);
}

AffineExpr ccl::partBegin(Operation *op, int64_t elements) {
  int64_t world = worldOf(op), rest = elements % world;
  AffineExpr rank = rankOf(op);
  return lc::simplify(rank * (elements / world) +
                      (rank * rest).floorDiv(world));
}

RankedTensorType ccl::partType(Operation *op, RankedTensorType whole) {
  return lc::makeTensorType({partSize(op, whole.getNumElements())},
                            whole.getElementType());
}

RankedTensorType ccl::resultType(Operation *op, Kind kind,
                                 RankedTensorType operand) {
  switch (kind) {
  case Kind::reduce_scatter:
  case Kind::scatter:
    return partType(op, operand);
  case Kind::all_gather:
  case Kind::gather:
    return {};
  default:
    return operand;
  }
}
