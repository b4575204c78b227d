// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lc dialect: registration, attributes and their rules.
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/lc/IR/ParseExprs.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile::lc;

#include "dialects/lc/IR/LcDialect.cpp.inc"
#include "dialects/lc/IR/LcEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/lc/IR/LcAttributes.cpp.inc"

namespace {
struct Inliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
};

struct AsmNames : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;
  AliasResult getAlias(Attribute attr, raw_ostream &os) const final {
    if (!isa<DimsAttr>(attr))
      return AliasResult::NoAlias;
    os << "dims";
    return AliasResult::OverridableAlias;
  }
};
} // namespace

void LcDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/lc/IR/LcAttributes.cpp.inc"
      >();
}

void LcDialect::initialize() {
  weights = std::make_unique<WeightStore>();
  registerAttributes();
  registerLcDialectOperations(this);
  addInterfaces<Inliner, AsmNames>();
}

//===----------------------------------------------------------------------===//
// #lc.dims
//===----------------------------------------------------------------------===//

DimsAttr DimsAttr::get(ArrayRef<AffineExpr> exprs, MLIRContext *ctx) {
  SmallVector<AffineExpr> simple;
  unsigned symbols = 0;
  for (AffineExpr expr : exprs) {
    simple.push_back(simplify(expr));
    simple.back().walk([&](AffineExpr e) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
        symbols = std::max(symbols, symbol.getPosition() + 1);
    });
  }
  return get(ctx, AffineMap::get(0, symbols, simple, ctx));
}

ParseResult lcompile::lc::parseExprs(AsmParser &parser,
                                     SmallVectorImpl<AffineExpr> &exprs) {
  // The names s0, s1, ... stand for the function's symbols.
  static constexpr unsigned maxSymbols = 64;
  SmallVector<std::string> names;
  for (unsigned i = 0; i < maxSymbols; ++i)
    names.push_back("s" + std::to_string(i));
  SmallVector<std::pair<StringRef, AffineExpr>> symbols;
  for (auto [i, name] : llvm::enumerate(names))
    symbols.emplace_back(name, getAffineSymbolExpr(i, parser.getContext()));
  return parser.parseCommaSeparatedList([&]() -> ParseResult {
    return parser.parseAffineExpr(symbols, exprs.emplace_back());
  });
}

Attribute DimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<AffineExpr> exprs;
  if (parser.parseLess())
    return {};
  if (failed(parser.parseOptionalGreater()) &&
      (parseExprs(parser, exprs) || parser.parseGreater()))
    return {};
  return get(exprs, parser.getContext());
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(getExprs(), printer.getStream());
  printer << '>';
}

LogicalResult
DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                         function_ref<InFlightDiagnostic()> emitError) const {
  if (getExprs().size() != shape.size())
    return emitError() << "expected " << shape.size() << " sizes, found "
                       << getExprs().size() << " (dims_c1)";
  for (auto [i, size] : llvm::enumerate(shape)) {
    std::optional<int64_t> value = getConstant(getExprs()[i]);
    bool isStatic = !ShapedType::isDynamic(size);
    if (isStatic != value.has_value() || (value && *value != size))
      return emitError() << "size of dimension " << i
                         << " does not agree with its expression (dims_c1)";
  }
  return success();
}

LogicalResult SymbolAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef name, int64_t min, int64_t max,
                                 int64_t divisor) {
  if (min < 0 || max < min)
    return emitError() << "expected 0 <= min <= max, found " << min << " and "
                       << max << " (symbol_c1)";
  if (divisor < 1)
    return emitError() << "expected a positive divisor, found " << divisor
                       << " (symbol_c1)";
  return success();
}

LogicalResult LcDialect::verifyOperationAttribute(Operation *op,
                                                  NamedAttribute attr) {
  if (attr.getName() != symbolsAttrName)
    return success();
  auto list = dyn_cast<ArrayAttr>(attr.getValue());
  if (!list || !llvm::all_of(list, llvm::IsaPred<SymbolAttr>))
    return op->emitOpError() << "expected '" << symbolsAttrName
                             << "' to be an array of #lc.symbol";
  return success();
}
