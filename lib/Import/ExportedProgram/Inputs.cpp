// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shapes of the inputs: their symbols, ranges, and what the user asks for.
#include "lib/Import/ExportedProgram/Inputs.h"

#include "lib/Import/ExportedProgram/Schema.h"
#include "lib/Import/InputSpec/InputSpec.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace lcompile::import {

static constexpr int64_t unbounded = std::numeric_limits<int64_t>::max();
static constexpr size_t rankLimit = 64;

void Inputs::readRanges(Json constraints) {
  Failure::Scope scope(failure, "range_constraints");
  std::vector<std::string> keys = constraints.keys();
  std::vector<std::pair<LinearForm, lc::Range>> derived;
  for (const std::string &key : keys) {
    Failure::Scope inner(failure, "'" + StringRef(key).take_front(80) + "'");
    Json entry = constraints.at(key);
    Json min = entry.get("min_val"), max = entry.get("max_val");
    lc::Range range = {min ? min.integer() : 0,
                       max ? max.integer() : unbounded};
    if (range.min > range.max)
      failure.fail("the smallest value " + Twine(range.min) +
                   " exceeds the largest " + Twine(range.max));
    std::string error;
    std::optional<SymExpr> expr = parseInfixExpr(key, error);
    if (failure.failed())
      return;
    // Ranges of expressions follow from those of their symbols in all but
    // linear cases; there they may say more.
    if (!expr)
      continue;
    if (expr->kind == SymExpr::Symbol)
      symbols.setRange(expr->name, range);
    else if (auto linear = linearForm(*expr); linear && linear->factor > 0)
      derived.push_back({*linear, range});
  }
  for (auto &[linear, range] : derived) {
    // min <= factor * s + offset <= max
    auto low = llvm::checkedSub(range.min, linear.offset);
    auto high = llvm::checkedSub(range.max, linear.offset);
    int64_t min = low ? llvm::divideCeilSigned(*low, linear.factor) : 0;
    int64_t max = high && range.max != unbounded
                      ? llvm::divideFloorSigned(*high, linear.factor)
                      : unbounded;
    if (!symbols.narrow(linear.symbol, min, max))
      failure.fail("the ranges of '" + Twine(linear.symbol) +
                   "' contradict each other");
  }
}

unsigned Inputs::addTensor(StringRef name, Json meta) {
  Failure::Scope scope(failure, "input '" + name + "'");
  Input input = {name.str(), {}, {}};
  int64_t code = meta.at("dtype").integer();
  input.element = scalarType(code, symbols.context());
  if (!failure.failed() &&
      (!input.element || !isSupportedElement(input.element)))
    failure.fail("tensors of " +
                 (input.element
                      ? torchName(input.element)
                      : "element type number " + std::to_string(code)) +
                 " are not supported");
  int64_t layout = meta.at("layout").integer();
  if (!failure.failed() && layout != 7)
    failure.fail("its layout has number " + Twine(layout) +
                 ", expected 7 (strided)");
  int64_t count = 1;
  for (Json size : meta.at("sizes").items()) {
    auto [kind, value] = size.variant();
    SymExpr expr;
    if (kind == "as_int") {
      expr.value = value.integer();
      std::optional<int64_t> product =
          llvm::checkedMul(count, std::max<int64_t>(expr.value, 1));
      if (expr.value < 0 || !product)
        failure.fail("its size " + Twine(expr.value) + " is out of range");
      count = product.value_or(1);
    } else if (kind == "as_expr") {
      std::string error;
      StringRef text = value.at("expr_str").text();
      if (auto parsed = parseSymExpr(text, error))
        expr = std::move(*parsed);
      else
        failure.fail("size '" + text.take_front(200) + "': " + error);
    } else {
      size.fail("expected as_int or as_expr for a size");
    }
    input.dims.push_back(std::move(expr));
  }
  if (input.dims.size() > rankLimit)
    failure.fail("it has " + Twine(input.dims.size()) + " dimensions");
  inputs.push_back(std::move(input));
  return inputs.size() - 1;
}

unsigned Inputs::addNumber(StringRef name) {
  inputs.push_back({name.str(), {}, IntegerType::get(symbols.context(), 64)});
  return inputs.size() - 1;
}

void Inputs::request(StringRef name, size_t position, StringRef text) {
  Failure::Scope scope(failure, "shape of input '" + name + "'");
  auto input =
      llvm::find_if(inputs, [&](const Input &i) { return i.name == name; });
  if (name.empty() && position < inputs.size())
    input = inputs.begin() + position;
  if (input == inputs.end()) {
    std::string names;
    for (const Input &i : inputs)
      names += (names.empty() ? "" : ", ") + i.name;
    failure.fail("the program has no such input; its inputs are: " + names);
    return;
  }
  std::string error;
  std::optional<InputSpec> shape =
      parseInputSpec(std::string_view(text), error);
  if (!shape)
    failure.fail(error);
  else if (!shape->hasShape)
    return;
  else if (shape->dims.size() != input->dims.size())
    failure.fail("it has " + Twine(input->dims.size()) + " dimensions, '" +
                 text + "' has " + Twine(shape->dims.size()));
  else if (Type element = parseElement(shape->dtype, symbols.context());
           element && element != input->element)
    failure.fail("its elements are " + torchName(input->element) + ", '" +
                 text + "' asks for " + torchName(element));
  if (failure.failed())
    return;
  for (auto [dim, size] : llvm::enumerate(shape->dims))
    narrow(*input, dim, size);
}

