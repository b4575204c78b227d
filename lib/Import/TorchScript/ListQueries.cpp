// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What TorchScript programs ask of lists: length, equality, search, sums.
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {
namespace {

void length(Replay &r, const Node &node) {
  if (Container *list = r.container(node, 0))
    r.result(node, Datum(int64_t(list->items.size())));
}

/// 1: equal, 0: different, -1: only known when the model runs.
int compare(Replay &r, const Cell &x, const Cell &y) {
  if (x.box && y.box) {
    if (x.box->items.size() != y.box->items.size())
      return 0;
    int result = 1;
    for (size_t i = 0; i < x.box->items.size(); ++i) {
      int item = compare(r, x.box->items[i], y.box->items[i]);
      result = item == 0 ? 0 : result == 1 ? item : result;
    }
    return result;
  }
  Datum a, b;
  if (r.known(x, a) && r.known(y, b)) {
    if (a.isNumber() && b.isNumber())
      return a.isFloat() || b.isFloat() ? a.asFloat() == b.asFloat()
                                        : a.asInt() == b.asInt();
    if (a.isString() && b.isString())
      return a.text() == b.text();
    return a.isNone() && b.isNone();
  }
  if (x.box || y.box || x.isUnknown() || y.isUnknown())
    return -1;
  AffineExpr m = x.datum.size(r.context()), n = y.datum.size(r.context());
  if (!m || !n)
    return -1;
  return lc::provablyEqual(m, n) ? 1 : lc::provablyDifferent(m, n) ? 0 : -1;
}

template <bool whenEqual> void equal(Replay &r, const Node &node) {
  int same = compare(r, r.operand(node, 0), r.operand(node, 1));
  r.result(node,
           same < 0 ? Cell::unknown("a comparison of lists that are known only "
                                    "when the model runs")
                    : Cell(Datum((same == 1) == whenEqual)));
}

void contains(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  int found = 0;
  for (const Cell &item : list->items) {
    int same = compare(r, item, r.operand(node, 1));
    found = same == 1 ? 1 : found == 0 ? same : found;
  }
  r.result(node, found < 0 ? Cell::unknown(
                                 "a search in a list that is known only when "
                                 "the model runs")
                           : Cell(Datum(found == 1)));
}

/// The place of the first equal element.
void index(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  for (auto [i, item] : llvm::enumerate(list->items)) {
    int same = compare(r, item, r.operand(node, 1));
    if (same == 1)
      return r.result(node, Datum(int64_t(i)));
    if (same < 0)
      return r.refuse(node,
                      "searches a list that is known only when the model runs");
  }
  r.refuse(node, describe(r.operand(node, 1)) + " is not in the list");
}

/// sum(list), min(list) and max(list) of numbers, one call an element.
template <bool isSum> void fold(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  if (list->items.empty() && !isSum)
    return r.refuse(node, "the list is empty");
  StringRef name = StringRef(node.kind).split('.').first;
  std::string schema = isSum ? "aten::add.int" : (name + ".int").str();
  Cell start = Datum(0);
  if (!isSum || StringRef(node.kind).ends_with("float"))
    start = isSum ? Cell(Datum(0.0)) : list->items[0];
  r.result(node, start);
  for (const Cell &item : llvm::drop_begin(list->items, isSum ? 0 : 1))
    r.call(node, schema,
           {{"a", toDatum(r.constant(node.results[0]))}, {"b", toDatum(item)}});
}

/// all(list) and any(list).
template <bool isAll> void quantify(Replay &r, const Node &node) {
  Container *list = r.container(node, 0);
  if (!list)
    return;
  bool isKnown = true;
  for (const Cell &item : list->items) {
    Datum value;
    bool number = r.known(item, value) && value.isNumber();
    if (number && value.asBool() != isAll)
      return r.result(node, Datum(!isAll));
    isKnown &= number;
  }
  r.result(node, isKnown ? Cell(Datum(isAll))
                         : Cell::unknown(
                               "a test of a list that is known only when the "
                               "model runs"));
}

} // namespace

void addListQueryHandlers(Handlers &h) {
  h.first["aten::len.t"] = length;
  for (StringRef element : {"int", "float", "bool", "str"}) {
    h.first[("aten::eq." + element + "_list").str()] = equal<true>;
    h.first[("aten::ne." + element + "_list").str()] = equal<false>;
    h.first[("aten::__contains__." + element + "_list").str()] = contains;
    h.first[("aten::index.list_" + element).str()] = index;
    h.last[("prim::min.self_" + element).str()] = fold<false>;
    h.last[("prim::max.self_" + element).str()] = fold<false>;
    h.last[("aten::sum." + element).str()] = fold<true>;
    h.last[("aten::all." + element).str()] = quantify<true>;
    h.last[("aten::any." + element).str()] = quantify<false>;
  }
}

} // namespace lcompile::import::torchscript
