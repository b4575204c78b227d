// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Imports one program: version, inputs, graph, outputs.
#include "lib/Import/ExportedProgram/Importer.h"
#include "lib/Import/ExportedProgram/State.h"

#include "lib/Import/ExportedProgram/Metadata.h"
#include "lib/Import/ExportedProgram/Schema.h"

using namespace mlir;

namespace lcompile::import {

void Importer::checkVersion() {
  Json version = text.at("schema_version");
  int64_t major = version.at("major").integer();
  int64_t minor = version.at("minor").integer();
  if (failure.failed() || major == schemaMajor)
    return;
  std::string torch = text.get("torch_version").isText()
                          ? text.get("torch_version").text().str()
                          : "unknown";
  failure.fail(
      "schema version " + Twine(major) + "." + Twine(minor) + " (torch " +
      torch + "), expected " + Twine(schemaMajor) + ".x: " +
      (major < schemaMajor
           ? "load the program with torch.export.load and save it again "
             "with torch 2.8 or newer"
           : "use a newer lcompile"));
}

static std::string describeWeight(const SignatureInput &spec) {
  StringRef kind = spec.kind == SignatureInput::Parameter        ? "parameter"
                   : spec.kind == SignatureInput::TensorConstant ? "constant"
                                                                 : "buffer";
  return (kind + " '" + spec.key + "'").str();
}

void Importer::declareInputs(const ImportOptions &options) {
  Json graphModule = text.at("graph_module"), graph = graphModule.at("graph");
  signature = readSignature(graphModule);
  inputs.readRanges(text.at("range_constraints"));
  Json metas = graph.at("tensor_values");
  llvm::StringSet<> names, moved;
  if (marksParameters) // what a training step moves are inputs that it updates
    moved = movedStatisticsOf(graph);
  for (const SignatureInput &spec : signature.inputs) {
    if (!spec.name.empty() && !names.insert(spec.name).second)
      failure.fail("two inputs are called '" + spec.name + "'");
    if (failure.failed())
      return;
    if (spec.kind == SignatureInput::Number)
      inputIndex[spec.name] = inputs.addNumber(spec.name);
    else if (spec.kind == SignatureInput::Tensor)
      inputIndex[spec.name] = inputs.addTensor(spec.name, metas.at(spec.name));
    else if (spec.isWeight() &&
             (!weights->has(spec.key) || moved.contains(spec.name)))
      inputIndex[spec.name] = inputs.addTensor(spec.key, metas.at(spec.name));
    else if (spec.isWeight())
      stored[spec.name] = &spec;
    if (marksParameters && spec.kind == SignatureInput::Parameter &&
        metas.at(spec.name).at("requires_grad").boolean())
      trained.insert(spec.name);
  }
  for (auto [i, request] : llvm::enumerate(options.inputs))
    if (!failure.failed())
      inputs.request(request.first, i, request.second);
  if (!failure.failed())
    inputs.declare(program.builder);
}

/// Weights come into being when they are first used.
std::optional<Datum> Importer::loadWeight(StringRef name) {
  auto it = stored.find(name);
  if (it == stored.end())
    return std::nullopt;
  auto loaded = weights->load(it->second->key, it->second->isInConstants());
  if (!loaded)
    return Datum::poison();
  bool trainable =
      trained.contains(name) && isa<FloatType>(loaded->second.getElementType());
  return program.builder.parameter(loaded->first, loaded->second, {},
                                   trainable);
}

/// An integer input: a size that tensors have too, or else a run-time scalar.
Datum Importer::numberOf(Graph &graph, StringRef name, const Datum &tensor) {
  if (std::optional<Datum> size = graph.symbolicValue("sym_int_values", name))
    return *size;
  OpBuilder &b = program.builder.builder();
  Value scalar =
      lc::ItemOp::create(b, b.getUnknownLoc(), b.getI64Type(), tensor.value());
  return scalar;
}

void Importer::defineInputs(Graph &graph) {
  program.builder.begin();
  for (const SignatureInput &spec : signature.inputs) {
    if (auto it = inputIndex.find(spec.name); it != inputIndex.end()) {
      Datum value = program.builder.input(it->second);
      if (spec.kind == SignatureInput::Number)
        value = numberOf(graph, spec.name, value);
      if (spec.isWeight() && weights->has(spec.key)) {
        auto initial = weights->load(spec.key, spec.isInConstants());
        if (!initial)
          return;
        program.builder.markBuffer(it->second, initial->first);
      }
      graph.define(spec.name, value, spec.name);
    } else if (spec.kind == SignatureInput::Constant && !spec.name.empty()) {
      graph.define(spec.name, graph.argument(spec.argument));
    } else if (spec.isWeight()) {
      program.constants[spec.name] = describeWeight(spec);
      graph.setRoot(spec.name, spec.name);
    }
  }
  graph.setResolver([this](StringRef name) { return loadWeight(name); });
}

OwningOpRef<ModuleOp> Importer::run(const ImportOptions &options) {
  marksParameters = options.marksParameters;
  if (marksParameters)
    program.builder.allowRandomNumbers();
  checkVersion();
  if (!failure.failed())
    declareInputs(options);
  if (failure.failed())
    return {};
  Graph graph(program, text.at("graph_module").at("graph"));
  if (failure.failed())
    return {};
  defineInputs(graph);
  if (failure.failed() || !graph.run())
    return {};
  return finish(graph);
}

/// A mutation of state that no result depends on: a counter.
bool Importer::isDropped(const SignatureOutput &output, Graph &graph) const {
  auto [kind, body] = output.argument.variant();
  if (kind != "as_tensor" || graph.usesOf(body.at("name").text()) != 1)
    return false;
  for (const auto &entry : stored)
    if (entry.second->key == output.target)
      return graph.usesOf(entry.first()) <= 1;
  return false;
}

OwningOpRef<ModuleOp> Importer::finish(Graph &graph) {
  Data all = graph.outputs(), results;
  if (failure.failed())
    return {};
  std::vector<std::string> names;
  std::vector<int64_t> aliases;
  auto add = [&](const Datum &value, std::string name, int64_t alias) {
    results.push_back(value);
    names.push_back(std::move(name));
    aliases.push_back(alias);
  };
  auto inputNamed = [&](StringRef name) -> int64_t {
    for (const SignatureInput &spec : signature.inputs)
      if (spec.name == name || (spec.isWeight() && spec.key == name))
        if (auto it = inputIndex.find(spec.name); it != inputIndex.end())
          return it->second;
    return -1;
  };

  // What users see comes first; inputs that change follow.
  size_t userCount =
      llvm::count_if(signature.outputs, [](const SignatureOutput &spec) {
        return spec.kind == SignatureOutput::User;
      });
  std::vector<std::string> userNames =
      readOutputNames(text.at("graph_module"), userCount);
  size_t user = 0;
  for (auto [spec, value] : llvm::zip_equal(signature.outputs, all)) {
    if (spec.kind != SignatureOutput::User)
      continue;
    std::string name = !userNames.empty() ? userNames[user]
                       : userCount == 1   ? std::string("output")
                                          : "output" + std::to_string(user);
    ++user;
    // None has no place among tensors.
    if (!value.isNone())
      add(value, name, -1);
  }
  for (auto [spec, value] : llvm::zip_equal(signature.outputs, all)) {
    if (spec.kind == SignatureOutput::Gradient)
      add(value, spec.target + ".grad", -1);
    if (spec.kind != SignatureOutput::InputMutation &&
        spec.kind != SignatureOutput::BufferMutation)
      continue;
    int64_t input = inputNamed(spec.target);
    if (input >= 0)
      add(value, spec.target, input);
    else if (spec.kind == SignatureOutput::InputMutation)
      failure.fail("the program changes an input '" + spec.target +
                   "' that does not exist");
    else if (!isDropped(spec, graph))
      program.builder.refuse("output", {},
                             "the program changes '" + spec.target +
                                 "': a compiled model keeps no state between "
                                 "calls; pass it as an input and return it");
  }
  // Inputs that in-place operators wrote to, in the order of the signature.
  for (const SignatureInput &spec : signature.inputs)
    if (auto it = inputIndex.find(spec.name);
        it != inputIndex.end() && program.written.contains(spec.name) &&
        !llvm::is_contained(aliases, int64_t(it->second)))
      add(program.builder.input(it->second),
          spec.isWeight() ? spec.key : spec.name, it->second);
  if (failure.failed())
    return {};
  OwningOpRef<ModuleOp> module =
      program.builder.finish(results, names, aliases);
  if (module)
    weights->keep();
  return module;
}

} // namespace lcompile::import
