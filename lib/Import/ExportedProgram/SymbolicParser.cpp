// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parsers of symbolic sizes: sympy's srepr and Python's infix notation.
#include "lib/Import/ExportedProgram/SymbolicExpr.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace lcompile::import {

namespace {
constexpr unsigned depthLimit = 64, nodeLimit = 1000;
/// Larger constants have no meaning as sizes and could overflow in products.
constexpr int64_t integerLimit = int64_t(1) << 48;

class Parser {
public:
  Parser(StringRef text, std::string &error) : rest(text), error(error) {}

  std::optional<SymExpr> finish(std::optional<SymExpr> expr) {
    skip();
    if (expr && !rest.empty())
      return fail("unexpected '" + rest.take_front(20) + "'");
    return expr;
  }

  std::optional<SymExpr> srepr(unsigned depth);
  std::optional<SymExpr> sum(unsigned depth);

private:
  std::nullopt_t fail(const Twine &what) {
    if (error.empty())
      error = what.str();
    return std::nullopt;
  }
  void skip() { rest = rest.ltrim(); }
  bool eat(StringRef token) {
    skip();
    return rest.consume_front(token);
  }
  StringRef word() {
    skip();
    StringRef name = rest.take_while(
        [](char c) { return isAlnum(c) || c == '_' || c == '.'; });
    rest = rest.drop_front(name.size());
    return name;
  }
  bool count(unsigned depth) {
    if (depth > depthLimit || ++nodes > nodeLimit) {
      fail("the expression is too large");
      return false;
    }
    return true;
  }
  std::optional<SymExpr> integer(StringRef digits);
  std::optional<SymExpr> symbol();
  std::optional<SymExpr> arguments(StringRef name, unsigned depth, bool infix);
  std::optional<SymExpr> product(unsigned depth);
  std::optional<SymExpr> unary(unsigned depth);
  std::optional<SymExpr> atom(unsigned depth);

