// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Symbolic sizes: their two notations, their affine forms, and what ranges
// decide.
#include "lib/Import/ExportedProgram/SymbolicExpr.h"

#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace lcompile;
using namespace lcompile::import;

namespace {
class SymbolicExprTest : public testing::Test {
protected:
  SymbolicExprTest() : table(&ctx) {
    table.setRange("a", {1, 32});
    table.setRange("b", {2, std::numeric_limits<int64_t>::max()});
    table.setRange("u0", {0, 5});
    table.define("a", mlir::getAffineSymbolExpr(0, &ctx));
    table.define("b", mlir::getAffineSymbolExpr(1, &ctx));
  }

  static std::string symbols(std::string text) {
    // $a stands for the notation of a symbol, #2 for that of an integer.
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '$') {
        size_t end = text.find_first_of(",) ", i);
        result += "Symbol('" + text.substr(i + 1, end - i - 1) +
                  "', positive=True, integer=True)";
        i = end - 1;
      } else if (text[i] == '#') {
        size_t end = text.find_first_of(",)", i);
        result += "Integer(" + text.substr(i + 1, end - i - 1) + ")";
        i = end - 1;
      } else {
        result += text[i];
      }
    }
    return result;
  }

  std::string lower(const std::string &text) {
    std::string error;
    std::optional<SymExpr> expr = parseSymExpr(symbols(text), error);
    if (!expr)
      return "error: " + error;
    mlir::AffineExpr affine = table.lower(*expr, error);
    if (!affine)
      return "no: " + error;
    std::string result;
    llvm::raw_string_ostream(result) << affine;
    return result;
  }

  std::string decide(const std::string &text) {
    std::string error;
    std::optional<SymExpr> expr = parseSymExpr(symbols(text), error);
    if (!expr)
      return "error: " + error;
    std::optional<bool> value = table.decide(*expr);
    return !value ? "unknown" : *value ? "true" : "false";
  }

  mlir::MLIRContext ctx;
  SymbolTable table;
};
} // namespace

TEST_F(SymbolicExprTest, LowersArithmetic) {
  EXPECT_EQ(lower("Integer(7)"), "7");
  EXPECT_EQ(lower("Add($a, #1)"), "s0 + 1");
  EXPECT_EQ(lower("Mul(#2, $a)"), "s0 * 2");
  EXPECT_EQ(lower("Add(Mul(#4, $a), $b, #-3)"), "s0 * 4 + s1 - 3");
  EXPECT_EQ(lower("FloorDiv(Add($a, #-1), #2)"), "(s0 - 1) floordiv 2");
  EXPECT_EQ(lower("CeilDiv($a, #2)"), "s0 ceildiv 2");
  EXPECT_EQ(lower("Mod($a, #3)"), "s0 mod 3");
  EXPECT_EQ(lower("PythonMod($a, #3)"), "s0 mod 3");
  EXPECT_EQ(lower("ModularIndexing($a, #2, #3)"), "(s0 floordiv 2) mod 3");
  EXPECT_EQ(lower("Pow($a, #2)"), "s0 * s0");
  EXPECT_EQ(lower("LShift($a, #3)"), "s0 * 8");
  EXPECT_EQ(lower("CeilToInt(IntTrueDiv($a, #2))"), "s0 ceildiv 2");
  EXPECT_EQ(lower("FloorToInt(IntTrueDiv($a, #2))"), "s0 floordiv 2");
}

TEST_F(SymbolicExprTest, CancelsCommonParts) {
  EXPECT_EQ(lower("FloorDiv(Mul(#4, $a), #4)"), "s0");
  EXPECT_EQ(lower("Add($a, Mul(#-1, $a))"), "0");
}

TEST_F(SymbolicExprTest, ChoosesMaximumThatRangesDecide) {
  EXPECT_EQ(lower("Max(#1, $a)"), "s0");
  EXPECT_EQ(lower("Min($a, Add($a, #1))"), "s0");
  EXPECT_EQ(lower("Min(#32, $a)"), "s0");
  EXPECT_EQ(lower("Max($a, $b)"), "no: sizes with Max are not supported");
}

