// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dicts and objects of TorchScript, followed at compile time.
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {
namespace {

Container *dict(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (cell.box && cell.box->kind == Container::Dict)
    return cell.box.get();
  if (!cell.isPoison())
    r.refuse(node, "expected a dict, found " + describe(cell));
  return nullptr;
}

/// The place of the key that is operand `i`, the dict's size when it has none.
std::optional<size_t> find(Replay &r, const Node &node, size_t i,
                           const Container &dict) {
  Cell key = r.operand(node, i);
  Datum wanted;
  if (!r.known(key, wanted)) {
    r.refuse(node,
             "expected a key that is known when the model is compiled, found " +
                 describe(key));
    return std::nullopt;
  }
  for (size_t k = 0; k < dict.keys.size(); ++k)
    if (describe(dict.keys[k]) == wanted.describe())
      return k;
  return dict.keys.size();
}

void put(Container &dict, size_t at, const Cell &key, const Cell &value) {
  if (at == dict.keys.size()) {
    dict.keys.push_back(key);
    dict.items.push_back(value);
  } else {
    dict.items[at] = value;
  }
}

template <bool fixed> void construct(Replay &r, const Node &node) {
  Cell cell = r.list({}, Container::Dict);
  for (size_t i = 0; i + 1 < node.operands.size(); i += 2)
    if (auto at = find(r, node, i, *cell.box))
      put(*cell.box, *at, r.operand(node, i), r.constant(node.operands[i + 1]));
  if (fixed)
    cell.box->home = nullptr;
  r.result(node, cell);
}

void getItem(Replay &r, const Node &node) {
  Container *d = dict(r, node);
  auto at = d ? find(r, node, 1, *d) : std::nullopt;
  if (!at)
    return;
  if (*at < d->keys.size())
    r.result(node, d->items[*at]);
  else
    r.refuse(node, "the dict has no key " + describe(r.operand(node, 1)));
}

void get(Replay &r, const Node &node) {
  Container *d = dict(r, node);
  auto at = d ? find(r, node, 1, *d) : std::nullopt;
  if (!at)
    return;
  if (*at < d->keys.size())
    r.result(node, d->items[*at]);
  else
    r.result(node, node.operands.size() > 2 ? r.operand(node, 2) : Cell());
}

void setItem(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (!r.mayChange(node, cell))
    return;
  if (auto at = find(r, node, 1, *cell.box))
    put(*cell.box, *at, r.operand(node, 1), r.operand(node, 2));
}

void remove(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (!r.mayChange(node, cell))
    return;
  Container &d = *cell.box;
  auto at = find(r, node, 1, d);
  if (!at)
    return;
  if (*at == d.keys.size()) {
    if (node.operands.size() > 2)
      return r.result(node, r.operand(node, 2));
    return r.refuse(node,
                    "the dict has no key " + describe(r.operand(node, 1)));
  }
  r.result(node, d.items[*at]);
  d.items.erase(d.items.begin() + *at);
  d.keys.erase(d.keys.begin() + *at);
}

void setDefault(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (!r.mayChange(node, cell))
    return;
  auto at = find(r, node, 1, *cell.box);
  if (!at)
    return;
  if (*at == cell.box->keys.size())
    put(*cell.box, *at, r.operand(node, 1), r.operand(node, 2));
  r.result(node, cell.box->items[*at]);
}

/// dict([(key, value), ...]).
void fromPairs(Replay &r, const Node &node) {
  Container *pairs = r.container(node, 0);
  if (!pairs)
    return;
  Cell cell = r.list({}, Container::Dict);
  for (const Cell &pair : pairs->items) {
    if (!pair.box || pair.box->items.size() != 2)
      return r.refuse(node, "expected pairs, found " + describe(pair));
    size_t at = 0;
    while (at < cell.box->keys.size() &&
           describe(cell.box->keys[at]) != describe(pair.box->items[0]))
      ++at;
    put(*cell.box, at, pair.box->items[0], pair.box->items[1]);
  }
  r.result(node, cell);
}

void update(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0), other = r.operand(node, 1);
  if (!r.mayChange(node, cell) || !other.box)
    return;
  for (size_t i = 0; i < other.box->keys.size(); ++i) {
    size_t at = 0;
    while (at < cell.box->keys.size() &&
           describe(cell.box->keys[at]) != describe(other.box->keys[i]))
      ++at;
    put(*cell.box, at, other.box->keys[i], other.box->items[i]);
  }
}

void contains(Replay &r, const Node &node) {
  Container *d = dict(r, node);
  if (auto at = d ? find(r, node, 1, *d) : std::nullopt)
    r.result(node, Datum(*at < d->keys.size()));
}

void length(Replay &r, const Node &node) {
  if (Container *d = dict(r, node))
    r.result(node, Datum(int64_t(d->keys.size())));
}

void keys(Replay &r, const Node &node) {
  if (Container *d = dict(r, node))
    r.result(node, r.list(d->keys));
}

void values(Replay &r, const Node &node) {
  if (Container *d = dict(r, node))
    r.result(node, r.list(d->items));
}

void items(Replay &r, const Node &node) {
  Container *d = dict(r, node);
  if (!d)
    return;
  std::vector<Cell> pairs;
  for (size_t i = 0; i < d->keys.size(); ++i)
    pairs.push_back(r.list({d->keys[i], d->items[i]}, Container::Tuple));
  r.result(node, r.list(std::move(pairs)));
}

void copy(Replay &r, const Node &node) {
  Container *d = dict(r, node);
  if (!d)
    return;
  Cell cell = r.list(d->items, Container::Dict);
  cell.box->keys = d->keys;
  r.result(node, cell);
}

void clear(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (!r.mayChange(node, cell))
    return;
  cell.box->keys.clear();
  cell.box->items.clear();
}

//===----------------------------------------------------------------------===//
// Objects of classes that the program makes itself
//===----------------------------------------------------------------------===//

void createObject(Replay &r, const Node &node) {
  r.result(node, r.list({}, Container::Object));
}

void setAttribute(Replay &r, const Node &node) {
  Cell object = r.constant(node.operands[0]);
  if (!object.box || object.box->kind != Container::Object)
    return r.refuse(
        node, "sets the model's attribute '" + node.attribute +
                  "', which would last until the next call: pass it in and "
                  "return it instead");
  if (!r.mayChange(node, object))
    return;
  Container &o = *object.box;
  size_t at = 0;
  while (at < o.keys.size() && o.keys[at].datum.text() != node.attribute)
    ++at;
  put(o, at, Datum(node.attribute), r.constant(node.operands[1]));
}

void getAttribute(Replay &r, const Node &node) {
  Cell object = r.operand(node, 0);
  if (object.box && object.box->kind == Container::Object)
    for (size_t i = 0; i < object.box->keys.size(); ++i)
      if (object.box->keys[i].datum.text() == node.attribute)
        return r.result(node, object.box->items[i]);
  if (!object.isPoison())
    r.refuse(node, "expected an object with the attribute '" + node.attribute +
                       "', found " + describe(object));
}

/// `with torch.no_grad():` and the like.
void enterOrExit(Replay &r, const Node &node) {
  for (size_t i = 0; i < node.results.size(); ++i)
    r.result(node, Cell(), i);
}

} // namespace

