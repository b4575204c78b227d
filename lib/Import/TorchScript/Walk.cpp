// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the inlined graph of `forward`; modules and their attributes are
// followed statically, nothing is run.
#include "lib/Import/TorchScript/Walk.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inline_fork_wait.h>
#include <torch/csrc/jit/passes/inliner.h>

namespace lcompile::torchscript {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = c10::prim;
namespace attr = c10::attr;

namespace {

class Walker {
public:
  Walker(const torch::jit::Module &module, const ArchiveFacts &facts,
         const lc_torchscript_sink &sink, void *user)
      : sink(sink), user(user), values(module, facts, sink, user) {}

  void run(const torch::jit::Module &module, const c10::IValue &examples);

private:
  int64_t idOf(const Value *v);
  std::vector<int64_t> idsOf(at::ArrayRef<const Value *> list);
  void walk(const Block *block);
  void visit(const Node *node);
  void constant(const Node *node);
  void attribute(const Node *node);
  bool callMethod(const Node *node);
  void operation(const Node *node);
  Place locate(const Node *node, std::string &module);

  const lc_torchscript_sink &sink;
  void *user;
  ValueTeller values;
  std::unordered_map<const Value *, int64_t> ids;
  /// Modules, with the path of attributes that leads to them.
  struct Known {
    c10::IValue object;
    std::string path;
  };
  std::unordered_map<const Value *, Known> objects;
  std::vector<std::shared_ptr<Graph>> graphs; // keeps nodes alive
  unsigned depth = 0;
};

int64_t Walker::idOf(const Value *v) {
  if (auto found = ids.find(v); found != ids.end())
    return found->second;
  int64_t id = values.fresh();
  ids[v] = id;
  if (auto known = objects.find(v); known != objects.end()) {
    std::string what = "the module " + known->second.path;
    sink.opaque(user, id, what.c_str());
  }
  return id;
}

std::vector<int64_t> Walker::idsOf(at::ArrayRef<const Value *> list) {
  std::vector<int64_t> result;
  for (const Value *v : list)
    result.push_back(idOf(v));
  return result;
}

Place Walker::locate(const Node *node, std::string &module) {
  std::vector<std::vector<Place>> levels; // outermost call first
  if (auto stack = node->callstack())
    for (const auto &[function, range, instance] : (*stack)->vec()) {
      levels.push_back(placesOf(range));
      if (!instance || instance->instance_name() == "SELF" ||
          instance->instance_name().find("INSTANCE_NAME") != std::string::npos)
        continue;
      module += (module.empty() ? "" : ".") + instance->instance_name();
    }
  levels.push_back(placesOf(node->sourceRange()));
  // The innermost place that is the model's own, not torch.nn's; setting an
  // attribute has no place, but what gave the value has.
  Place innermost;
  if (node->kind() == prim::SetAttr)
    levels.push_back(placesOf(node->input(1)->node()->sourceRange()));
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    for (const Place &place : *level) {
      if (innermost.file.empty())
        innermost = place;
      if (!isLibrary(place.file))
        return place;
    }
  return innermost;
}

void Walker::constant(const Node *node) {
  const Value *out = node->output();
  auto value = torch::jit::toIValue(out);
  if (!value) {
    std::string what = "a constant of type " + out->type()->annotation_str();
    sink.opaque(user, idOf(out), what.c_str());
  } else if (value->isTensor() && value->toTensor().defined()) {
    ids[out] = values.told(*value, "");
  } else {
    values.tell(idOf(out), *value, "");
  }
}

void Walker::attribute(const Node *node) {
  auto known = objects.find(node->input(0));
  if (known == objects.end())
    return operation(node);
  const std::string &name = node->s(attr::name);
  c10::IValue value = known->second.object.toObjectRef().getAttr(name);
  std::string path =
      known->second.path.empty() ? name : known->second.path + "." + name;
  if (value.isObject() && value.type()->is_module())
    objects[node->output()] = {value, path};
  else if (value.isTensor() && value.toTensor().defined())
    ids[node->output()] = values.told(value, path);
  else
    values.tell(idOf(node->output()), value, path);
}

/// Calls that the inliner leaves: methods of module interfaces.
bool Walker::callMethod(const Node *node) {
  auto known = objects.find(node->input(0));
  if (known == objects.end() || depth > 64)
    return false;
  auto type = known->second.object.type()->expect<c10::ClassType>();
  auto *function = type->findMethod(node->s(attr::name));
  if (!function || !function->isGraphFunction())
    return false;
  auto graph = torch::jit::toGraphFunction(*function).graph()->copy();
  torch::jit::Inline(*graph);
  graphs.push_back(graph);
  for (size_t i = 0; i < graph->inputs().size(); ++i) {
    const Value *from = node->input(i), *to = graph->inputs()[i];
    if (auto object = objects.find(from); object != objects.end())
      objects[to] = Known(object->second);
    else
      ids[to] = idOf(from);
  }
  ++depth;
  walk(graph->block());
  --depth;
  ids[node->output()] = idOf(graph->outputs().at(0));
  return true;
}

void Walker::operation(const Node *node) {
  std::string kind = node->kind().toQualString(), module;
  std::vector<std::string> names, types;
  const c10::FunctionSchema *schema = node->maybeSchema();
  if (schema && !schema->overload_name().empty())
    kind += "." + schema->overload_name();
  for (size_t i = 0; i < node->inputs().size(); ++i) {
    bool declared = schema && i < schema->arguments().size();
    names.push_back(declared ? schema->arguments()[i].name()
                             : "arg" + std::to_string(i));
    types.push_back(encodeType(declared ? schema->arguments()[i].type()
                                        : node->input(i)->type()));
  }
  std::vector<const char *> namePointers, typePointers;
  for (size_t i = 0; i < names.size(); ++i) {
    namePointers.push_back(names[i].c_str());
    typePointers.push_back(types[i].c_str());
  }
  std::vector<int64_t> operands = idsOf(node->inputs()),
                       results = idsOf(node->outputs());
  std::string resultType =
      node->outputs().empty() ? "" : encodeType(node->outputs()[0]->type());
  std::string name = node->hasAttribute(attr::name) ? node->s(attr::name) : "";
  Place place = locate(node, module);
  lc_torchscript_node told = {};
  told.kind = kind.c_str();
  told.operand_count = operands.size();
  told.operands = operands.data();
  told.names = namePointers.data();
  told.types = typePointers.data();
  told.result_count = results.size();
  told.results = results.data();
  told.result_type = resultType.c_str();
  told.attribute = name.empty() ? nullptr : name.c_str();
  told.file = place.file.c_str();
  told.line = place.line;
  told.module = module.c_str();
  sink.node(user, &told);
  for (const Block *block : node->blocks()) {
    std::vector<int64_t> arguments = idsOf(block->inputs());
    sink.begin_block(user, arguments.size(), arguments.data());
    walk(block);
    std::vector<int64_t> yields = idsOf(block->outputs());
    sink.end_block(user, yields.size(), yields.data());
  }
}

void Walker::visit(const Node *node) {
  if (node->kind() == prim::Constant)
    constant(node);
  else if (node->kind() == prim::GetAttr)
    attribute(node);
  else if (node->kind() != prim::CallMethod || !callMethod(node))
    operation(node);
}

void Walker::walk(const Block *block) {
  for (const Node *node : block->nodes())
    visit(node);
}

void Walker::run(const torch::jit::Module &module,
                 const c10::IValue &examples) {
  torch::jit::Method method = forwardOf(module).value();
  auto graph = torch::jit::toGraphFunction(method.function()).graph()->copy();
  graphs.push_back(graph);
  torch::jit::Inline(*graph);
  torch::jit::InlineForkWait(graph);
  torch::jit::EliminateDeadCode(graph);

  const auto &arguments = method.function().getSchema().arguments();
  objects[graph->inputs().at(0)] = {module._ivalue(), ""};
  for (size_t i = 1; i < graph->inputs().size(); ++i) {
    const c10::Argument &argument = arguments.at(i);
    int64_t otherwise = -1;
    if (argument.default_value())
      otherwise = values.told(*argument.default_value(), "");
    std::string type = encodeType(argument.type());
    sink.input(user, idOf(graph->inputs()[i]), argument.name().c_str(),
               type.c_str(), otherwise);
  }
  if (examples.isList()) {
    auto list = examples.toListRef();
    for (size_t i = 0; i < list.size() && i + 1 < arguments.size(); ++i)
      values.tellExample(arguments[i + 1].name(), list[i]);
  }
  walk(graph->block());
  const Value *result = graph->outputs().at(0);
  std::string type = encodeType(result->type());
  sink.result(user, idOf(result), type.c_str());
}

} // namespace

std::optional<torch::jit::Method> forwardOf(const torch::jit::Module &module) {
  // nn.LSTM and nn.GRU have overloads; the first takes a tensor.
  for (const char *name : {"forward", "forward__0"})
    if (auto method = module.find_method(name))
      return method;
  return std::nullopt;
}

void tellForward(const torch::jit::Module &module, const ArchiveFacts &facts,
                 const lc_torchscript_sink &sink, void *user) {
  Walker(module, facts, sink, user).run(module, facts.examples);
}

} // namespace lcompile::torchscript
