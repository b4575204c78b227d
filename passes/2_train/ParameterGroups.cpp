// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parameters are updated with which numbers.
#include "passes/2_train/ParameterGroups.h"

using namespace mlir;
using namespace lcompile;

llvm::Expected<ParameterGroups> ParameterGroups::parse(StringRef text,
                                                       Optimizer others) {
  ParameterGroups result;
  result.groups.emplace_back(std::move(others));
  SmallVector<StringRef> parts;
  text.split(parts, ';', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    if (llvm::Error error = result.add(part.trim()))
      return error;
  return result;
}

llvm::Error ParameterGroups::add(StringRef text) {
  auto [names, numbers] = text.split(':');
  numbers = numbers.trim();
  if (names.trim().empty() || numbers.empty())
    return llvm::createStringError(
        "expected PATTERNS: NUMBERS for --group, such as "
        "'*.bias,*norm*: weight_decay=0', found '" +
        text + "'");
  Group group(groups[0].optimizer);
  group.text = text.str();
  if (numbers == "frozen") {
    group.frozen = true;
  } else {
    llvm::Expected<Optimizer> optimizer = groups[0].optimizer.with(numbers);
    if (!optimizer)
      return llvm::createStringError(
          "--group='" + text + "': " + llvm::toString(optimizer.takeError()));
    group.optimizer = std::move(*optimizer);
  }
  SmallVector<StringRef> patterns;
  names.split(patterns, ',', -1, /*KeepEmpty=*/false);
  for (StringRef pattern : patterns) {
    llvm::Expected<llvm::GlobPattern> glob =
        llvm::GlobPattern::create(pattern.trim());
    if (!glob)
      return llvm::createStringError(
          "--group='" + text + "': '" + pattern.trim() +
          "' is no pattern: " + llvm::toString(glob.takeError()));
    group.patterns.push_back({pattern.trim().str(), std::move(*glob)});
  }
  groups.push_back(std::move(group));
  return llvm::Error::success();
}

unsigned ParameterGroups::find(StringRef name) {
  if (anyName.empty())
    anyName = name.str();
  unsigned found = 0;
  for (unsigned i = 1; i < groups.size(); ++i)
    for (Pattern &pattern : groups[i].patterns) {
      if (!pattern.glob.match(name))
        continue;
      pattern.isUsed = true;
      if (!found)
        found = i;
    }
  groups[found].isUsed = true;
  return found;
}

llvm::Error ParameterGroups::checkUse() const {
  std::string text;
  for (const Group &group : llvm::drop_begin(groups)) {
    bool isMatched = true;
    for (const Pattern &pattern : group.patterns)
      if (!pattern.isUsed) {
        text += (text.empty() ? "" : "\n") +
                ("--group='" + group.text + "': pattern '" + pattern.text +
                 "' matches no trainable parameter, expected one of names such "
                 "as '" +
                 anyName + "'");
        isMatched = false;
      }
    if (isMatched && !group.isUsed)
      text += (text.empty() ? "" : "\n") +
              ("--group='" + group.text +
               "' has no effect: groups before it have all of its parameters");
  }
  return text.empty() ? llvm::Error::success() : llvm::createStringError(text);
}
