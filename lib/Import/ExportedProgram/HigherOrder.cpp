// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Higher-order operators: branches, loops and wrappers around subgraphs.
#include "lib/Import/ExportedProgram/Graph.h"

#include "lib/Import/ExportedProgram/Metadata.h"

using namespace mlir;

namespace lcompile::import {

/// The Graph of an as_graph argument.
static Json graphOf(Json argument) {
  auto [kind, value] = argument.variant();
  if (kind != "as_graph")
    argument.fail("expected as_graph, found '" + kind + "'");
  return value.at("graph");
}

size_t Graph::outputCount(Json argument) {
  return graphOf(argument).at("outputs").items().size();
}

Data Graph::subgraph(Json argument, const Data &operands,
                     ArrayRef<std::string> operandRoots) {
  Json body = graphOf(argument);
  size_t count = body.at("outputs").items().size();
  auto fail = [&] {
    // Regions of a program with issues are never completed.
    program.builder.refuse("graph", {}, program.failure.message());
    return Data(count, Datum::poison());
  };
  auto [kind, value] = argument.variant();
  Failure::Scope scope(program.failure,
                       "graph '" + value.at("name").text().take_front(100) +
                           "'");
  std::vector<Json> inputs = body.at("inputs").items();
  if (inputs.size() != operands.size())
    program.failure.fail("it has " + Twine(inputs.size()) +
                         " inputs and gets " + Twine(operands.size()));
  if (program.failure.failed())
    return fail();
  Graph inner(program, body);
  for (auto [i, input] : llvm::enumerate(inputs)) {
    auto [kind, body] = input.variant();
    std::string root = i < operandRoots.size() ? operandRoots[i] : "";
    if (kind == "as_tensor")
      inner.define(body.at("name").text(), operands[i], root);
    else if (Json name = body.isObject() ? body.get("as_name") : body;
             name.isText() && kind.starts_with("as_sym_"))
      inner.define(name.text(), operands[i], root);
  }
  if (!inner.run())
    return fail();
  Data results = inner.outputs();
  return program.failure.failed() ? fail() : results;
}

void Graph::higherOrder(StringRef name, Json node, const ModelLocation &where) {
  std::vector<Json> inputs;
  for (Json input : node.at("inputs").items())
    inputs.push_back(input.at("arg"));
  if (name == "cond" && inputs.size() == 4)
    return cond(inputs, node, where);
  if (name == "while_loop" && inputs.size() == 4)
    return whileLoop(inputs, node, where);
  if ((name == "wrap_with_set_grad_enabled" && inputs.size() >= 2) ||
      (name == "wrap_with_autocast" && inputs.size() >= 5) ||
      (name == "invoke_subgraph" && inputs.size() >= 2))
    return wrapper(name, inputs, node, where);
  ++program.builder.coverage().operators;
  std::string schema = ("higher_order::" + name).str();
  program.builder.refuse(
      schema, where,
      name == "scan" || name.starts_with("map")
          ? "loops over slices are not supported; write the "
            "loop in Python, so that export unrolls it, or use "
            "torch.while_loop"
          : "no rule for this operator");
  bindResults(node, Data(node.at("outputs").items().size(), Datum::poison()),
              where, schema);
}

/// The condition, refused where it has not one element.
static Datum checkedCondition(const Datum &condition, ProgramBuilder &builder,
                              StringRef schema, const ModelLocation &where) {
  if (!condition.isTensor())
    return condition;
  AffineExpr count =
      lc::numElements(lc::getDims(condition.value()), builder.context());
  if (lc::isConstant(count, 1))
    return condition;
  builder.refuse(schema, where,
                 "the condition is " + condition.describe() +
                     ", expected a tensor with one element");
  return Datum::poison();
}

void Graph::cond(ArrayRef<Json> inputs, Json node, const ModelLocation &where) {
  Datum condition = argument(inputs[0]), operands = argument(inputs[3]);
  size_t count = outputCount(inputs[1]);
  if (!operands.isList())
    program.failure.fail("expected a list of operands");
  if (count != outputCount(inputs[2]))
    program.failure.fail("the branches give different numbers of results");
  if (program.failure.failed())
    return;
  auto branch = [&](Json body) {
    return [&, body] { return subgraph(body, operands.list(), {}); };
  };
  condition =
      checkedCondition(condition, program.builder, "higher_order::cond", where);
  Data results = program.builder.buildIf(condition, branch(inputs[1]),
                                         branch(inputs[2]), where);
  if (!program.failure.failed())
    bindResults(node, results, where, "higher_order::cond");
}

void Graph::whileLoop(ArrayRef<Json> inputs, Json node,
                      const ModelLocation &where) {
  Datum carried = argument(inputs[2]), additional = argument(inputs[3]);
  if (!carried.isList() || !additional.isList())
    program.failure.fail("expected lists of operands");
  else if (outputCount(inputs[0]) != 1)
    program.failure.fail("the condition gives " +
                         Twine(outputCount(inputs[0])) +
                         " results, expected one");
  else if (outputCount(inputs[1]) != carried.list().size())
    program.failure.fail("the body gives " + Twine(outputCount(inputs[1])) +
                         " results for " + Twine(carried.list().size()) +
                         " carried values");
  if (program.failure.failed())
    return;
  auto all = [&](Data state) {
    state.insert(state.end(), additional.list().begin(),
                 additional.list().end());
    return state;
  };
  Data results = program.builder.buildWhile(
      carried.list(),
      [&](Data state) {
        return checkedCondition(subgraph(inputs[0], all(state), {})[0],
                                program.builder, "higher_order::while_loop",
                                where);
      },
      [&](Data state) { return subgraph(inputs[1], all(state), {}); }, where);
  if (!program.failure.failed())
    bindResults(node, results, where, "higher_order::while_loop");
}

/// wrap_with_autocast(device, dtype, enabled, cache, graph, operands...) means
/// casts around its operators; set_grad_enabled(flag, graph, operands...) and
/// invoke_subgraph(graph, name, operands...) mean nothing here.
void Graph::wrapper(StringRef name, ArrayRef<Json> inputs, Json node,
                    const ModelLocation &where) {
  bool isAutocast = name == "wrap_with_autocast";
  Type outer = program.autocast;
  if (isAutocast) {
    Datum dtype = argument(inputs[1]), enabled = argument(inputs[2]);
    if (!enabled.isBool() || !(dtype.isDtype() || dtype.isNone()))
      program.failure.fail("expected device, dtype, enabled, cache_enabled");
    else
      program.autocast = !enabled.asBool() ? Type()
                         : dtype.isDtype() ? dtype.dtype()
                                           : BFloat16Type::get(program.ctx);
  }
  Data operands;
  std::vector<std::string> operandRoots;
  size_t body = isAutocast ? 4 : name == "invoke_subgraph" ? 0 : 1;
  for (Json input : inputs.drop_front(isAutocast ? 5 : 2)) {
    operands.push_back(argument(input));
    operandRoots.push_back(rootOf(input));
  }
  Data results = subgraph(inputs[body], operands, operandRoots);
  program.autocast = outer;
  if (!program.failure.failed())
    bindResults(node, results, where, ("higher_order::" + name).str());
}

} // namespace lcompile::import
