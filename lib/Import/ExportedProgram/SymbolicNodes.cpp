// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nodes that compute with sizes, and run-time checks of them.
#include "lib/Import/ExportedProgram/Graph.h"

using namespace mlir;

namespace lcompile::import {

std::optional<Datum> Graph::symbolicValue(StringRef list, StringRef name) {
  Json all = graph.get(list);
  Json entry = all.isObject() ? all.get(name) : all;
  if (!entry.isObject())
    return std::nullopt;
  auto [kind, value] = entry.variant();
  if (kind == "as_int")
    return Datum(value.integer());
  if (kind == "as_bool")
    return Datum(value.boolean());
  if (kind == "as_float")
    return Datum(value.number());
  if (kind != "as_expr")
    return std::nullopt;
  std::string why;
  std::optional<SymExpr> expr = parseSymExpr(value.at("expr_str").text(), why);
  if (!expr)
    return std::nullopt;
  if (list == "sym_bool_values") {
    std::optional<bool> known = program.symbols.decide(*expr);
    return known ? std::optional<Datum>(*known) : std::nullopt;
  }
  bool isFloat = list == "sym_float_values";
  if (isFloat) {
    if (expr->name != "ToFloat" || expr->operands.size() != 1)
      return std::nullopt;
    SymExpr inner = std::move(expr->operands[0]);
    expr = std::move(inner);
  }
  AffineExpr size = program.symbols.lower(*expr, why);
  if (!size)
    return std::nullopt;
  std::optional<int64_t> constant = lc::getConstant(size);
  if (isFloat)
    return constant ? std::optional<Datum>(double(*constant)) : std::nullopt;
  return Datum(size);
}

bool Graph::bindSymbolic(ArrayRef<Json> outputs) {
  std::vector<std::pair<StringRef, Datum>> results;
  for (Json output : outputs) {
    auto [kind, value] = output.variant();
    StringRef list = kind == "as_sym_int"     ? "sym_int_values"
                     : kind == "as_sym_bool"  ? "sym_bool_values"
                     : kind == "as_sym_float" ? "sym_float_values"
                                              : "";
    Json name = list.empty() ? value : value.get("as_name");
    if (list.empty() || !name.isText())
      return false;
    std::optional<Datum> known = symbolicValue(list, name.text());
    if (!known)
      return false;
    results.push_back({name.text(), *known});
  }
  for (auto &[name, value] : results)
    define(name, value);
  return !results.empty();
}

bool Graph::assertion(StringRef target, Json node, const ModelLocation &where) {
  auto [name, overload] = target.split('.');
  bool known = name == "aten::_assert_scalar" ||
               name == "aten::_assert_tensor_metadata" ||
               name == "aten::_assert_async" ||
               name == "aten::_functional_assert_async" ||
               name == "aten::sym_constrain_range" ||
               name == "aten::sym_constrain_range_for_size";
  if (!known)
    return false;
  ++program.builder.coverage().operators;
  Args args;
  for (Json input : node.at("inputs").items())
    args.push_back({input.at("name").text().str(), argument(input.at("arg"))});
  auto refuse = [&](const Twine &why) {
    program.builder.refuse(target, where, why, args);
  };
  auto get = [&](StringRef key) {
    for (auto &[arg, value] : args)
      if (arg == key)
        return value;
    return Datum();
  };
  if (name == "aten::_assert_tensor_metadata") {
    Datum tensor = get("a"), dtype = get("dtype");
    if (tensor.isTensor() && dtype.isDtype() &&
        cast<RankedTensorType>(tensor.value().getType()).getElementType() !=
            dtype.dtype())
      refuse("the tensor is " + tensor.describe() + ", expected elements of " +
             dtype.describe());
    return true;
  }
  // These repeat what range_constraints say.
  if (name.starts_with("aten::sym_constrain_range"))
    return true;
  Datum condition = get("self");
  if (condition.isPoison() || (condition.isNumber() && condition.asBool()))
    return true;
  if (condition.isNumber())
    refuse("the assertion never holds");
  else
    refuse(
        "the assertion does not follow from the sizes' ranges; assertions on "
        "data are not supported");
  return true;
}

} // namespace lcompile::import