TEST_F(SymbolicExprTest, RefusesWhatIsNoAffineSize) {
  EXPECT_EQ(lower("Symbol('zz', integer=True)"),
            "no: 'zz' is only known at run time");
  EXPECT_EQ(lower("FloorDiv($a, Add($a, #-1))"),
            "no: a divisor may be zero or negative");
  EXPECT_EQ(lower("FloorDiv($a, #0)"), "no: a divisor may be zero or negative");
  EXPECT_EQ(lower("Mul(Rational(1, 2), $a)"),
            "no: sizes with Rational are not supported");
  EXPECT_EQ(lower("Pow($a, #-1)"), "no: sizes with Pow are not supported");
  EXPECT_EQ(lower("ToFloat($a)"), "no: sizes with ToFloat are not supported");
  EXPECT_EQ(lower("Mul(#281474976710656, #281474976710656, $a)"),
            "no: its coefficients are too large");
}

TEST_F(SymbolicExprTest, RefusesBrokenText) {
  for (const char *text :
       {"", "Add(", "Add(Integer(1)", "Integer()", "Integer(x)", "Symbol()",
        "Symbol('a'", "Symbol('a b')", "Symbol('a', positive)", "1 2",
        "Add(1,,2)", "Integer(99999999999999999999)",
        "Integer(9223372036854775807)", "foo", ")"})
    EXPECT_EQ(lower(text).substr(0, 6), "error:") << text;
}

TEST_F(SymbolicExprTest, LimitsDepthAndSize) {
  std::string deep, wide = "Add(#1";
  for (int i = 0; i < 100000; ++i)
    deep += "Add(";
  EXPECT_EQ(lower(deep), "error: the expression is too large");
  for (int i = 0; i < 5000; ++i)
    wide += ", #1";
  EXPECT_EQ(lower(wide + ")"), "error: the expression is too large");
  std::string error, sum = "a";
  for (int i = 0; i < 5000; ++i)
    sum += " + a";
  EXPECT_FALSE(parseInfixExpr(sum, error));
  EXPECT_FALSE(parseInfixExpr(std::string(100000, '('), error));
  EXPECT_FALSE(parseInfixExpr(std::string(100000, '-'), error));
}

TEST_F(SymbolicExprTest, ReadsInfix) {
  auto linear = [](llvm::StringRef text) -> std::string {
    std::string error;
    std::optional<SymExpr> expr = parseInfixExpr(text, error);
    if (!expr)
      return "error: " + error;
    std::optional<LinearForm> form = linearForm(*expr);
    if (!form)
      return "not linear";
    return std::to_string(form->factor) + "*" + form->symbol + "+" +
           std::to_string(form->offset);
  };
  EXPECT_EQ(linear("s77"), "1*s77+0");
  EXPECT_EQ(linear("4*s69"), "4*s69+0");
  EXPECT_EQ(linear("s77 + 1"), "1*s77+1");
  EXPECT_EQ(linear("2*(s0 - 3) - s0"), "1*s0+-6");
  EXPECT_EQ(linear("s0 - s0 + 5"), "0*+5");
  EXPECT_EQ(linear("-s0"), "-1*s0+0");
  EXPECT_EQ(linear("s0*s1"), "not linear");
  EXPECT_EQ(linear("s0 + s1"), "not linear");
  EXPECT_EQ(linear("s0//2"), "not linear");
  EXPECT_EQ(linear("Max(s0, 3)"), "not linear");
  EXPECT_EQ(linear("s0 +"), "error: expected a symbol or number, found ''");
}

TEST_F(SymbolicExprTest, DecidesRelations) {
  EXPECT_EQ(decide("StrictGreaterThan($a, #0)"), "true");
  EXPECT_EQ(decide("StrictGreaterThan($a, #32)"), "false");
  EXPECT_EQ(decide("StrictGreaterThan($a, #4)"), "unknown");
  EXPECT_EQ(decide("GreaterThan($u0, #0)"), "true");
  EXPECT_EQ(decide("LessThan($u0, #5)"), "true");
  EXPECT_EQ(decide("LessThan($b, #5)"), "unknown");
  EXPECT_EQ(decide("StrictLessThan($a, Add($a, #1))"), "true");
  EXPECT_EQ(decide("Equality($a, $a)"), "true");
  EXPECT_EQ(decide("Unequality($a, #0)"), "true");
  EXPECT_EQ(decide("Equality($a, #40)"), "false");
  EXPECT_EQ(decide("Not(Equality($a, #40))"), "true");
  EXPECT_EQ(decide("And(GreaterThan($a, #1), LessThan($a, #32))"), "true");
  EXPECT_EQ(decide("Or(Equality($a, #4), LessThan($a, #32))"), "true");
  EXPECT_EQ(decide("And(Equality($a, #4), LessThan($a, #32))"), "unknown");
  EXPECT_EQ(decide("Equality(Symbol('zz', integer=True), #4)"), "unknown");
}