void addDictHandlers(Handlers &h) {
  h.first["prim::DictConstruct"] = h.first["aten::dict"] = construct<false>;
  h.first["constant::dict"] = construct<true>;
  for (StringRef key : {"str", "int", "bool", "float"}) {
    h.first[("aten::__getitem__.Dict_" + key).str()] = getItem;
    h.first[("aten::get." + key).str()] = get;
    h.first[("aten::get.default_" + key).str()] = get;
    h.first[("aten::_set_item." + key).str()] = setItem;
    h.first[("aten::pop.Dict_" + key).str()] = remove;
    h.first[("aten::pop.Dict_default_" + key).str()] = remove;
    h.first[("aten::Delete.Dict_" + key).str()] = remove;
    h.first[("aten::update." + key).str()] = update;
    h.first[("aten::__contains__." + key).str()] = contains;
    h.first[("aten::len.Dict_" + key).str()] = length;
    h.first[("aten::keys." + key).str()] = keys;
    h.first[("aten::values." + key).str()] = values;
    h.first[("aten::items." + key).str()] = items;
    h.first[("aten::copy.Dict_" + key).str()] = copy;
    h.first[("aten::dict.Dict_" + key).str()] = copy;
    h.first[("aten::dict." + key).str()] = fromPairs;
    h.first[("aten::setdefault." + key).str()] = setDefault;
    h.first[("aten::clear." + key).str()] = clear;
  }
  h.first["prim::CreateObject"] = createObject;
  h.first["prim::SetAttr"] = setAttribute;
  h.first["prim::GetAttr"] = getAttribute;
  h.first["prim::Enter"] = h.first["prim::Exit"] = enterOrExit;
}

} // namespace lcompile::import::torchscript
