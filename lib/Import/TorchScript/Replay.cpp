// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Replays nodes that are calls; constants and the values of numbers.
#include "lib/Import/TorchScript/Replay.h"

#include "dialects/lc/IR/WeightStore.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile::import::torchscript {

/// Tensors without a name of at most this many elements stand in the program.
static constexpr int64_t inlineLimit = 16;

const Handlers &Handlers::get() {
  static const Handlers handlers = [] {
    Handlers h;
    addListHandlers(h);
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
           llvm::any_of(node->blocks,
                        [&](const auto &inner) { return contains(inner, kind); });
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
// Constants
//===----------------------------------------------------------------------===//

static ElementsAttr elementsOf(const TensorConstant &c, RankedTensorType type) {
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, c.data);
  SmallVector<bool> bits(c.data.size());
  for (size_t i = 0; i < bits.size(); ++i)
    bits[i] = c.data[i] != 0;
  return DenseElementsAttr::get(type, bits);
}

void Replay::constants() {
  lc::WeightStore &store = lc::getWeightStore(context());
  unsigned unnamed = 0;
  for (const auto &[value, c] : recording.tensors) {
    Type element = dtypeOf(c.dtype, context());
    if (!element) {
      define(value, Cell::unknown("a tensor of " + dtypeName(c.dtype)));
      continue;
    }
    auto type = RankedTensorType::get(c.sizes, element);
    if (c.name.empty() && type.getNumElements() <= inlineLimit) {
      define(value, pb.constant(elementsOf(c, type)));
      continue;
    }
    std::string key =
        c.name.empty() ? "constant_" + std::to_string(unnamed++) : c.name;
    key = store.insert(key, {type, c.data, c.owner});
    define(value, pb.parameter(key, type));
  }
}

Cell Replay::constant(int64_t value) const {
  if (auto found = cells.find(value); found != cells.end())
    return found->second;
  if (auto found = recording.scalars.find(value); found != recording.scalars.end())
    return found->second;
  if (auto found = recording.opaque.find(value); found != recording.opaque.end())
    return Cell::unknown(found->second);
  return Cell::unknown("a value that was never set");
}

bool Replay::known(const Cell &cell, Datum &value) const {
  if (cell.box || cell.isUnknown())
    return false;
  value = cell.datum;
  if (!value.isTensor())
    return value.isNumber() || value.isNone() ||
           (value.isString() && !isUninitialized(cell));
  auto op = value.value().getDefiningOp<lc::ConstantOp>();
  auto elements = op ? dyn_cast<DenseElementsAttr>(op.getValue()) : nullptr;
  if (!elements || elements.getNumElements() != 1)
    return false;
  Type type = elements.getElementType();
  if (isa<FloatType>(type)) {
    bool loses;
    APFloat number = *elements.value_begin<APFloat>();
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
    value = Datum(number.convertToDouble());
  } else {
    APInt number = *elements.value_begin<APInt>();
    value = type.isInteger(1)           ? Datum(!number.isZero())
            : type.isUnsignedInteger() ? Datum(int64_t(number.getZExtValue()))
                                        : Datum(number.getSExtValue());
  }
  return true;
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

bool Replay::mayChange(const Node &node, const Cell &cell) {
  if (!cell.box || cell.box->kind == Container::Tuple) {
    refuse(node, "changes " + describe(cell) + ", expected a list or dict");
    return false;
  }
  if (!cell.box->home) {
    refuse(node, "changes a list or dict that belongs to the model and would keep "
                 "the change until the next call");
    return false;
  }
  if (cell.box->copied) {
    refuse(node, "changes a list or dict that a branch or loop has passed on: build a "
                 "new one, such as list + [value], instead");
    return false;
  }
  if (cell.box->home != pb.builder().getInsertionBlock()) {
    refuse(node, "changes a list or dict inside of a branch or loop that is decided "
                 "while the model runs: its length must be known when it is compiled");
    return false;
  }
  return true;
}

Datum Replay::asTensor(const Cell &cell) {
  const Datum &d = cell.datum;
  if (cell.box || cell.isUnknown() || d.isTensor() || d.isPoison())
    return toDatum(cell);
  OpBuilder &b = pb.builder();
  auto scalar = [&](Type element) { return RankedTensorType::get({}, element); };
  if (d.isBool())
    return pb.constant(DenseElementsAttr::get(scalar(b.getI1Type()), d.asBool()));
  if (d.isInt())
    return pb.constant(DenseElementsAttr::get(scalar(b.getI64Type()), d.asInt()));
  if (d.isFloat())
    return pb.constant(DenseElementsAttr::get(scalar(b.getF64Type()), d.asFloat()));
  if (d.isSize()) {
    auto expr = lc::DimsAttr::get({d.size(context())}, context());
    return Value(
        lc::SizeOp::create(b, b.getUnknownLoc(), scalar(b.getI64Type()), expr));
  }
  if (d.isRuntimeScalar())
    return Value(lc::ScalarOp::create(b, b.getUnknownLoc(),
                                      scalar(d.value().getType()), d.value()));
  return d;
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
  bool poison = false;
  for (int64_t value : node.operands)
    if (auto found = cells.find(value); found != cells.end())
      poison |= found->second.isPoison();
  if (poison && !StringRef(node.kind).ends_with("Construct"))
    for (int64_t value : node.results)
      define(value, Datum::poison());
  else
    handler(*this, node);
}

void Replay::call(const Node &node, StringRef schema, Args args) {
  Data data = pb.call(schema, std::move(args), node.where, node.results.size());
  mlir::Block *home = pb.builder().getInsertionBlock();
  for (size_t i = 0; i < node.results.size(); ++i)
    result(node, i < data.size() ? fromDatum(data[i], home) : Cell(Datum::poison()), i);
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

bool Replay::changesWeight(const Node &node) {
  StringRef name = StringRef(node.kind).split('.').first;
  if (!name.ends_with("_") || name.ends_with("__") || node.operands.empty())
    return false;
  Cell self = constant(node.operands[0]);
  if (self.box || !self.datum.isTensor())
    return false;
  Operation *op = self.datum.value().getDefiningOp();
  while (op && isa<lc::ReshapeOp, lc::PermuteOp, lc::SliceOp, lc::ExpandOp>(op))
    op = op->getOperand(0).getDefiningOp();
  std::string which;
  if (auto parameter = dyn_cast_or_null<lc::ParameterOp>(op))
    which = " '" + parameter.getKey().str() + "'";
  else if (!op || !isa<lc::ConstantOp>(op) || !op->getParentOp() ||
           op->getParentOp()->getParentOp() != op->getParentOfType<ModuleOp>())
    return false;
  // A constant that the program itself made is its own.
  if (which.empty() && llvm::none_of(recording.tensors, [&](const auto &entry) {
        auto found = cells.find(entry.first);
        return found != cells.end() && found->second.datum.isTensor() &&
               found->second.datum.value() == op->getResult(0);
      }))
    return false;
  refuse(node, "changes the model's tensor" + which +
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
  if (pb.coverage().issues.size() == issues)
    call(node, node.kind, std::move(args));
}

/// Traced programs compute sizes with 0-d tensors (prim::NumToTensor). They stay
/// numbers here as long as they can, so that shapes remain known.
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
    if (cell.box || cell.isUnknown())
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
    if (node.names[i] == "alpha" && !(cell.datum.isInt() && cell.datum.asInt() == 1))
      return false;
    // Sizes are not negative, so both ways to round are one, for a positive divisor.
    if (node.names[i] == "rounding_mode" &&
        (!cell.isText() || (numbers[0].isInt() && numbers[0].asInt() < 0)))
      return false;
  }
  bool divides = scalar == "aten::floordiv.int" || scalar == "aten::remainder.int";
  if (!fromSizes || (base == "aten::div" && node.operands.size() < 3) ||
      (divides && !(numbers[1].isInt() && numbers[1].asInt() > 0)))
    return false;
  call(node, scalar, {{"a", numbers[0]}, {"b", numbers[1]}});
  if (inPlace)
    define(node.operands[0], constant(node.results[0]));
  return true;
}

} // namespace lcompile::import::torchscript