  StringRef rest;
  std::string &error;
  unsigned nodes = 0;
};

SymExpr makeCall(StringRef name, std::vector<SymExpr> operands) {
  SymExpr expr;
  expr.kind = SymExpr::Call;
  expr.name = name.str();
  expr.operands = std::move(operands);
  return expr;
}

SymExpr makeInteger(int64_t value) {
  SymExpr expr;
  expr.value = value;
  return expr;
}

std::optional<SymExpr> Parser::integer(StringRef digits) {
  int64_t value;
  if (digits.getAsInteger(10, value))
    return fail("expected an integer, found '" + digits.take_front(20) + "'");
  if (value > integerLimit || value < -integerLimit)
    return fail("the integer " + digits + " is too large");
  return makeInteger(value);
}

/// Behind "Symbol(": the quoted name and assumptions such as positive=True.
std::optional<SymExpr> Parser::symbol() {
  SymExpr expr;
  expr.kind = SymExpr::Symbol;
  skip();
  StringRef quote = rest.take_front(1);
  if (quote != "'" && quote != "\"")
    return fail("expected a symbol's name in quotes");
  auto [name, behind] = rest.drop_front().split(quote[0]);
  if (name.empty() || name.size() > 200 ||
      !all_of(name, [](char c) { return isAlnum(c) || c == '_' || c == '.'; }))
    return fail("the name of a symbol is damaged");
  expr.name = name.str();
  rest = behind;
  while (eat(",")) {
    StringRef key = word();
    if (key.empty() || !eat("="))
      return fail("expected an assumption on symbol '" + name + "'");
    bool value = word() == "True";
    expr.positive |= key == "positive" && value;
  }
  if (!eat(")"))
    return fail("expected ')' behind symbol '" + name + "'");
  return expr;
}

/// Operands up to the closing bracket; `name` is the function's.
std::optional<SymExpr> Parser::arguments(StringRef name, unsigned depth,
                                         bool infix) {
  std::vector<SymExpr> operands;
  if (!eat(")")) {
    do {
      std::optional<SymExpr> operand =
          infix ? sum(depth + 1) : srepr(depth + 1);
      if (!operand)
        return std::nullopt;
      operands.push_back(std::move(*operand));
    } while (eat(","));
    if (!eat(")"))
      return fail("expected ')' behind the operands of " + name);
  }
  return makeCall(name, std::move(operands));
}

std::optional<SymExpr> Parser::srepr(unsigned depth) {
  if (!count(depth))
    return std::nullopt;
  skip();
  if (rest.starts_with("-") || (!rest.empty() && isDigit(rest[0]))) {
    bool negative = eat("-");
    StringRef digits = rest.take_while(isDigit);
    rest = rest.drop_front(digits.size());
    std::optional<SymExpr> expr = integer(digits);
    if (expr && negative)
      expr->value = -expr->value;
    return expr;
  }
  StringRef name = word();
  if (name.empty())
    return fail("expected an expression, found '" + rest.take_front(20) + "'");
  if (name == "true" || name == "false" || name == "oo" || name == "int_oo")
    return makeCall(name, {});
  if (!eat("("))
    return fail("expected '(' behind " + name.take_front(40));
  if (name == "Symbol")
    return symbol();
  if (name == "Integer") {
    bool negative = eat("-");
    std::optional<SymExpr> expr = integer(word());
    if (!expr || !eat(")"))
      return fail("expected an integer in Integer(...)");
    expr->value = negative ? -expr->value : expr->value;
    return expr;
  }
  if (name == "Float") { // known to exist, never a size
    auto [number, behind] = rest.split(')');
    rest = behind;
    return makeCall("Float", {});
  }
  return arguments(name, depth, /*infix=*/false);
}

std::optional<SymExpr> Parser::sum(unsigned depth) {
  if (!count(depth))
    return std::nullopt;
  std::optional<SymExpr> left = product(depth + 1);
  while (left) {
    bool minus = false;
    if (eat("-"))
      minus = true;
    else if (!eat("+"))
      return left;
    if (!count(depth))
      return std::nullopt;
    std::optional<SymExpr> right = product(depth + 1);
    if (!right)
      return std::nullopt;
    if (minus)
      right = makeCall("Mul", {makeInteger(-1), std::move(*right)});
    left = makeCall("Add", {std::move(*left), std::move(*right)});
  }
  return std::nullopt;
}

std::optional<SymExpr> Parser::product(unsigned depth) {
  std::optional<SymExpr> left = unary(depth + 1);
  while (left) {
    StringRef name;
    if (eat("//"))
      name = "FloorDiv";
    else if (eat("*"))
      name = "Mul";
    else if (eat("%"))
      name = "Mod";
    else
      return left;
    if (!count(depth))
      return std::nullopt;
    std::optional<SymExpr> right = unary(depth + 1);
    if (!right)
      return std::nullopt;
    left = makeCall(name, {std::move(*left), std::move(*right)});
  }
  return std::nullopt;
}

std::optional<SymExpr> Parser::unary(unsigned depth) {
  if (!count(depth))
    return std::nullopt;
  if (eat("-")) {
    std::optional<SymExpr> operand = unary(depth + 1);
    if (!operand)
      return std::nullopt;
    return makeCall("Mul", {makeInteger(-1), std::move(*operand)});
  }
  std::optional<SymExpr> base = atom(depth + 1);
  if (base && eat("**")) {
    std::optional<SymExpr> exponent = unary(depth + 1);
    if (!exponent)
      return std::nullopt;
    return makeCall("Pow", {std::move(*base), std::move(*exponent)});
  }
  return base;
}

std::optional<SymExpr> Parser::atom(unsigned depth) {
  if (!count(depth))
    return std::nullopt;
  if (eat("(")) {
    std::optional<SymExpr> inner = sum(depth + 1);
    if (inner && !eat(")"))
      return fail("expected ')'");
    return inner;
  }
  StringRef name = word();
  if (name.empty())
    return fail("expected a symbol or number, found '" + rest.take_front(20) +
                "'");
  if (isDigit(name[0]))
    return integer(name);
  if (eat("("))
    return arguments(name, depth, /*infix=*/true);
  SymExpr expr;
  expr.kind = SymExpr::Symbol;
  expr.name = name.str();
  return expr;
}
} // namespace

std::optional<SymExpr> parseSymExpr(StringRef text, std::string &error) {
  Parser parser(text, error);
  return parser.finish(parser.srepr(0));
}

std::optional<SymExpr> parseInfixExpr(StringRef text, std::string &error) {
  Parser parser(text, error);
  return parser.finish(parser.sum(0));
}

void forEachSymbol(const SymExpr &expr,
                   function_ref<void(const SymExpr &)> visit) {
  if (expr.kind == SymExpr::Symbol)
    visit(expr);
  for (const SymExpr &operand : expr.operands)
    forEachSymbol(operand, visit);
}

} // namespace lcompile::import
