// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists and tuples of TorchScript, followed at compile time.
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {
namespace {

std::vector<Cell> all(Replay &r, const Node &node) {
  std::vector<Cell> items;
  for (size_t i = 0; i < r.operands(node); ++i)
    items.push_back(r.constant(node.operands[i]));
  return items;
}

/// The number that is operand `i`, known now.
std::optional<int64_t> number(Replay &r, const Node &node, size_t i) {
  Cell cell = r.operand(node, i);
  Datum value;
  if (r.known(cell, value) && value.isNumber())
    return value.asInt();
  if (!cell.isPoison())
    r.refuse(node, "expected '" + node.names[i] +
                       "' to be known when the model is compiled, found " +
                       describe(cell));
  return std::nullopt;
}

/// A place in a list of `size` elements, counted from the end when negative.
std::optional<size_t> place(Replay &r, const Node &node, size_t i,
                            size_t size) {
  auto at = number(r, node, i);
  if (!at)
    return std::nullopt;
  int64_t index = *at < 0 ? *at + int64_t(size) : *at;
  if (index >= 0 && index < int64_t(size))
    return index;
  r.refuse(node, "the index " + Twine(*at) + " is outside of a list of " +
                     Twine(size));
  return std::nullopt;
}

template <Container::Kind kind> void construct(Replay &r, const Node &node) {
  r.result(node, r.list(all(r, node), kind));
}

template <Container::Kind kind> void constantList(Replay &r, const Node &node) {
  Cell cell = r.list(all(r, node), kind);
  cell.box->home = nullptr;
  r.result(node, cell);
}

void unpack(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  if (list->items.size() != node.results.size())
    return r.refuse(node, "unpacks " + Twine(node.results.size()) +
                              " values, found " + describe(r.operand(node, 0)));
  for (size_t i = 0; i < list->items.size(); ++i)
    r.result(node, list->items[i], i);
}

void getItem(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (auto at = list ? place(r, node, 1, list->items.size()) : std::nullopt)
    r.result(node, list->items[*at]);
}

void setItem(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (!r.mayChange(node, list))
    return;
  if (auto at = place(r, node, 1, list.box->items.size())) {
    list.box->items[*at] = r.operand(node, 2);
    r.result(node, list);
  }
}

void append(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (!r.mayChange(node, list))
    return;
  list.box->items.push_back(r.operand(node, 1));
  r.result(node, list);
}

void insert(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (!r.mayChange(node, list))
    return;
  auto &items = list.box->items;
  auto at = number(r, node, 1);
  if (!at)
    return;
  int64_t size = items.size(), index = *at < 0 ? *at + size : *at;
  items.insert(items.begin() + std::clamp<int64_t>(index, 0, size),
               r.operand(node, 2));
  r.result(node, list);
}

/// list.extend(other) and list += other.
void extend(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  Container *other = r.container(node, 1);
  if (!other || !r.mayChange(node, list))
    return;
  std::vector<Cell> more = other->items; // it may be the same list
  list.box->items.insert(list.box->items.end(), more.begin(), more.end());
  r.result(node, list);
}

void pop(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (!r.mayChange(node, list))
    return;
  auto &items = list.box->items;
  std::optional<size_t> at;
  if (node.operands.size() > 1)
    at = place(r, node, 1, items.size());
  else if (!items.empty())
    at = items.size() - 1;
  else
    r.refuse(node, "takes an element from an empty list");
  if (!at)
    return;
  r.result(node, items[*at]);
  items.erase(items.begin() + *at);
}

void clear(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (r.mayChange(node, list))
    list.box->items.clear();
}

void reverse(Replay &r, const Node &node) {
  Cell list = r.operand(node, 0);
  if (r.mayChange(node, list))
    std::reverse(list.box->items.begin(), list.box->items.end());
}

void copy(Replay &r, const Node &node) {
  if (Container *list = r.container(node, 0))
    r.result(node, r.list(list->items));
}

void concatenate(Replay &r, const Node &node) {
  Container *x = r.container(node, 0), *y = x ? r.container(node, 1) : nullptr;
  if (!y)
    return;
  std::vector<Cell> items = x->items;
  items.insert(items.end(), y->items.begin(), y->items.end());
  r.result(node, r.list(std::move(items)));
}

/// list * n and n * list.
template <size_t listAt> void repeat(Replay &r, const Node &node) {
  Container *list = r.container(node, listAt);
  auto times = list ? number(r, node, 1 - listAt) : std::nullopt;
  if (!times)
    return;
  if (*times > 4096)
    return r.refuse(node, "makes a list of " + Twine(*times) + " copies");
  std::vector<Cell> items;
  for (int64_t i = 0; i < *times; ++i)
    items.insert(items.end(), list->items.begin(), list->items.end());
  r.result(node, r.list(std::move(items)));
}

/// list[start:end:step]; None stands for either end.
void slice(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  auto end = [&](size_t i, int64_t otherwise) -> std::optional<int64_t> {
    if (i >= node.operands.size() || r.operand(node, i).isNone())
      return otherwise;
    return number(r, node, i);
  };
  int64_t size = list->items.size();
  auto start = end(1, 0), stop = end(2, size), step = end(3, 1);
  if (!start || !stop || !step)
    return;
  if (*step <= 0)
    return r.refuse(node, "expected a positive step, found " + Twine(*step));
  auto bound = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
  };
  std::vector<Cell> items;
  for (int64_t i = bound(*start), last = bound(*stop); i < last;
       i += std::min(*step, size))
    items.push_back(list->items[i]);
  r.result(node, r.list(std::move(items), list->kind));
}

} // namespace

void addListHandlers(Handlers &h) {
  h.first["prim::ListConstruct"] = construct<Container::List>;
  h.first["prim::TupleConstruct"] = construct<Container::Tuple>;
  h.first["constant::list"] = constantList<Container::List>;
  h.first["constant::tuple"] = constantList<Container::Tuple>;
  for (StringRef kind : {"prim::ListUnpack", "prim::TupleUnpack"})
    h.first[kind] = unpack;
  for (StringRef kind :
       {"prim::TupleIndex", "aten::__getitem__.t", "aten::select.t"})
    h.first[kind] = getItem;
  h.first["prim::TupleSlice"] = slice;
  h.first["aten::slice.t"] = slice;
  h.first["aten::_set_item.t"] = setItem;
  h.first["aten::append.t"] = append;
  h.first["aten::insert.t"] = insert;
  h.first["aten::extend.t"] = h.first["aten::add_.t"] = extend;
  h.first["aten::pop.t"] = h.first["aten::Delete.t"] = pop;
  h.first["aten::clear.t"] = clear;
  h.first["aten::reverse.t"] = reverse;
  h.first["aten::copy.t"] = h.first["aten::list.t"] = h.first["aten::Size"] =
      copy;
  h.first["aten::add.t"] = concatenate;
  h.first["aten::mul.left_t"] = repeat<0>;
  h.first["aten::mul.right_"] = repeat<1>;
}

} // namespace lcompile::import::torchscript
