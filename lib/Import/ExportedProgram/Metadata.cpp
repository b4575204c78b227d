// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where nodes come from: what their metadata say about source and module.
#include "lib/Import/ExportedProgram/Metadata.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace lcompile::import {

/// Metadata help people; whatever is wrong with them must not stop an import.
static StringRef optionalText(Json metadata, StringRef key) {
  Json text = metadata.get(key);
  return text.isText() ? text.text() : StringRef();
}

/// Splits `File "model.py", line 12, in forward` into file and line.
static bool parseFrame(StringRef text, StringRef &file, unsigned &line) {
  text = text.ltrim();
  if (!text.consume_front("File \""))
    return false;
  StringRef behind;
  std::tie(file, behind) = text.split('"');
  if (!behind.consume_front(", line "))
    return false;
  return !behind.take_while(isDigit).getAsInteger(10, line);
}

static void readStackTrace(StringRef trace, ModelLocation &where) {
  SmallVector<StringRef> lines;
  trace.split(lines, '\n');
  for (StringRef text : reverse(lines)) {
    StringRef file;
    unsigned line;
    // Frames of generated code are named "<eval_with_key>.3".
    if (!parseFrame(text, file, line) || file.starts_with("<"))
      continue;
    bool isTorch = file.contains("site-packages/torch/");
    if (where.file.empty() || !isTorch) {
      where.file = file.str();
      where.line = line;
    }
    if (!isTorch)
      return;
  }
}

ModelLocation readLocation(Json node, StringRef target) {
  ModelLocation where;
  std::string schema = schemaName(target);
  auto [space, op] = StringRef(schema).split("::");
  where.op = op.empty() ? schema : (space + "." + op.split('.').first).str();
  Json metadata = node.get("metadata");
  if (!metadata.isObject())
    return where;
  readStackTrace(optionalText(metadata, "stack_trace"), where);
  // Entries "key,path,type", innermost last.
  StringRef stack = optionalText(metadata, "nn_module_stack");
  StringRef last = stack.substr(stack.rfind(';') + 1);
  where.module = last.split(',').second.split(',').first.str();
  return where;
}

std::string schemaName(StringRef target) {
  StringRef name = target;
  if (!name.consume_front("torch.ops."))
    return target.str();
  auto [space, op] = name.split('.');
  return op.empty() ? target.str() : (space + "::" + op).str();
}

/// Appends the names of the leaves of `tree` to `names`. False when the tree
/// has a form that is not understood.
static bool nameLeaves(Json tree, const std::string &prefix,
                       std::vector<std::string> &names, unsigned depth) {
  if (depth > 32 || !tree.isObject())
    return false;
  Json type = tree.get("type"), children = tree.get("children_spec");
  if (!type) {
    names.push_back(prefix);
    return true;
  }
  if (!type.isText() || !children.isList())
    return false;
  std::vector<std::string> keys;
  Json context = tree.get("context");
  if (StringRef(type.text()).ends_with("dict") && context.isText()) {
    Failure ignored;
    if (auto list = parseJson(context.text(), ignored))
      for (Json key : Json(list.get(), ignored, "keys").items())
        keys.push_back(key.text().str());
  }
  std::vector<Json> items = children.items();
  for (auto [i, child] : enumerate(items)) {
    std::string name = i < keys.size() ? keys[i] : std::to_string(i);
    if (!prefix.empty())
      name = prefix + "." + name;
    else if (i >= keys.size())
      name = "output" + name;
    if (!nameLeaves(child, name, names, depth + 1))
      return false;
  }
  return true;
}

std::vector<std::string> readOutputNames(Json graphModule, size_t count) {
  std::vector<std::string> names;
  Json calls = graphModule.get("module_call_graph");
  if (!calls.isList())
    return names;
  for (Json call : calls.items()) {
    if (!call.isObject() || !call.get("signature").isObject())
      return names;
    StringRef text = optionalText(call.get("signature"), "out_spec");
    Failure ignored;
    auto spec = parseJson(text, ignored);
    if (ignored.failed())
      return names;
    Json pair(spec.get(), ignored, "out_spec");
    std::vector<Json> parts =
        pair.isList() ? pair.items() : std::vector<Json>();
    if (parts.size() != 2 || !nameLeaves(parts[1], "", names, 0) ||
        ignored.failed() || names.size() != count)
      return {};
    for (std::string &name : names)
      if (name.empty())
        name = "output";
    return names;
  }
  return names;
}

} // namespace lcompile::import
