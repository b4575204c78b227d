// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types as the plug-in writes them, and the names of outputs that follow from
// them.
#include "lib/Import/TorchScript/Inputs.h"

using namespace mlir;

namespace lcompile::import::torchscript {

static TypeTree parseType(StringRef &text, unsigned depth) {
  TypeTree tree;
  if (text.empty() || depth > 32)
    return tree;
  tree.kind = text.front();
  text = text.drop_front();
  switch (tree.kind) {
  case '?':
  case '[':
    tree.parts.push_back(parseType(text, depth + 1));
    break;
  case '{':
    tree.parts.push_back(parseType(text, depth + 1));
    tree.parts.push_back(parseType(text, depth + 1));
    break;
  case '(':
    while (!text.empty() && !text.consume_front(")")) {
      text.consume_front(",");
      size_t end = text.find_first_of("=,)[({?");
      if (end != StringRef::npos && text[end] == '=') {
        tree.names.push_back(text.take_front(end).str());
        text = text.drop_front(end + 1);
      }
      tree.parts.push_back(parseType(text, depth + 1));
    }
    break;
  case '*':
    tree.text =
        text.take_until([](char c) { return c == ',' || c == ')'; }).str();
    text = text.drop_front(tree.text.size());
    break;
  default:
    break;
  }
  return tree;
}

TypeTree parseType(StringRef text) { return parseType(text, 0); }

void nameOutputs(const Cell &cell, const TypeTree &type,
                 const std::string &prefix, Data &outputs,
                 std::vector<std::string> &names) {
  const TypeTree &known = type.kind == '?' ? type.parts[0] : type;
  if (!cell.box) {
    if (cell.isNone())
      return;
    outputs.push_back(cell.isUnknown() ? Datum::poison() : cell.datum);
    names.push_back(prefix.empty() ? "output" : prefix);
    return;
  }
  const Container &box = *cell.box;
  for (size_t i = 0; i < box.items.size(); ++i) {
    std::string name;
    if (i < known.names.size())
      name = known.names[i];
    else if (i < box.keys.size())
      name = box.keys[i].isText() ? box.keys[i].datum.text()
                                  : describe(box.keys[i]);
    else
      name = (prefix.empty() ? "output" : "") + std::to_string(i);
    TypeTree inner;
    if (known.kind == '(' && i < known.parts.size())
      inner = known.parts[i];
    else if (known.kind == '[' || known.kind == '{')
      inner = known.parts.back();
    nameOutputs(box.items[i], inner,
                prefix.empty() ? name : prefix + "." + name, outputs, names);
  }
}

} // namespace lcompile::import::torchscript
