// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Symbolic sizes in affine form.
#include "lib/Import/ExportedProgram/SymbolicExpr.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"
#include <cmath>

using namespace mlir;

namespace lcompile::import {

/// An upper bound of every coefficient that simplification can form, so that
/// its arithmetic stays inside of 64 bits.
static double magnitudeOf(const SymExpr &expr) {
  if (expr.kind == SymExpr::Integer)
    return std::abs(double(expr.value)) + 1;
  if (expr.kind == SymExpr::Symbol)
    return 1;
  double sum = 0, product = 1;
  for (const SymExpr &operand : expr.operands) {
    double one = magnitudeOf(operand);
    sum += one;
    product *= std::max(one, 1.0);
  }
  if (expr.name.starts_with("Pow") && !expr.operands.empty())
    product *= std::pow(magnitudeOf(expr.operands[0]), 3);
  if (expr.name == "LShift")
    product *= double(1 << 30);
  return std::max(sum, product);
}

AffineExpr SymbolTable::lower(const SymExpr &expr, std::string &why) const {
  if (expr.kind == SymExpr::Integer)
    return getAffineConstantExpr(expr.value, ctx);
  if (expr.kind == SymExpr::Symbol) {
    AffineExpr value = known.lookup(expr.name);
    if (!value)
      why = "'" + expr.name + "' is only known at run time";
    return value;
  }
  if (magnitudeOf(expr) > double(int64_t(1) << 60)) {
    why = "its coefficients are too large";
    return {};
  }
  AffineExpr result = lowerCall(expr, why);
  if (!result && why.empty())
    why = "sizes with " + expr.name + " are not supported";
  return result ? lc::simplify(result) : result;
}

AffineExpr SymbolTable::lowerCall(const SymExpr &expr, std::string &why) const {
  StringRef name = expr.name;
  ArrayRef<SymExpr> operands = expr.operands;
  auto nested = [&](StringRef inner) -> const SymExpr * {
    return operands.size() == 1 && operands[0].kind == SymExpr::Call &&
                   operands[0].name == inner && operands[0].operands.size() == 2
               ? &operands[0]
               : nullptr;
  };
  // Exact quotients that were rounded: FloorToInt(IntTrueDiv(a, b)).
  if (name == "FloorToInt" || name == "CeilToInt" || name == "TruncToInt") {
    const SymExpr *quotient = nested("IntTrueDiv");
    if (!quotient ||
        (name == "TruncToInt" && boundsOf(quotient->operands[0]).min < 0))
      return {};
    SymExpr whole = *quotient;
    whole.name = name == "CeilToInt" ? "CeilDiv" : "FloorDiv";
    return lower(whole, why);
  }
  if (name == "Identity" && operands.size() == 1)
    return lower(operands[0], why);
  if (operands.empty())
    return {};
  if (name == "Max" || name == "Min") {
    // One operand that is the largest (smallest) for all values of the symbols.
    for (const SymExpr &best : operands)
      if (llvm::all_of(operands, [&](const SymExpr &other) {
            lc::Range d = boundsOfDifference(best, other);
            return &best == &other || (name == "Max" ? d.min >= 0 : d.max <= 0);
          }))
        return lower(best, why);
    return {};
  }
  static constexpr llvm::StringLiteral understood[] = {
      "Add",    "Mul",       "FloorDiv", "CleanDiv",     "CeilDiv",
      "Mod",    "PythonMod", "Pow",      "PowByNatural", "ModularIndexing",
      "LShift", "RShift"};
  if (!llvm::is_contained(understood, name))
    return {};
  SmallVector<AffineExpr> values;
  for (const SymExpr &operand : operands) {
    values.push_back(lower(operand, why));
    if (!values.back())
      return {};
  }
  AffineExpr result = values[0];
  if (name == "Add" || name == "Mul") {
    for (AffineExpr value : llvm::drop_begin(values))
      result = name == "Add" ? result + value : result * value;
    return result;
  }
  if (name == "ModularIndexing" && values.size() == 3 &&
      boundsOf(operands[1]).min > 0 && boundsOf(operands[2]).min > 0)
    return values[0].floorDiv(values[1]) % values[2];
  if (values.size() != 2)
    return {};
  if (name == "Pow" || name == "PowByNatural" || name == "LShift" ||
      name == "RShift") {
    std::optional<int64_t> exponent = lc::getConstant(values[1]);
    if (!exponent || *exponent < 0 || *exponent > 30)
      return {};
    AffineExpr shift = getAffineConstantExpr(int64_t(1) << *exponent, ctx);
    if (name == "LShift")
      return result * shift;
    if (name == "RShift")
      return result.floorDiv(shift);
    if (*exponent == 0 || *exponent > 4)
      return *exponent ? AffineExpr() : getAffineConstantExpr(1, ctx);
    for (int64_t i = 1; i < *exponent; ++i)
      result = result * values[0];
    return result;
  }
  if (boundsOf(operands[1]).min <= 0) {
    why = "a divisor may be zero or negative";
    return {};
  }
  return llvm::StringSwitch<AffineExpr>(name)
      .Cases({"FloorDiv", "CleanDiv"}, result.floorDiv(values[1]))
      .Case("CeilDiv", result.ceilDiv(values[1]))
      .Cases({"Mod", "PythonMod"}, result % values[1])
      .Default({});
}

std::optional<LinearForm> linearForm(const SymExpr &expr) {
  if (expr.kind == SymExpr::Symbol)
    return LinearForm{expr.name, 1, 0};
  if (expr.kind == SymExpr::Integer)
    return LinearForm{"", 0, expr.value};
  if ((expr.name != "Add" && expr.name != "Mul") || expr.operands.empty())
    return std::nullopt;
  std::optional<LinearForm> result;
  for (const SymExpr &operand : expr.operands) {
    std::optional<LinearForm> next = linearForm(operand);
    if (!next)
      return std::nullopt;
    if (!result) {
      result = next;
      continue;
    }
    std::optional<int64_t> factor, offset;
    if (expr.name == "Add") {
      if (result->factor && next->factor && result->symbol != next->symbol)
        return std::nullopt;
      factor = llvm::checkedAdd(result->factor, next->factor);
      offset = llvm::checkedAdd(result->offset, next->offset);
    } else {
      if (result->factor && next->factor)
        return std::nullopt;
      LinearForm &symbolic = result->factor ? *result : *next;
      LinearForm &number = result->factor ? *next : *result;
      factor = llvm::checkedMul(symbolic.factor, number.offset);
      offset = llvm::checkedMul(symbolic.offset, number.offset);
    }
    if (!factor || !offset)
      return std::nullopt;
    StringRef symbol = result->factor ? result->symbol : next->symbol;
    result = LinearForm{*factor ? symbol.str() : "", *factor, *offset};
  }
  return result;
}

} // namespace lcompile::import
