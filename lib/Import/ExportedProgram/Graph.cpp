// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the nodes of one graph of the archive and calls the program builder.
#include "lib/Import/ExportedProgram/Graph.h"
#include "lib/Import/ExportedProgram/State.h"

#include "lib/Import/ExportedProgram/Metadata.h"
#include "lib/Import/ExportedProgram/Schema.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace lcompile::import {

Graph::Graph(Program &program, Json graph) : program(program), graph(graph) {
  for (Json node : graph.at("nodes").items())
    for (Json input : node.at("inputs").items())
      countUses(input.at("arg"));
  for (Json output : graph.at("outputs").items())
    countUses(output);
}

void Graph::define(StringRef name, Datum value, StringRef root) {
  if (!values.try_emplace(name, std::move(value)).second)
    program.failure.fail("the value '" + name.take_front(100) +
                         "' is defined twice");
  if (!root.empty())
    roots[name] = root.str();
}

Datum Graph::lookup(StringRef name) {
  if (auto it = values.find(name); it != values.end())
    return it->second;
  if (program.failure.failed())
    return Datum::poison();
  if (resolver)
    if (std::optional<Datum> value = resolver(name)) {
      values.try_emplace(name, *value);
      return *value;
    }
  program.failure.fail("unknown value '" + name.take_front(100) + "'");
  return Datum::poison();
}

bool Graph::run() {
  for (auto [i, entry] : llvm::enumerate(graph.at("nodes").items())) {
    StringRef target = entry.at("target").text();
    StringRef shown = target;
    shown.consume_front("torch.ops.");
    Failure::Scope scope(program.failure, "node " + Twine(i) + " (" +
                                              shown.take_front(100) + ")");
    if (!program.failure.failed()) {
      Json name = entry.get("name");
      ProgramBuilder::NodeScope inNode(program.builder,
                                       name.isText() ? name.text() : "");
      node(entry);
    }
    if (program.failure.failed())
      return false;
  }
  return !program.failure.failed();
}

Data Graph::outputs() {
  Data results;
  for (auto [i, output] : llvm::enumerate(graph.at("outputs").items())) {
    Failure::Scope scope(program.failure, "output " + Twine(i));
    results.push_back(argument(output));
  }
  return results;
}

void Graph::node(Json node) {
  StringRef target = node.at("target").text();
  std::string schema = schemaName(target);
  ModelLocation where = readLocation(node, target);
  // The empty overload has no name in schemas.
  if (StringRef(schema).ends_with(".default"))
    schema.resize(schema.size() - StringRef(".default").size());
  StringRef name = schema;
  if (name.consume_front("higher_order::"))
    return higherOrder(name, node, where);
  if (assertion(schema, node, where))
    return;
  if (bindSymbolic(node.at("outputs").items())) {
    ++program.builder.coverage().operators;
    return;
  }
  call(schema, node, where);
}

/// Counters such as num_batches_tracked, which are written and never read.
bool Graph::dropWrite(StringRef schema, Json node) {
  if (!writesSelf(schema))
    return false;
  for (Json input : node.at("inputs").items()) {
    if (input.at("name").text() != "self")
      continue;
    auto [kind, body] = input.at("arg").variant();
    if (kind != "as_tensor" || usesOf(body.at("name").text()) != 1 ||
        !program.constants.contains(body.at("name").text()))
      return false;
    for (Json output : node.at("outputs").items()) {
      auto [kind, body] = output.variant();
      if (kind != "as_tensor" || usesOf(body.at("name").text()) != 0)
        return false;
    }
    return true;
  }
  return false;
}

static bool sameElement(const Datum &x, const Datum &y) {
  return !x.isTensor() || !y.isTensor() ||
         getElementTypeOrSelf(x.value()) == getElementTypeOrSelf(y.value());
}

