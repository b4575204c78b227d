// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program writes to that stays between calls.
#include "lib/Import/ExportedProgram/State.h"

using namespace mlir;

namespace lcompile::import {

llvm::SmallVector<StringRef> movedStatistics(Json node) {
  llvm::SmallVector<StringRef> names;
  bool training = false;
  if (node.at("target").text() != "torch.ops.aten.batch_norm.default")
    return names;
  for (Json input : node.at("inputs").items()) {
    StringRef name = input.at("name").text();
    auto [kind, body] = input.at("arg").variant();
    if (name == "training" && kind == "as_bool")
      training = body.boolean();
    if ((name == "running_mean" || name == "running_var") &&
        kind == "as_tensor")
      names.push_back(body.at("name").text());
  }
  if (!training)
    names.clear();
  return names;
}

llvm::StringSet<> movedStatisticsOf(Json graph) {
  llvm::StringSet<> all;
  for (Json node : graph.at("nodes").items())
    for (StringRef name : movedStatistics(node))
      all.insert(name);
  return all;
}

} // namespace lcompile::import
