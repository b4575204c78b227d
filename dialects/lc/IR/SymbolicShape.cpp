// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes of tensors as affine expressions of the function's symbols.
#include "dialects/lc/IR/SymbolicShape.h"

#include "mlir/IR/AffineExprVisitor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace lcompile::lc {

Dims getDims(RankedTensorType type) {
  Dims dims;
  auto encoding = dyn_cast_or_null<DimsAttr>(type.getEncoding());
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size))
      dims.push_back(getAffineConstantExpr(size, type.getContext()));
    else
      dims.push_back(encoding ? encoding.getExprs()[i] : AffineExpr());
  }
  return dims;
}

Dims getDims(Value tensor) {
  return getDims(cast<RankedTensorType>(tensor.getType()));
}

RankedTensorType makeTensorType(ArrayRef<AffineExpr> dims, Type element) {
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> exprs;
  bool dynamic = false, known = true;
  for (AffineExpr dim : dims) {
    AffineExpr expr = dim ? simplify(dim) : dim;
    exprs.push_back(expr);
    std::optional<int64_t> value = getConstant(expr);
    shape.push_back(value ? *value : ShapedType::kDynamic);
    dynamic |= !value;
    known &= bool(expr);
  }
  Attribute encoding;
  if (dynamic && known)
    encoding = DimsAttr::get(exprs, element.getContext());
  return RankedTensorType::get(shape, element, encoding);
}

RankedTensorType withElement(RankedTensorType type, Type element) {
  return RankedTensorType::get(type.getShape(), element, type.getEncoding());
}

static unsigned symbolCount(AffineExpr expr) {
  unsigned count = 0;
  expr.walk([&](AffineExpr e) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
      count = std::max(count, symbol.getPosition() + 1);
  });
  return count;
}

bool dividesBySymbols(AffineExpr expr) {
  bool found = false;
  expr.walk([&](AffineExpr e) {
    if (auto binary = dyn_cast<AffineBinaryOpExpr>(e))
      found |= e.getKind() != AffineExprKind::Add &&
               e.getKind() != AffineExprKind::Mul &&
               !isa<AffineConstantExpr>(binary.getRHS());
  });
  return found;
}

AffineExpr simplify(AffineExpr expr) {
  if (!expr || dividesBySymbols(expr))
    return expr;
  return simplifyAffineExpr(expr, 0, symbolCount(expr));
}

AffineExpr constant(MLIRContext *ctx, int64_t value) {
  return getAffineConstantExpr(value, ctx);
}

std::optional<int64_t> getConstant(AffineExpr expr) {
  if (auto c = dyn_cast_or_null<AffineConstantExpr>(expr))
    return c.getValue();
  return std::nullopt;
}

bool isConstant(AffineExpr expr, int64_t value) {
  return getConstant(expr) == value;
}

bool provablyEqual(AffineExpr lhs, AffineExpr rhs) {
  if (!lhs || !rhs)
    return false;
  return lhs == rhs || isConstant(simplify(lhs - rhs), 0);
}

bool provablyDifferent(AffineExpr lhs, AffineExpr rhs) {
  if (!lhs || !rhs)
    return false;
  std::optional<int64_t> difference = getConstant(simplify(lhs - rhs));
  return difference && *difference != 0;
}

AffineExpr numElements(ArrayRef<AffineExpr> dims, MLIRContext *ctx) {
  AffineExpr product = constant(ctx, 1);
  for (AffineExpr dim : dims) {
    if (!dim)
      return {};
    product = product * dim;
  }
  return simplify(product);
}

SmallVector<SymbolAttr> getSymbols(Operation *function) {
  SmallVector<SymbolAttr> symbols;
  if (auto list =
          function->getAttrOfType<ArrayAttr>(LcDialect::symbolsAttrName))
    for (Attribute attr : list)
      symbols.push_back(cast<SymbolAttr>(attr));
  return symbols;
}

