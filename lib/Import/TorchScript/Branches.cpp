// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Replays prim::If and prim::Loop.
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {

bool alwaysRaises(const torchscript::Block &block) {
  return llvm::any_of(block.nodes, [](const auto &node) {
    return node->kind == "prim::RaiseException" ||
           (node->kind == "prim::If" &&
            llvm::all_of(node->blocks, alwaysRaises));
  });
}

std::vector<Cell> Replay::yields(const Block &block, const Node &node,
                                 size_t from) {
  std::vector<Cell> result;
  for (int64_t value : ArrayRef(block.results).drop_front(from))
    result.push_back(constant(value));
  std::string why;
  if (hasUnknown(result, why))
    refuse(node, "gives " + why);
  for (const Cell &cell : result)
    markCopied(cell);
  return result;
}

//===----------------------------------------------------------------------===//
// Values that were never set (an early return makes them)
//===----------------------------------------------------------------------===//

/// The tree with types in place of leaves.
static Cell typed(const Cell &cell, MLIRContext *ctx) {
  if (cell.box) {
    auto box = std::make_shared<Container>(*cell.box);
    for (Cell &item : box->items)
      item = typed(item, ctx);
    return box;
  }
  const Datum &d = cell.datum;
  if (d.isTensor() || d.isRuntimeScalar())
    return Datum(d.value().getType());
  if (d.isInt() || d.isSize())
    return Datum(Type(IntegerType::get(ctx, 64)));
  if (d.isBool())
    return Datum(Type(IntegerType::get(ctx, 1)));
  if (d.isFloat())
    return Datum(Type(Float64Type::get(ctx)));
  return cell;
}

std::vector<Cell> Replay::typesOf(const Block &block, const Node &node,
                                  size_t from) {
  Coverage saved = pb.coverage();
  Region scratch;
  OpBuilder::InsertionGuard guard(pb.builder());
  pb.builder().createBlock(&scratch);
  runBlock(block);
  std::vector<Cell> types;
  for (int64_t value : ArrayRef(block.results).drop_front(from))
    types.push_back(typed(constant(value), context()));
  pb.coverage() = saved;
  return types;
}

/// Gives never set parts of `cell` some value of the type of the same part of
/// `type`. Nobody reads the value, but both sides of a branch must have it.
Cell Replay::withType(const Cell &cell, const Cell &type) {
  if (cell.box) {
    if (!type.box || type.box->items.size() != cell.box->items.size())
      return cell;
    auto box = std::make_shared<Container>(*cell.box);
    for (size_t i = 0; i < box->items.size(); ++i)
      box->items[i] = withType(box->items[i], type.box->items[i]);
    return box;
  }
  if (!isUninitialized(cell))
    return cell;
  if (type.box) {
    auto box = std::make_shared<Container>(*type.box);
    box->copied = true;
    for (Cell &item : box->items)
      item = withType(uninitialized(), item);
    return box;
  }
  if (!type.datum.isDtype())
    return type.isNone() ? type : cell;
  OpBuilder &b = pb.builder();
  Type wanted = type.datum.dtype();
  auto tensor = dyn_cast<RankedTensorType>(wanted);
  if (!tensor)
    return wanted.isInteger(1)      ? Datum(false)
           : isa<FloatType>(wanted) ? Datum(0.0)
                                    : Datum(0);
  Type element = tensor.getElementType();
  TypedAttr zero = isa<FloatType>(element)
                       ? TypedAttr(b.getFloatAttr(element, 0))
                       : TypedAttr(b.getIntegerAttr(element, 0));
  return Datum(Value(lc::FullOp::create(b, b.getUnknownLoc(), tensor, zero)));
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

void Replay::assume(const Node &node, const Block &raising) {
  if (!assumed.insert(&node).second)
    return;
  std::string message;
  for (const auto &inner : raising.nodes)
    if (inner->kind == "prim::RaiseException" && !inner->operands.empty())
      if (Cell text = constant(inner->operands[0]); text.isText())
        message = ": " + text.datum.text();
  emitRemark(toLocation(node.where, context()))
      << "whether the model raises an exception here depends on its inputs; "
         "the "
         "compiled model does not check it"
      << message;
}

void Replay::runIf(const Node &node) {
  Cell condition = constant(node.operands[0]);
  const Block &yesBlock = node.blocks[0], &noBlock = node.blocks[1];
  bool yesRaises = alwaysRaises(yesBlock), noRaises = alwaysRaises(noBlock);
  Datum value;
  bool isKnown = known(condition, value) && value.isNumber();
  if (!isKnown && yesRaises != noRaises)
    assume(node, yesRaises ? yesBlock : noBlock);
  if (isKnown || yesRaises != noRaises) {
    // The chosen block stands in place of the node; its lists stay the same
    // lists.
    const Block &chosen =
        (isKnown ? value.asBool() : noRaises) ? yesBlock : noBlock;
    runBlock(chosen);
    for (size_t i = 0; i < node.results.size(); ++i)
      result(node, constant(chosen.results[i]), i);
    return;
  }
  condition = operand(node, 0);
  if (condition.isPoison()) {
    // Both branches of torch.nn's own code would list operators for every mode
    // and rank; which one counts is open, so neither is read.
    for (int64_t value : node.results)
      define(value, Datum::poison());
    return;
  }
  std::vector<Cell> types;
  if (hasUninitialized) {
    types = typesOf(yesBlock, node);
    std::vector<Cell> other = typesOf(noBlock, node);
    for (size_t i = 0; i < types.size(); ++i)
      if (isUninitialized(types[i]))
        types[i] = other[i];
  }
  std::vector<Cell> tree;
  bool isFirst = true;
  auto branch = [&](const Block &block) {
    runBlock(block);
    std::vector<Cell> results = yields(block, node);
    for (size_t i = 0; i < types.size(); ++i)
      results[i] = withType(results[i], types[i]);
    for (size_t i = 0; !isFirst && i < results.size(); ++i)
      if (!sameTree(results[i], tree[i]) && !results[i].isPoison() &&
          !tree[i].isPoison()) {
        refuse(node,
               "the branches give " + describe(tree[i]) + " and " +
                   describe(results[i]) +
                   ", expected lists of one length or dicts of the same keys");
        results[i] = tree[i];
      }
    if (isFirst)
      tree = results;
    isFirst = false;
    Data leaves;
    flatten(results, leaves);
    return leaves;
  };
  Data data = pb.buildIf(
      toDatum(condition), [&] { return branch(yesBlock); },
      [&] { return branch(noBlock); }, node.where);
  std::vector<Cell> results = rebuild(tree, data);
  for (size_t i = 0; i < node.results.size(); ++i)
    result(node, results[i], i);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// What a loop that is not unrolled carries keeps its form and, where it is no
/// tensor or number, its value.
bool Replay::inRegion(const Node &node, const Cell &initial, const Cell &next) {
  if (initial.isPoison() || next.isPoison())
    return true;
  bool same = sameTree(initial, next);
  if (same && initial.box) {
    for (size_t i = 0; i < initial.box->items.size(); ++i)
      if (!inRegion(node, initial.box->items[i], next.box->items[i]))
        return false;
    return true;
  }
  if (same && (initial.isNone() || initial.isText()))
    same = initial.isNone()
               ? next.isNone()
               : next.isText() && next.datum.text() == initial.datum.text();
  if (!same)
    refuse(node, "a value starts as " + describe(initial) + " and becomes " +
                     describe(next) +
                     " in a loop whose number of iterations is not known");
  return same;
}

void Replay::runLoop(const Node &node) {
  const Block &block = node.blocks[0];
  std::vector<Cell> initial;
  for (size_t i = 2; i < node.operands.size(); ++i)
    initial.push_back(operand(node, i));
  Cell trips = operand(node, 0), condition = operand(node, 1);
  if (Datum value; known(condition, value) && value.isNumber())
    condition = Datum(value.asBool());
  for (const Cell &cell : initial)
    markCopied(cell);

  auto enter = [&](Cell iteration, const std::vector<Cell> &state) {
    define(block.arguments[0], std::move(iteration));
    for (size_t i = 0; i < state.size(); ++i)
      define(block.arguments[i + 1], state[i]);
  };
  if (trips.isPoison() || condition.isPoison()) {
    Region scratch; // read all the same, so that all operators are checked
    OpBuilder::InsertionGuard guard(pb.builder());
    pb.builder().createBlock(&scratch);
    enter(Datum::poison(), std::vector<Cell>(initial.size(), Datum::poison()));
    runBlock(block);
    for (int64_t value : node.results)
      define(value, Datum::poison());
    return;
  }
  if (hasUninitialized && llvm::any_of(initial, isUninitialized)) {
    enter(Datum(0), initial);
    std::vector<Cell> types = typesOf(block, node, 1);
    for (size_t i = 0; i < types.size(); ++i)
      initial[i] = withType(initial[i], types[i]);
  }

  std::vector<Cell> tree = initial;
  auto body = [&](Datum iteration, Data state) -> std::pair<Datum, Data> {
    bool unrolled = iteration.isInt();
    if (!unrolled || iteration.asInt() == 0)
      tree = initial;
    enter(iteration, rebuild(tree, state));
    runBlock(block);
    Cell next = constant(block.results[0]);
    if (next.isUnknown())
      refuse(node, "the condition is " + next.why);
    tree = yields(block, node, 1);
    if (!unrolled)
      for (size_t i = 0; i < tree.size(); ++i)
        if (!inRegion(node, initial[i], tree[i]))
          tree[i] = initial[i];
    Data leaves;
    flatten(tree, leaves);
    if (Datum value; known(next, value) && value.isNumber())
      next = Datum(value.asBool());
    return {toDatum(next), leaves};
  };
  Data leaves;
  flatten(initial, leaves);
  Data data = pb.buildLoop(toDatum(trips), toDatum(condition), leaves, body,
                           node.where);
  std::vector<Cell> results = rebuild(tree, data);
  for (size_t i = 0; i < node.results.size(); ++i)
    result(node, results[i], i);
}

} // namespace lcompile::import::torchscript
