// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the ranges of symbols say about expressions and relations.
#include "lib/Import/ExportedProgram/SymbolicExpr.h"

#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace lcompile::import {

static constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
static constexpr int64_t highest = std::numeric_limits<int64_t>::max();
static constexpr lc::Range anything = {lowest, highest};

static int64_t addBound(int64_t a, int64_t b) {
  if (a == highest || b == highest)
    return highest;
  if (a == lowest || b == lowest)
    return lowest;
  return llvm::checkedAdd(a, b).value_or(a > 0 ? highest : lowest);
}

static int64_t mulBound(int64_t a, int64_t b) {
  if (a == 0 || b == 0)
    return 0;
  bool infinite = a == highest || a == lowest || b == highest || b == lowest;
  int64_t bound = (a > 0) == (b > 0) ? highest : lowest;
  return infinite ? bound : llvm::checkedMul(a, b).value_or(bound);
}

static lc::Range add(lc::Range a, lc::Range b) {
  // A sum of opposite infinities says nothing.
  int64_t min =
      a.min == lowest || b.min == lowest ? lowest : addBound(a.min, b.min);
  int64_t max =
      a.max == highest || b.max == highest ? highest : addBound(a.max, b.max);
  return {min, max};
}

static lc::Range multiply(lc::Range a, lc::Range b) {
  int64_t p[] = {mulBound(a.min, b.min), mulBound(a.min, b.max),
                 mulBound(a.max, b.min), mulBound(a.max, b.max)};
  return {*std::min_element(p, p + 4), *std::max_element(p, p + 4)};
}

static lc::Range divide(lc::Range a, lc::Range b, bool up) {
  if (b.min <= 0)
    return anything;
  auto one = [&](int64_t x, int64_t y) {
    if (x == lowest || x == highest)
      return x;
    return up ? llvm::divideCeilSigned(x, y) : llvm::divideFloorSigned(x, y);
  };
  return {std::min(one(a.min, b.min), one(a.min, b.max)),
          std::max(one(a.max, b.min), one(a.max, b.max))};
}

lc::Range SymbolTable::boundsOf(const SymExpr &expr) const {
  if (expr.kind == SymExpr::Integer)
    return {expr.value, expr.value};
  if (expr.kind == SymExpr::Symbol) {
    auto it = ranges.find(expr.name);
    if (it != ranges.end())
      return it->second;
    return {expr.positive ? 1 : lowest, highest};
  }
  StringRef name = expr.name;
  SmallVector<lc::Range> operands;
  for (const SymExpr &operand : expr.operands)
    operands.push_back(boundsOf(operand));
  if (name == "Identity" && operands.size() == 1)
    return operands[0];
  if (operands.size() < 2)
    return anything;
  lc::Range result = operands[0];
  if (name == "Add" || name == "Mul" || name == "Max" || name == "Min") {
    for (lc::Range next : llvm::drop_begin(operands)) {
      if (name == "Add")
        result = add(result, next);
      else if (name == "Mul")
        result = multiply(result, next);
      else if (name == "Max")
        result = {std::max(result.min, next.min),
                  std::max(result.max, next.max)};
      else
        result = {std::min(result.min, next.min),
                  std::min(result.max, next.max)};
    }
    return result;
  }
  if (operands.size() != 2)
    return anything;
  if (name == "FloorDiv" || name == "CleanDiv")
    return divide(operands[0], operands[1], /*up=*/false);
  if (name == "CeilDiv")
    return divide(operands[0], operands[1], /*up=*/true);
  if ((name == "Mod" || name == "PythonMod") && operands[1].min > 0)
    return {0, operands[1].max == highest ? highest : operands[1].max - 1};
  if ((name == "Pow" || name == "PowByNatural") && operands[0].min >= 0 &&
      expr.operands[1].kind == SymExpr::Integer && expr.operands[1].value == 2)
    return multiply(operands[0], operands[0]);
  return anything;
}

lc::Range SymbolTable::boundsOfDifference(const SymExpr &lhs,
                                          const SymExpr &rhs) const {
  SymExpr minusOne, negated, difference;
  minusOne.value = -1;
  std::optional<LinearForm> l = linearForm(lhs), r = linearForm(rhs);
  if (l && r && l->symbol == r->symbol) {
    std::optional<int64_t> factor = llvm::checkedSub(l->factor, r->factor);
    std::optional<int64_t> offset = llvm::checkedSub(l->offset, r->offset);
    if (factor && offset) {
      SymExpr symbol;
      symbol.kind = SymExpr::Symbol;
      symbol.name = l->symbol;
      lc::Range scaled = multiply(boundsOf(symbol), {*factor, *factor});
      return add(scaled, {*offset, *offset});
    }
  }
  negated.kind = difference.kind = SymExpr::Call;
  negated.name = "Mul";
  negated.operands = {minusOne, rhs};
  difference.name = "Add";
  difference.operands = {lhs, negated};
  return boundsOf(difference);
}

std::optional<bool> SymbolTable::decide(const SymExpr &relation) const {
  StringRef name = relation.name;
  if (relation.kind != SymExpr::Call)
    return std::nullopt;
  if (name == "true" || name == "false")
    return name == "true";
  if (name == "Not" && relation.operands.size() == 1) {
    std::optional<bool> inner = decide(relation.operands[0]);
    return inner ? std::optional<bool>(!*inner) : std::nullopt;
  }
  if (name == "And" || name == "Or") {
    bool all = true;
    for (const SymExpr &operand : relation.operands) {
      std::optional<bool> one = decide(operand);
      if (one && *one == (name == "Or"))
        return *one;
      all &= one.has_value();
    }
    return all ? std::optional<bool>(name == "And") : std::nullopt;
  }
  if (relation.operands.size() != 2)
    return std::nullopt;
  lc::Range d = boundsOfDifference(relation.operands[0], relation.operands[1]);
  auto known = [](bool yes, bool no) {
    return yes || no ? std::optional<bool>(yes) : std::nullopt;
  };
  bool zero = d.min == 0 && d.max == 0, apart = d.min > 0 || d.max < 0;
  if (name == "StrictGreaterThan")
    return known(d.min > 0, d.max <= 0);
  if (name == "GreaterThan")
    return known(d.min >= 0, d.max < 0);
  if (name == "StrictLessThan")
    return known(d.max < 0, d.min >= 0);
  if (name == "LessThan")
    return known(d.max <= 0, d.min > 0);
  if (name == "Equality" || name == "Eq")
    return known(zero, apart);
  if (name == "Unequality" || name == "Ne")
    return known(apart, zero);
  return std::nullopt;
}

bool SymbolTable::narrow(StringRef name, int64_t min, int64_t max) {
  lc::Range &range =
      ranges.try_emplace(name, lc::Range{0, highest}).first->second;
  range = {std::max(range.min, min), std::min(range.max, max)};
  return range.min <= range.max;
}

std::optional<lc::Range> SymbolTable::getRange(StringRef name) const {
  auto it = ranges.find(name);
  return it == ranges.end() ? std::nullopt : std::optional(it->second);
}

} // namespace lcompile::import