void Graph::call(StringRef schema, Json node, const ModelLocation &where) {
  if (dropWrite(schema, node)) {
    ++program.builder.coverage().operators;
    return;
  }
  Args args;
  std::string self; // the root of the operand that may be written or viewed
  Datum operand;
  for (Json input : node.at("inputs").items()) {
    Json value = input.at("arg");
    StringRef name = input.at("name").text();
    Failure::Scope scope(program.failure, "argument '" + name + "'");
    if (args.empty() || name == "self")
      self = rootOf(value);
    args.push_back({name.str(), argument(value)});
    if (args.size() == 1 || name == "self")
      operand = args.back().second;
  }
  if (program.failure.failed())
    return;
  std::vector<Json> outputs = node.at("outputs").items();
  if (writesSelf(schema) && !self.empty()) {
    auto constant = program.constants.find(self);
    if (constant != program.constants.end()) {
      ++program.builder.coverage().operators;
      program.builder.refuse(
          schema, where,
          "writes into " + constant->second +
              ": a compiled model keeps no state between calls; "
              "pass it as an input and return it",
          args);
      return bindResults(node, Data(outputs.size(), Datum::poison()), where,
                         schema);
    }
    program.written.insert(self);
  }
  for (StringRef name : movedStatistics(node))
    program.written.insert(name);
  castOperands(schema, node, args, where);
  // Results behind the last one that is used need not exist.
  unsigned count = 0;
  for (auto [i, output] : llvm::enumerate(outputs)) {
    auto [kind, body] = output.variant();
    bool used = kind != "as_none" && kind != "as_tensor";
    if (kind == "as_tensor")
      used = usesOf(body.at("name").text()) != 0;
    if (used)
      count = i + 1;
  }
  count = std::max<unsigned>(count, outputs.empty() ? 0 : 1);
  Data results = program.builder.call(schema, std::move(args), where, count);
  results.resize(std::max<size_t>(results.size(), outputs.size()),
                 Datum::poison());
  // Conversions to another type are copies.
  bool shares = writesSelf(schema) || (mayBeView(schema) && !results.empty() &&
                                       sameElement(operand, results[0]));
  bindResults(node, results, where, schema, shares ? self : "");
}

void Graph::bindResults(Json node, const Data &results,
                        const ModelLocation &where, StringRef schema,
                        StringRef root) {
  std::vector<Json> outputs = node.at("outputs").items();
  if (results.size() < outputs.size()) {
    program.failure.fail("it names " + Twine(outputs.size()) +
                         " results, there are " + Twine(results.size()));
    return;
  }
  for (auto [output, value] : llvm::zip(outputs, results))
    bind(output, value, root, where, schema);
}

static std::string describeType(ArrayRef<AffineExpr> dims, Type element) {
  std::string text = "sizes [";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(dims, os, [&](AffineExpr dim) {
    if (dim)
      os << dim;
    else
      os << "?";
  });
  os << "] of " << (element ? torchName(element) : "an unknown type");
  return text;
}

void Graph::check(StringRef name, const Datum &value,
                  const ModelLocation &where, StringRef schema) {
  if (value.isPoison())
    return;
  Json meta = graph.at("tensor_values").get(name);
  if (!meta || program.failure.failed())
    return;
  if (!value.isTensor()) {
    if (usesOf(name) != 0)
      program.builder.refuse(schema, where,
                             "gives " + value.describe() + " for '" + name +
                                 "', expected a tensor");
    return;
  }
  auto type = cast<RankedTensorType>(value.value().getType());
  lc::Dims found = lc::getDims(type), stated;
  for (Json size : meta.at("sizes").items()) {
    auto [kind, body] = size.variant();
    std::string why;
    AffineExpr expr;
    if (kind == "as_int")
      expr = lc::constant(program.ctx, body.integer());
    else if (auto parsed = parseSymExpr(body.at("expr_str").text(), why))
      expr = program.symbols.lower(*parsed, why);
    stated.push_back(expr);
  }
  Type element = scalarType(meta.at("dtype").integer(), program.ctx);
  bool fits = element == type.getElementType() && stated.size() == found.size();
  for (size_t i = 0; fits && i < found.size(); ++i)
    fits = !lc::provablyDifferent(found[i], stated[i]);
  if (!fits && !program.failure.failed())
    program.builder.refuse(schema, where,
                           "gives " + value.describe() + " for '" + name +
                               "', the archive states " +
                               describeType(stated, element));
}

} // namespace lcompile::import
