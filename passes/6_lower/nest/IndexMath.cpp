// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arithmetic on places: affine expressions over loop axes with known sizes.
#include "passes/6_lower/nest/IndexMath.h"

using namespace mlir;

namespace lcompile::nest {

static unsigned symbolsIn(AffineExpr expr) {
  unsigned count = 0;
  expr.walk([&](AffineExpr e) {
    if (auto s = dyn_cast<AffineSymbolExpr>(e))
      count = std::max(count, s.getPosition() + 1);
  });
  return count;
}

static void collectTerms(AffineExpr expr, SmallVectorImpl<AffineExpr> &terms) {
  if (expr.getKind() == AffineExprKind::Add) {
    auto sum = cast<AffineBinaryOpExpr>(expr);
    collectTerms(sum.getLHS(), terms);
    collectTerms(sum.getRHS(), terms);
    return;
  }
  if (expr.getKind() == AffineExprKind::Mul) { // (a + b) * c: a * c + b * c
    auto product = cast<AffineBinaryOpExpr>(expr);
    SmallVector<AffineExpr> left, right;
    collectTerms(product.getLHS(), left);
    collectTerms(product.getRHS(), right);
    if (left.size() > 1 || right.size() > 1) {
      for (AffineExpr l : left)
        for (AffineExpr r : right)
          terms.push_back(r.isSymbolicOrConstant() ? l * r : r * l);
      return;
    }
  }
  terms.push_back(expr);
}

/// The factors of a product, the constant one apart.
static int64_t collectFactors(AffineExpr expr,
                              SmallVectorImpl<AffineExpr> &out) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return c.getValue();
  if (expr.getKind() == AffineExprKind::Mul) {
    auto product = cast<AffineBinaryOpExpr>(expr);
    int64_t l = collectFactors(product.getLHS(), out);
    return l * collectFactors(product.getRHS(), out);
  }
  out.push_back(expr);
  return 1;
}

/// The sum of the terms, equal products added up. MLIR's own simplification
/// does not cancel products of dimensions and symbols.
static AffineExpr sumOf(ArrayRef<AffineExpr> terms, MLIRContext *ctx) {
  SmallVector<std::pair<SmallVector<AffineExpr>, int64_t>> products;
  for (AffineExpr term : terms) {
    SmallVector<AffineExpr> factors;
    int64_t c = collectFactors(term, factors);
    llvm::sort(factors, [](AffineExpr x, AffineExpr y) {
      return x.getAsOpaquePointer() < y.getAsOpaquePointer();
    });
    auto it =
        llvm::find_if(products, [&](auto &p) { return p.first == factors; });
    if (it == products.end())
      products.push_back({factors, c});
    else
      it->second += c;
  }
  AffineExpr sum = lc::constant(ctx, 0);
  for (auto &[factors, c] : products) {
    if (c == 0)
      continue;
    // Dimensions first: a product may have only one side that is not symbolic.
    llvm::stable_sort(factors, [](AffineExpr x, AffineExpr y) {
      return !x.isSymbolicOrConstant() && y.isSymbolicOrConstant();
    });
    AffineExpr product = lc::constant(ctx, c);
    for (auto [i, factor] : llvm::enumerate(factors))
      product = i == 0 ? factor : product * factor;
    sum = sum + (factors.empty() ? product : product * c);
  }
  return sum;
}

static AffineExpr basic(AffineExpr expr, const Bounds &bounds) {
  if (!lc::dividesBySymbols(expr))
    return simplifyAffineExpr(expr, bounds.sizes.size(), symbolsIn(expr));
  SmallVector<AffineExpr> terms;
  collectTerms(expr, terms);
  return sumOf(terms, expr.getContext());
}

/// term / divisor when the division is exact factor by factor; else null.
static AffineExpr exactQuotient(AffineExpr term, AffineExpr divisor) {
  SmallVector<AffineExpr> top, bottom;
  int64_t t = collectFactors(term, top), d = collectFactors(divisor, bottom);
  if (d == 0 || t % d)
    return {};
  for (AffineExpr factor : bottom) {
    auto it = llvm::find(top, factor);
    if (it == top.end())
      return {};
    top.erase(it);
  }
  AffineExpr result = lc::constant(term.getContext(), t / d);
  for (AffineExpr factor : top)
    result = factor * result;
  return result;
}