int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> symbols) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return c.getValue();
  if (auto s = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[s.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t lhs = evaluate(binary.getLHS(), symbols);
  int64_t rhs = evaluate(binary.getRHS(), symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::FloorDiv:
    return rhs ? llvm::divideFloorSigned(lhs, rhs) : 0;
  case AffineExprKind::CeilDiv:
    return rhs ? llvm::divideCeilSigned(lhs, rhs) : 0;
  case AffineExprKind::Mod:
    return rhs ? llvm::mod(lhs, rhs) : 0;
  default:
    llvm_unreachable("not an operator");
  }
}

namespace {
constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
constexpr int64_t highest = std::numeric_limits<int64_t>::max();

int64_t saturatingAdd(int64_t a, int64_t b) {
  int64_t sum;
  if (a == highest || b == highest)
    return highest;
  if (a == lowest || b == lowest)
    return lowest;
  return llvm::AddOverflow(a, b, sum) ? (a > 0 ? highest : lowest) : sum;
}

int64_t saturatingMul(int64_t a, int64_t b) {
  int64_t product;
  if (a == 0 || b == 0)
    return 0;
  bool infinite = a == highest || a == lowest || b == highest || b == lowest;
  if (infinite || llvm::MulOverflow(a, b, product))
    return (a > 0) == (b > 0) ? highest : lowest;
  return product;
}
} // namespace

Range boundsOf(AffineExpr expr, ArrayRef<SymbolAttr> symbols) {
  if (!expr)
    return {lowest, highest};
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return {c.getValue(), c.getValue()};
  if (auto s = dyn_cast<AffineSymbolExpr>(expr)) {
    if (s.getPosition() >= symbols.size())
      return {0, highest};
    return {symbols[s.getPosition()].getMin(),
            symbols[s.getPosition()].getMax()};
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Range l = boundsOf(binary.getLHS(), symbols);
  Range r = boundsOf(binary.getRHS(), symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return {saturatingAdd(l.min, r.min), saturatingAdd(l.max, r.max)};
  case AffineExprKind::Mul: {
    int64_t p[] = {saturatingMul(l.min, r.min), saturatingMul(l.min, r.max),
                   saturatingMul(l.max, r.min), saturatingMul(l.max, r.max)};
    return {*std::min_element(p, p + 4), *std::max_element(p, p + 4)};
  }
  case AffineExprKind::Mod:
    return {0, r.max == highest ? highest : r.max - 1};
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv: {
    if (r.min <= 0)
      return {lowest, highest};
    bool up = expr.getKind() == AffineExprKind::CeilDiv;
    auto divide = [&](int64_t a, int64_t b) {
      if (a == lowest || a == highest)
        return a;
      return up ? llvm::divideCeilSigned(a, b) : llvm::divideFloorSigned(a, b);
    };
    return {std::min(divide(l.min, r.min), divide(l.min, r.max)),
            std::max(divide(l.max, r.min), divide(l.max, r.max))};
  }
  default:
    return {lowest, highest};
  }
}

std::string toText(AffineExpr expr, ArrayRef<SymbolAttr> symbols) {
  if (!expr)
    return "?";
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return std::to_string(c.getValue());
  if (auto s = dyn_cast<AffineSymbolExpr>(expr))
    return s.getPosition() < symbols.size()
               ? symbols[s.getPosition()].getName().str()
               : "s" + std::to_string(s.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = binary.getLHS(), right = binary.getRHS();
  auto isSum = [](AffineExpr e) { return e.getKind() == AffineExprKind::Add; };
  if (isSum(expr)) {
    // a + b * -2 reads a - b*2.
    std::string sign = " + ";
    auto factor = right.getKind() == AffineExprKind::Mul
                      ? getConstant(cast<AffineBinaryOpExpr>(right).getRHS())
                      : getConstant(right);
    if (factor < 0 && factor) {
      sign = " - ";
      right = simplify(-right);
    }
    std::string rhs = toText(right, symbols);
    return toText(left, symbols) + sign +
           (isSum(right) ? "(" + rhs + ")" : rhs);
  }
  std::string lhs = toText(left, symbols), rhs = toText(right, symbols);
  bool product = expr.getKind() == AffineExprKind::Mul;
  bool flat = product ? left.getKind() == AffineExprKind::Mul : false;
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return "ceil(" + (isSum(left) ? "(" + lhs + ")" : lhs) + "/" +
           (isa<AffineBinaryOpExpr>(right) ? "(" + rhs + ")" : rhs) + ")";
  if (isa<AffineBinaryOpExpr>(left) && !flat)
    lhs = "(" + lhs + ")";
  if (isa<AffineBinaryOpExpr>(right))
    rhs = "(" + rhs + ")";
  return lhs +
         (product                                      ? "*"
          : expr.getKind() == AffineExprKind::FloorDiv ? "//"
                                                       : " % ") +
         rhs;
}

} // namespace lcompile::lc
