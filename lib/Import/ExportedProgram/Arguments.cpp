// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments of nodes: every kind of the schema as a Datum, and names of
// results.
#include "lib/Import/ExportedProgram/Graph.h"

#include "lib/Import/ExportedProgram/Schema.h"

using namespace mlir;

namespace lcompile::import {

/// A list, with each element read by `read`.
template <typename Read> static Datum listOf(Json list, Read read) {
  Datum::List values;
  for (Json element : list.items())
    values.push_back(read(element));
  return values;
}

static Datum integerOf(Json v) { return v.integer(); }
static Datum numberOf(Json v) { return v.number(); }
static Datum booleanOf(Json v) { return v.boolean(); }
static Datum textOf(Json v) { return v.text().str(); }

/// SymIntArgument, SymFloatArgument, SymBoolArgument.
Datum Graph::symbolArgument(Json value) {
  auto [kind, body] = value.variant();
  if (kind == "as_name")
    return lookup(body.text());
  if (kind == "as_int")
    return integerOf(body);
  if (kind == "as_float")
    return numberOf(body);
  if (kind == "as_bool")
    return booleanOf(body);
  if (!kind.empty())
    value.fail("unknown kind of symbolic argument '" + kind + "'");
  return {};
}

Datum Graph::tensorList(Json list) {
  return listOf(
      list, [&](Json element) { return lookup(element.at("name").text()); });
}

Datum Graph::argument(Json argument) {
  auto [kind, value] = argument.variant();
  auto optionalTensor = [&](Json element) -> Datum {
    auto [inner, tensor] = element.variant();
    if (inner == "as_tensor")
      return lookup(tensor.at("name").text());
    if (inner != "as_none" && !inner.empty())
      element.fail("expected as_tensor or as_none, found '" + inner + "'");
    return {};
  };
  if (kind.empty() || kind == "as_none")
    return {};
  if (kind == "as_tensor")
    return lookup(value.at("name").text());
  if (kind == "as_tensors")
    return tensorList(value);
  if (kind == "as_optional_tensor")
    return optionalTensor(value);
  if (kind == "as_optional_tensors")
    return listOf(value, optionalTensor);
  if (kind == "as_nested_tensors")
    return listOf(value, [&](Json list) { return tensorList(list); });
  if (kind == "as_int")
    return integerOf(value);
  if (kind == "as_ints")
    return listOf(value, integerOf);
  if (kind == "as_int_lists")
    return listOf(value, [](Json list) { return listOf(list, integerOf); });
  if (kind == "as_float")
    return numberOf(value);
  if (kind == "as_floats")
    return listOf(value, numberOf);
  if (kind == "as_float_lists")
    return listOf(value, [](Json list) { return listOf(list, numberOf); });
  if (kind == "as_bool")
    return booleanOf(value);
  if (kind == "as_bools")
    return listOf(value, booleanOf);
  if (kind == "as_string" || kind == "as_operator")
    return textOf(value);
  if (kind == "as_strings")
    return listOf(value, textOf);
  if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
    return symbolArgument(value);
  if (kind == "as_sym_ints" || kind == "as_sym_floats" ||
      kind == "as_sym_bools")
    return listOf(value, [&](Json v) { return symbolArgument(v); });
  if (kind == "as_scalar_type") {
    Type type = scalarType(value.integer(), program.ctx);
    if (!type)
      value.fail("element type number " + Twine(value.integer()) +
                 " is unknown");
    return type ? Datum(type) : Datum();
  }
  if (kind == "as_memory_format") {
    StringRef format = memoryFormat(value.integer());
    return format.empty() ? Datum() : Datum(format.str());
  }
  // Where data live and how they are laid out is for the compiler to decide.
  if (kind == "as_device" || kind == "as_layout")
    return {};
  argument.fail("arguments of the kind '" + kind + "' are not supported");
  return {};
}

/// Calls `visit` with every name of a value inside of an Argument.
static void forEachName(Json argument, function_ref<void(StringRef)> visit) {
  auto [kind, value] = argument.variant();
  auto tensor = [&](Json v) { visit(v.at("name").text()); };
  auto symbol = [&](Json v) {
    auto [inner, name] = v.variant();
    if (inner == "as_name")
      visit(name.text());
  };
  auto optional = [&](Json v) {
    auto [inner, body] = v.variant();
    if (inner == "as_tensor")
      tensor(body);
  };
  auto each = [](Json list, auto visitOne) {
    for (Json element : list.items())
      visitOne(element);
  };
  if (kind == "as_tensor")
    tensor(value);
  else if (kind == "as_tensors")
    each(value, tensor);
  else if (kind == "as_optional_tensor")
    optional(value);
  else if (kind == "as_optional_tensors")
    each(value, optional);
  else if (kind == "as_nested_tensors")
    each(value, [&](Json list) { each(list, tensor); });
  else if (kind == "as_sym_int" || kind == "as_sym_float" ||
           kind == "as_sym_bool")
    symbol(value);
  else if (kind == "as_sym_ints" || kind == "as_sym_floats" ||
           kind == "as_sym_bools")
    each(value, symbol);
}

void Graph::countUses(Json argument) {
  forEachName(argument, [&](StringRef name) { ++uses[name]; });
}

std::string Graph::rootOf(Json argument) {
  std::string root;
  forEachName(argument, [&](StringRef name) {
    if (root.empty())
      root = roots.lookup(name);
  });
  return root;
}

void Graph::bind(Json output, const Datum &value, StringRef root,
                 const ModelLocation &where, StringRef schema) {
  auto [kind, body] = output.variant();
  if (kind == "as_none" || kind.empty())
    return;
  if (kind == "as_tensor") {
    StringRef name = body.at("name").text();
    check(name, value, where, schema);
    define(name, value, root);
    return;
  }
  if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
    if (Json name = body.get("as_name"))
      define(name.text(), value, root);
    return;
  }
  if (kind != "as_tensors" && kind != "as_optional_tensors") {
    output.fail("results of the kind '" + kind + "' are not supported");
    return;
  }
  std::vector<Json> elements = body.items();
  bool fits = value.isList() && value.list().size() == elements.size();
  if (!fits && !value.isPoison() && !program.failure.failed())
    program.builder.refuse(schema, where,
                           "gives " + value.describe() +
                               ", expected a list of " +
                               Twine(elements.size()) + " tensors");
  for (auto [i, element] : llvm::enumerate(elements)) {
    Json tensor = element;
    if (kind == "as_optional_tensors") {
      auto [inner, body] = element.variant();
      if (inner != "as_tensor")
        continue;
      tensor = body;
    }
    StringRef name = tensor.at("name").text();
    Datum one = fits ? value.list()[i] : Datum::poison();
    check(name, one, where, schema);
    define(name, one, root);
  }
}

} // namespace lcompile::import