/// The largest value of `expr` as an expression of the symbols, or null.
static AffineExpr largest(AffineExpr expr, const Bounds &bounds) {
  SmallVector<AffineExpr> terms;
  collectTerms(expr, terms);
  AffineExpr total = lc::constant(expr.getContext(), 0);
  for (AffineExpr term : terms) {
    SmallVector<AffineExpr> factors;
    int64_t c = collectFactors(term, factors);
    AffineExpr upper = lc::constant(expr.getContext(), c);
    for (AffineExpr factor : factors) {
      if (auto dim = dyn_cast<AffineDimExpr>(factor)) {
        AffineExpr size = bounds.sizes[dim.getPosition()];
        if (!size)
          return {};
        // A negative term is largest where the dimension is 0.
        upper = c < 0 ? lc::constant(expr.getContext(), 0) : upper * (size - 1);
      } else if (factor.isSymbolicOrConstant()) {
        upper = upper * factor;
      } else if (factor.getKind() == AffineExprKind::Mod && c >= 0) {
        upper = upper * (cast<AffineBinaryOpExpr>(factor).getRHS() - 1);
      } else if (factor.getKind() == AffineExprKind::FloorDiv && c >= 0) {
        auto division = cast<AffineBinaryOpExpr>(factor);
        AffineExpr top = largest(division.getLHS(), bounds);
        if (!top)
          return {};
        upper = upper * top.floorDiv(division.getRHS());
      } else {
        return {};
      }
    }
    total = total + upper;
  }
  SmallVector<AffineExpr> parts;
  collectTerms(total, parts);
  return lc::simplify(sumOf(parts, expr.getContext()));
}

bool provablyNotNegative(AffineExpr expr, const Bounds &bounds) {
  // Every term is a product of things that are not negative.
  SmallVector<AffineExpr> terms;
  collectTerms(expr, terms);
  bool all = true;
  for (AffineExpr term : terms) {
    SmallVector<AffineExpr> factors;
    all &= collectFactors(term, factors) >= 0;
    for (AffineExpr factor : factors) {
      if (auto dim = dyn_cast<AffineDimExpr>(factor))
        all &= bool(bounds.sizes[dim.getPosition()]);
      else if (factor.getKind() == AffineExprKind::FloorDiv)
        all &= provablyNotNegative(cast<AffineBinaryOpExpr>(factor).getLHS(),
                                   bounds);
    }
  }
  if (all)
    return true;
  if (!expr.isSymbolicOrConstant())
    return false;
  return lc::boundsOf(lc::simplify(expr), bounds.symbols).min >= 0;
}

bool provablyBelow(AffineExpr lhs, AffineExpr rhs, const Bounds &bounds) {
  AffineExpr top = largest(lhs, bounds);
  if (!top)
    return false;
  SmallVector<AffineExpr> parts;
  collectTerms(rhs - 1 - top, parts);
  AffineExpr room = lc::simplify(sumOf(parts, lhs.getContext()));
  return lc::boundsOf(room, bounds.symbols).min >= 0;
}

AffineExpr simplify(AffineExpr expr, const Bounds &bounds) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr l = simplify(binary.getLHS(), bounds);
  AffineExpr r = simplify(binary.getRHS(), bounds);
  MLIRContext *ctx = expr.getContext();
  AffineExpr zero = lc::constant(ctx, 0);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return basic(l + r, bounds);
  case AffineExprKind::Mul:
    return basic(l * r, bounds);
  case AffineExprKind::Mod:
  case AffineExprKind::FloorDiv: {
    bool isMod = expr.getKind() == AffineExprKind::Mod;
    if (lc::isConstant(r, 1))
      return isMod ? zero : l;
    // Split into what the divisor divides and the rest.
    SmallVector<AffineExpr> terms;
    collectTerms(l, terms);
    AffineExpr whole = zero, rest = zero;
    for (AffineExpr term : terms) {
      if (AffineExpr quotient = exactQuotient(term, r))
        whole = whole + quotient;
      else
        rest = rest + term;
    }
    if (provablyNotNegative(rest, bounds) && provablyBelow(rest, r, bounds))
      return basic(isMod ? rest : whole, bounds);
    if (isMod)
      return basic(rest % r, bounds);
    return basic(whole + rest.floorDiv(r), bounds);
  }
  case AffineExprKind::CeilDiv:
    return basic(l.ceilDiv(r), bounds);
  default:
    return expr;
  }
}

std::optional<int64_t> strideAlong(AffineExpr expr, unsigned axis,
                                   const Bounds &bounds) {
  return lc::getConstant(symbolicStride(expr, axis, bounds));
}

AffineExpr symbolicStride(AffineExpr expr, unsigned axis,
                          const Bounds &bounds) {
  MLIRContext *ctx = expr.getContext();
  SmallVector<AffineExpr> dims;
  for (unsigned i = 0; i < bounds.sizes.size(); ++i) {
    AffineExpr dim = getAffineDimExpr(i, ctx);
    dims.push_back(i == axis ? dim + 1 : dim);
  }
  AffineExpr next = expr.replaceDims(dims);
  SmallVector<AffineExpr> terms;
  collectTerms(next - expr, terms);
  AffineExpr difference = basic(sumOf(terms, ctx), bounds);
  return difference.isSymbolicOrConstant() ? difference : AffineExpr();
}

AffineExpr linearize(ArrayRef<AffineExpr> place, ArrayRef<AffineExpr> sizes,
                     MLIRContext *ctx) {
  AffineExpr offset = lc::constant(ctx, 0);
  for (auto [index, size] : llvm::zip_equal(place, sizes))
    offset = offset * size + index;
  return offset;
}

} // namespace lcompile::nest
