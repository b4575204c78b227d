// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Replays nodes that are calls of operators.
#include "lib/Import/TorchScript/Replay.h"

#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;

namespace lcompile::import::torchscript {

const Handlers &Handlers::get() {
  static const Handlers handlers = [] {
    Handlers h;
    addListHandlers(h);
    addListQueryHandlers(h);
    addDictHandlers(h);
    addScalarHandlers(h);
    addTextHandlers(h);
    return h;
  }();
  return handlers;
}

static bool contains(const torchscript::Block &block, StringRef kind) {
  return llvm::any_of(block.nodes, [&](const auto &node) {
    return node->kind == kind ||
           llvm::any_of(node->blocks, [&](const auto &inner) {
             return contains(inner, kind);
           });
  });
}

Replay::Replay(const Recording &recording, ProgramBuilder &builder)
    : recording(recording), pb(builder),
      hasUninitialized(contains(recording.body, "prim::Uninitialized")) {}

Cell Replay::run() {
  runBlock(recording.body);
  auto found = cells.find(recording.result);
  return found == cells.end() ? constant(recording.result) : found->second;
}

//===----------------------------------------------------------------------===//
// Operands and results
//===----------------------------------------------------------------------===//

void Replay::refuse(const Node &node, const Twine &reason) {
  Args args;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    Cell cell = constant(node.operands[i]);
    if (!cell.isUnknown())
      args.push_back({node.names[i], toDatum(cell)});
  }
  pb.refuse(node.kind, node.where, reason, args);
  for (int64_t value : node.results)
    define(value, Datum::poison());
}

Cell Replay::operand(const Node &node, size_t i) {
  Cell cell = constant(node.operands[i]);
  if (!cell.isUnknown())
    return cell;
  refuse(node, "'" + node.names[i] + "' is " + cell.why);
  return Datum::poison();
}

void Replay::result(const Node &node, Cell cell, size_t i) {
  if (i < node.results.size())
    define(node.results[i], std::move(cell));
}

Cell Replay::list(std::vector<Cell> items, Container::Kind kind) {
  auto box = std::make_shared<Container>();
  box->kind = kind;
  box->items = std::move(items);
  box->home = pb.builder().getInsertionBlock();
  return box;
}

Container *Replay::container(const Node &node, size_t i) {
  Cell cell = operand(node, i);
  if (cell.box)
    return cell.box.get();
  if (!cell.isPoison())
    refuse(node, "expected a list, tuple or dict, found " + describe(cell));
  return nullptr;
}

