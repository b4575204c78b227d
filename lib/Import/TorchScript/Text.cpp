// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text of TorchScript programs: messages, modes and keys, known at compile
// time.
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {
namespace {

/// The text that is operand `i`; nothing after a refusal.
std::optional<std::string> text(Replay &r, const Node &node, size_t i) {
  Cell cell = r.operand(node, i);
  if (cell.isText() && !isUninitialized(cell))
    return cell.datum.text();
  r.refuse(node,
           "expected a text that is known when the model is compiled, found " +
               describe(cell));
  return std::nullopt;
}

/// As Python's str() for messages: what is not known now is described.
std::string display(const Cell &cell) {
  return cell.isText() ? cell.datum.text() : describe(cell);
}

template <bool whenEqual> void equal(Replay &r, const Node &node) {
  auto x = text(r, node, 0), y = x ? text(r, node, 1) : x;
  if (y)
    r.result(node, Datum((*x == *y) == whenEqual));
}

void concatenate(Replay &r, const Node &node) {
  auto x = text(r, node, 0), y = x ? text(r, node, 1) : x;
  if (y)
    r.result(node, Datum(*x + *y));
}

/// "{} has {}".format(...).
void format(Replay &r, const Node &node) {
  auto pattern = text(r, node, 0);
  if (!pattern)
    return;
  std::string result;
  size_t at = 0, next = 1;
  for (size_t open; (open = pattern->find("{}", at)) != std::string::npos;
       at = open + 2) {
    result += pattern->substr(at, open - at);
    if (next < node.operands.size())
      result += display(r.constant(node.operands[next++]));
  }
  r.result(node, Datum(result + pattern->substr(at)));
}

void toText(Replay &r, const Node &node) {
  r.result(node, Datum(display(r.constant(node.operands[0]))));
}

void length(Replay &r, const Node &node) {
  if (auto x = text(r, node, 0))
    r.result(node, Datum(int64_t(x->size())));
}

template <std::string (*function)(StringRef)>
void map(Replay &r, const Node &node) {
  if (auto x = text(r, node, 0))
    r.result(node, Datum(function(*x)));
}
std::string lower(StringRef x) { return x.lower(); }
std::string upper(StringRef x) { return x.upper(); }
std::string same(StringRef x) { return x.str(); }
std::string deviceType(StringRef x) { return x.split(':').first.str(); }

void startsWith(Replay &r, const Node &node) {
  auto x = text(r, node, 0), y = x ? text(r, node, 1) : x;
  if (y)
    r.result(node, Datum(StringRef(*x).starts_with(*y)));
}

void join(Replay &r, const Node &node) {
  auto separator = text(r, node, 0);
  Cell list = separator ? r.operand(node, 1) : Cell();
  if (!list.box)
    return;
  std::string result;
  for (size_t i = 0; i < list.box->items.size(); ++i)
    result += (i ? *separator : "") + display(list.box->items[i]);
  r.result(node, Datum(result));
}

} // namespace

void addTextHandlers(Handlers &h) {
  for (StringRef type : {"str", "device"}) {
    h.first[("aten::eq." + type).str()] = equal<true>;
    h.first[("aten::ne." + type).str()] = equal<false>;
  }
  h.first["aten::add.str"] = concatenate;
  h.first["aten::format"] = format;
  h.first["aten::str"] = toText;
  h.first["aten::len.str"] = length;
  h.first["aten::lower"] = map<lower>;
  h.first["aten::upper"] = map<upper>;
  h.first["aten::device"] = map<same>;
  h.first["prim::type"] = map<deviceType>;
  h.first["aten::startswith"] = startsWith;
  h.first["aten::join"] = join;
}

} // namespace lcompile::import::torchscript