/// torch assumes sizes of at least 2 while it traces, and still runs with 1.
static int64_t allowedMinimum(int64_t min) { return min == 2 ? 1 : min; }

void Inputs::narrow(const Input &input, size_t dim, const SizeSpec &size) {
  Failure::Scope scope(failure, "dimension " + Twine(dim));
  std::optional<LinearForm> linear = linearForm(input.dims[dim]);
  bool any = size.min <= 1 && size.max == unbounded;
  if (!linear || linear->factor < 0) {
    if (!any)
      failure.fail("it is computed from others and cannot be narrowed");
    return;
  }
  if (linear->symbol.empty()) {
    if (size.min > linear->offset || size.max < linear->offset)
      failure.fail("the program was exported for the size " +
                   Twine(linear->offset) + " only, found '" + toText(size) +
                   "'; export it with a dynamic dimension (torch.export.Dim)");
    return;
  }
  // Several inputs can ask about one symbol: each must fit the archive's range.
  lc::Range range =
      archived
          .try_emplace(linear->symbol, symbols.getRange(linear->symbol)
                                           .value_or(lc::Range{0, unbounded}))
          .first->second;
  bool isSymbol = linear->factor == 1 && linear->offset == 0;
  if (!size.symbol.empty() && isSymbol)
    displayNames[linear->symbol] = size.symbol;
  if (any)
    return;
  // min <= factor * symbol + offset <= max
  std::optional<int64_t> low = llvm::checkedSub(size.min, linear->offset);
  std::optional<int64_t> high = llvm::checkedSub(size.max, linear->offset);
  int64_t min = low ? llvm::divideCeilSigned(*low, linear->factor) : 0;
  int64_t max = size.max == unbounded || !high
                    ? range.max
                    : llvm::divideFloorSigned(*high, linear->factor);
  if (min > max || min < allowedMinimum(range.min) || max > range.max) {
    std::string bounds = std::to_string(range.min) + "..";
    if (range.max != unbounded)
      bounds += std::to_string(range.max);
    failure.fail("'" + toText(size) +
                 "' does not fit: the program was exported "
                 "for " +
                 linear->symbol + " in " + bounds +
                 (isSymbol
                      ? Twine()
                      : ", and the size is " + Twine(linear->factor) + " * " +
                            linear->symbol + " + " + Twine(linear->offset)));
    return;
  }
  if (requested.insert(linear->symbol).second)
    symbols.setRange(linear->symbol, {min, max});
  else if (!symbols.narrow(linear->symbol, min, max))
    failure.fail("'" + toText(size) +
                 "' contradicts another input with the same size");
  if (size.step > 1 && !isSymbol)
    failure.fail("steps are only possible where the size is a symbol itself");
  else if (size.step > 1)
    divisors[linear->symbol] = size.step;
}

void Inputs::declareSymbol(const SymExpr &symbol, ProgramBuilder &builder) {
  if (symbols.lookup(symbol.name))
    return;
  lc::Range range =
      symbols.getRange(symbol.name)
          .value_or(lc::Range{symbol.positive ? 1 : 0, unbounded});
  range.min = std::max<int64_t>(range.min, 0);
  if (range.min > range.max) {
    failure.fail("the range of '" + Twine(symbol.name) + "' holds no size");
    return;
  }
  symbols.setRange(symbol.name, range);
  if (range.min == range.max) {
    symbols.define(symbol.name, lc::constant(symbols.context(), range.min));
    return;
  }
  std::string name = displayNames.lookup(symbol.name);
  // A name must not make two symbols one.
  if (name.empty() || symbols.getRange(name) || !usedNames.insert(name).second)
    name = symbol.name;
  int64_t divisor = std::max<int64_t>(divisors.lookup(symbol.name), 1);
  symbols.define(symbol.name,
                 builder.addSymbol(name, range.min, range.max, divisor));
}

void Inputs::declare(ProgramBuilder &builder) {
  for (const Input &input : inputs)
    for (const SymExpr &dim : input.dims)
      forEachSymbol(
          dim, [&](const SymExpr &symbol) { declareSymbol(symbol, builder); });
  for (const Input &input : inputs) {
    Failure::Scope scope(failure, "input '" + input.name + "'");
    lc::Dims dims;
    for (const SymExpr &dim : input.dims) {
      std::string why;
      AffineExpr expr = symbols.lower(dim, why);
      if (!expr)
        failure.fail("a size cannot be expressed: " + why);
      else if (auto size = lc::getConstant(expr); size && *size < 0)
        failure.fail("its size " + Twine(*size) + " is negative");
      dims.push_back(expr);
    }
    if (failure.failed())
      return;
    builder.addInput(input.name, dims, input.element);
  }
}

} // namespace lcompile::import