bool Replay::mayChange(const Node &node, const Cell &cell) {
  if (!cell.box || cell.box->kind == Container::Tuple) {
    refuse(node, "changes " + describe(cell) + ", expected a list or dict");
    return false;
  }
  if (!cell.box->home) {
    refuse(node,
           "changes a list or dict that belongs to the model and would keep "
           "the change until the next call");
    return false;
  }
  if (cell.box->copied) {
    refuse(
        node,
        "changes a list or dict that a branch or loop has passed on: build a "
        "new one, such as list + [value], instead");
    return false;
  }
  if (cell.box->home != pb.builder().getInsertionBlock()) {
    refuse(
        node,
        "changes a list or dict inside of a branch or loop that is decided "
        "while the model runs: its length must be known when it is compiled");
    return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

void Replay::runBlock(const Block &block) {
  for (const auto &node : block.nodes)
    runNode(*node);
}

void Replay::runNode(const Node &node) {
  if (node.kind == "prim::If")
    return runIf(node);
  if (node.kind == "prim::Loop")
    return runLoop(node);
  const Handlers &handlers = Handlers::get();
  Handler handler = handlers.first.lookup(node.kind);
  if (!handler && !AtenTable::get().lookup(node.kind))
    handler = handlers.last.lookup(node.kind);
  if (!handler)
    return callOperator(node);
  // What is put into a container may be poison, the rest of its elements is
  // not.
  StringRef kind = node.kind;
  bool constructs = kind.ends_with("Construct"), poison = false;
  bool stores = kind.starts_with("aten::append") ||
                kind.starts_with("aten::insert") ||
                kind.starts_with("aten::_set_item") || kind == "prim::SetAttr";
  for (int64_t value :
       ArrayRef(node.operands).take_front(stores ? 1 : node.operands.size()))
    if (auto found = cells.find(value); found != cells.end() && !constructs)
      poison |= found->second.isPoison();
  if (poison)
    for (int64_t value : node.results)
      define(value, Datum::poison());
  else
    handler(*this, node);
}

void Replay::call(const Node &node, StringRef schema, Args args) {
  Data data = pb.call(schema, std::move(args), node.where, node.results.size());
  mlir::Block *home = pb.builder().getInsertionBlock();
  for (size_t i = 0; i < node.results.size(); ++i)
    result(node,
           i < data.size() ? fromDatum(data[i], home) : Cell(Datum::poison()),
           i);
}

/// Arguments that say nothing about values.
static bool isIgnored(StringRef name) {
  return name == "device" || name == "layout" || name == "memory_format" ||
         name == "pin_memory" || name == "generator";
}

Datum Replay::adapt(const Node &node, size_t i) {
  StringRef name = node.names[i], type = node.types[i];
  if (isIgnored(name))
    return {};
  Cell cell = operand(node, i);
  if (name.ends_with("dtype") && !cell.box && cell.datum.isInt()) {
    if (Type element = dtypeOf(cell.datum.asInt(), context()))
      return element;
    refuse(node, "'" + name + "' is " + dtypeName(cell.datum.asInt()));
    return Datum::poison();
  }
  type.consume_front("?");
  if (type == "T")
    return asTensor(cell);
  std::string why;
  if (cell.box && hasUnknown(cell.box->items, why)) {
    refuse(node, "'" + name + "' holds " + why);
    return Datum::poison();
  }
  if (cell.box && type.starts_with("[") && type.ends_with("T")) {
    Datum::List tensors;
    for (const Cell &element : cell.box->items)
      tensors.push_back(asTensor(element));
    return tensors;
  }
  if (cell.box && cell.box->kind != Container::List &&
      cell.box->kind != Container::Tuple) {
    refuse(node, "'" + name + "' is " + describe(cell));
    return Datum::poison();
  }
  return toDatum(cell);
}

/// The tensor that the node writes to in place, behind all views; or null.
Value Replay::written(const Node &node) const {
  StringRef name = StringRef(node.kind).split('.').first;
  if (!name.ends_with("_") || name.ends_with("__") || node.operands.empty())
    return {};
  Cell self = constant(node.operands[0]);
  if (self.box || !self.datum.isTensor())
    return {};
  return lc::viewedValue(self.datum.value());
}

bool Replay::changesWeight(const Node &node) {
  Value target = written(node);
  auto parameter = target ? target.getDefiningOp<lc::ParameterOp>() : nullptr;
  if (!target || isa<BlockArgument>(target) ||
      (!parameter && !isRecorded(target)))
    return false;
  std::string which = parameter ? " '" + parameter.getKey().str() + "'" : "";
  refuse(node,
         "changes the model's tensor" + which +
             " in place, which would last until the next call: lcompile takes "
             "models whose weights and buffers stay as they are");
  return true;
}

void Replay::callOperator(const Node &node) {
  if (callOnSizes(node) || changesWeight(node))
    return;
  Args args;
  size_t issues = pb.coverage().issues.size();
  for (size_t i = 0; i < node.operands.size(); ++i)
    args.push_back({node.names[i], adapt(node, i)});
  if (pb.coverage().issues.size() != issues)
    return;
  call(node, node.kind, std::move(args));
}

/// Traced programs compute sizes with 0-d tensors (prim::NumToTensor). They
/// stay numbers here as long as they can, so that shapes remain known.
bool Replay::callOnSizes(const Node &node) {
  auto [name, overload] = StringRef(node.kind).split('.');
  bool inPlace = name.ends_with("_") && !name.ends_with("__");
  StringRef base = inPlace ? name.drop_back() : name;
  StringRef scalar = llvm::StringSwitch<StringRef>(base)
                         .Case("aten::add", "aten::add.int")
                         .Case("aten::sub", "aten::sub.int")
                         .Case("aten::mul", "aten::mul.int")
                         .Case("aten::floor_divide", "aten::floordiv.int")
                         .Case("aten::div", "aten::floordiv.int")
                         .Case("aten::remainder", "aten::remainder.int")
                         .Default("");
  if (scalar.empty() || node.operands.size() < 2 || node.types[0] != "T")
    return false;
  bool fromSizes = false;
  Datum numbers[2];
  for (size_t i = 0; i < 2; ++i) {
    Cell cell = constant(node.operands[i]);
    if (cell.box || cell.isUnknown() ||
        (cell.datum.isTensor() && AtenCall::rankOf(cell.datum.value()) != 0))
      return false;
    fromSizes |= node.types[i] == "T" && !cell.datum.isTensor();
    if (!known(cell, numbers[i]) && !cell.datum.isSize())
      return false;
    if (cell.datum.isSize())
      numbers[i] = cell.datum;
    if (!numbers[i].isInt() && !numbers[i].isSize())
      return false;
  }
  for (size_t i = 2; i < node.operands.size(); ++i) {
    Cell cell = constant(node.operands[i]);
    if (node.names[i] == "alpha" &&
        !(cell.datum.isInt() && cell.datum.asInt() == 1))
      return false;
    // Sizes are not negative, so both ways to round are one, for a positive
    // divisor.
    if (node.names[i] == "rounding_mode" &&
        (!cell.isText() || (numbers[0].isInt() && numbers[0].asInt() < 0)))
      return false;
  }
  bool divides =
      scalar == "aten::floordiv.int" || scalar == "aten::remainder.int";
  if (!fromSizes || (base == "aten::div" && node.operands.size() < 3) ||
      (divides && !(numbers[1].isInt() && numbers[1].asInt() > 0)))
    return false;
  call(node, scalar, {{"a", numbers[0]}, {"b", numbers[1]}});
  if (inPlace)
    define(node.operands[0], constant(node.results[0]));
  return true;
}

} // namespace lcompile::import::torchscript
