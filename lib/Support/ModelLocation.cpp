// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Locations of model operations.
#include "lib/Support/ModelLocation.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace lcompile {

static constexpr StringLiteral modulePrefix = "module:", opPrefix = "op:";

Location toLocation(const ModelLocation &where, MLIRContext *ctx) {
  SmallVector<Location> parts;
  if (!where.file.empty())
    parts.push_back(FileLineColLoc::get(ctx, where.file, where.line, 0));
  auto name = [&](StringRef prefix, const std::string &text) {
    if (!text.empty())
      parts.push_back(NameLoc::get(StringAttr::get(ctx, prefix + Twine(text))));
  };
  name(modulePrefix, where.module);
  name(opPrefix, where.op);
  if (parts.empty())
    return UnknownLoc::get(ctx);
  // The metadata marks one operation, so that fusing such locations keeps them
  // apart.
  return FusedLoc::get(ctx, parts, StringAttr::get(ctx, "model"));
}

namespace {
struct Collector {
  SmallVector<ModelLocation> found;
  llvm::StringSet<> seen;

  void add(ModelLocation where) {
    std::string key = where.file + ":" + std::to_string(where.line) + "|" +
                      where.module + "|" + where.op;
    if (seen.insert(key).second)
      found.push_back(std::move(where));
  }

  void visit(Location loc) {
    if (auto fused = dyn_cast<FusedLoc>(loc)) {
      auto marker = dyn_cast_or_null<StringAttr>(fused.getMetadata());
      if (!marker || marker.getValue() != "model") {
        for (Location part : fused.getLocations())
          visit(part);
        return;
      }
      ModelLocation where;
      for (Location part : fused.getLocations()) {
        if (auto file = dyn_cast<FileLineColLoc>(part)) {
          where.file = file.getFilename().str();
          where.line = file.getLine();
        } else if (auto name = dyn_cast<NameLoc>(part)) {
          StringRef text = name.getName();
          if (text.consume_front(modulePrefix))
            where.module = text.str();
          else if (text.consume_front(opPrefix))
            where.op = text.str();
        }
      }
      add(std::move(where));
    } else if (auto file = dyn_cast<FileLineColLoc>(loc)) {
      add({file.getFilename().str(), file.getLine(), "", ""});
    } else if (auto name = dyn_cast<NameLoc>(loc)) {
      visit(name.getChildLoc());
    } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
      visit(call.getCallee());
    }
  }
};
} // namespace

SmallVector<ModelLocation> fromLocation(Location loc) {
  Collector collector;
  collector.visit(loc);
  return std::move(collector.found);
}

std::string toText(Location loc, unsigned limit) {
  std::string text;
  SmallVector<ModelLocation> all = fromLocation(loc);
  for (auto [i, where] : llvm::enumerate(all)) {
    if (i == limit) {
      text += "; and " + std::to_string(all.size() - limit) + " more";
      break;
    }
    std::string part;
    auto append = [&](const std::string &word) {
      if (!word.empty())
        part += (part.empty() ? "" : " ") + word;
    };
    if (!where.file.empty())
      append(llvm::sys::path::filename(where.file).str() + ":" +
             std::to_string(where.line));
    append(where.module);
    append(where.op);
    text += (i ? "; " : "") + part;
  }
  return text;
}

} // namespace lcompile
