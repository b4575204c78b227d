// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Trees of lists, tuples and dicts; torch.dtype numbers.
#include "lib/Import/TorchScript/Cell.h"

using namespace mlir;

namespace lcompile::import::torchscript {

static const std::string uninitializedText("\1uninitialized");

Datum uninitialized() { return Datum(uninitializedText); }

bool isUninitialized(const Cell &cell) {
  return cell.isText() && cell.datum.text() == uninitializedText;
}

void flatten(const Cell &cell, Data &leaves) {
  if (cell.box)
    return flatten(cell.box->items, leaves);
  leaves.push_back(cell.isUnknown() ? Datum::poison() : cell.datum);
}

void flatten(ArrayRef<Cell> cells, Data &leaves) {
  for (const Cell &cell : cells)
    flatten(cell, leaves);
}

bool hasUnknown(ArrayRef<Cell> cells, std::string &why) {
  for (const Cell &cell : cells) {
    if (cell.isUnknown()) {
      why = cell.why;
      return true;
    }
    if (cell.box && hasUnknown(cell.box->items, why))
      return true;
  }
  return false;
}

Cell rebuild(const Cell &like, ArrayRef<Datum> &rest) {
  if (like.box) {
    auto box = std::make_shared<Container>(*like.box);
    box->copied = true;
    for (Cell &item : box->items)
      item = rebuild(item, rest);
    return box;
  }
  if (rest.empty())
    return Datum::poison();
  Cell cell(rest.front());
  rest = rest.drop_front();
  return cell;
}

std::vector<Cell> rebuild(ArrayRef<Cell> like, ArrayRef<Datum> leaves) {
  std::vector<Cell> cells;
  for (const Cell &cell : like)
    cells.push_back(rebuild(cell, leaves));
  return cells;
}

bool sameTree(const Cell &x, const Cell &y) {
  if (!x.box || !y.box)
    return !x.box && !y.box;
  const Container &a = *x.box, &b = *y.box;
  if (a.kind != b.kind || a.items.size() != b.items.size() ||
      a.keys.size() != b.keys.size())
    return false;
  for (size_t i = 0; i < a.items.size(); ++i)
    if (!sameTree(a.items[i], b.items[i]))
      return false;
  for (size_t i = 0; i < a.keys.size(); ++i)
    if (describe(a.keys[i]) != describe(b.keys[i]))
      return false;
  return true;
}

void markCopied(const Cell &cell) {
  if (!cell.box)
    return;
  cell.box->copied = true;
  for (const Cell &item : cell.box->items)
    markCopied(item);
}

Datum toDatum(const Cell &cell) {
  if (!cell.box)
    return cell.isUnknown() ? Datum::poison() : cell.datum;
  if (cell.box->kind == Container::Dict || cell.box->kind == Container::Object)
    return Datum::poison();
  Datum::List list;
  for (const Cell &item : cell.box->items)
    list.push_back(toDatum(item));
  return list;
}

Cell fromDatum(const Datum &datum, Block *home) {
  if (datum.isDtype())
    return Datum(codeOf(datum.dtype()));
  if (!datum.isList())
    return datum;
  auto box = std::make_shared<Container>();
  box->kind = Container::List;
  box->home = home;
  for (const Datum &item : datum.list())
    box->items.push_back(fromDatum(item, home));
  return box;
}

std::string describe(const Cell &cell) {
  if (cell.isUnknown())
    return cell.why;
  if (isUninitialized(cell))
    return "a value that was never set";
  if (!cell.box)
    return cell.datum.describe();
  bool tuple = cell.box->kind == Container::Tuple,
       dict = !cell.box->keys.empty();
  std::string text = tuple ? "(" : dict ? "{" : "[";
  for (size_t i = 0; i < cell.box->items.size(); ++i) {
    text += i ? ", " : "";
    if (dict)
      text += describe(cell.box->keys[i]) + ": ";
    text += describe(cell.box->items[i]);
  }
  return text + (tuple ? ")" : dict ? "}" : "]");
}

static constexpr const char *dtypeNames[] = {
    "uint8",           "int8",
    "int16",           "int32",
    "int64",           "float16",
    "float32",         "float64",
    "complex32",       "complex64",
    "complex128",      "bool",
    "qint8",           "quint8",
    "qint32",          "bfloat16",
    "quint4x2",        "quint2x4",
    "bits1x8",         "bits2x4",
    "bits4x2",         "bits8",
    "bits16",          "float8_e5m2",
    "float8_e4m3fn",   "float8_e5m2fnuz",
    "float8_e4m3fnuz", "uint16",
    "uint32",          "uint64"};

std::string dtypeName(int64_t code) {
  if (code >= 0 && code < int64_t(std::size(dtypeNames)))
    return std::string("torch.") + dtypeNames[code];
  return "the dtype number " + std::to_string(code);
}

Type dtypeOf(int64_t code, MLIRContext *ctx) {
  switch (code) {
  case 0:
    return IntegerType::get(ctx, 8, IntegerType::Unsigned);
  case 1:
    return IntegerType::get(ctx, 8);
  case 2:
    return IntegerType::get(ctx, 16);
  case 3:
    return IntegerType::get(ctx, 32);
  case 4:
    return IntegerType::get(ctx, 64);
  case 5:
    return Float16Type::get(ctx);
  case 6:
    return Float32Type::get(ctx);
  case 7:
    return Float64Type::get(ctx);
  case 11:
    return IntegerType::get(ctx, 1);
  case 15:
    return BFloat16Type::get(ctx);
  default:
    return {};
  }
}

int64_t codeOf(Type element) {
  for (int64_t code : {0, 1, 2, 3, 4, 5, 6, 7, 11, 15})
    if (dtypeOf(code, element.getContext()) == element)
      return code;
  return -1;
}

} // namespace lcompile::import::torchscript
