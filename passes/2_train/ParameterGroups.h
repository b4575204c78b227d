// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parameters are updated with which numbers.
#ifndef PASSES_2_TRAIN_PARAMETERGROUPS_H
#define PASSES_2_TRAIN_PARAMETERGROUPS_H

#include "passes/2_train/Optimizer.h"
#include "llvm/Support/GlobPattern.h"

namespace lcompile {

/// The groups of torch.optim, by name: "*.bias,*norm*: weight_decay=0".
class ParameterGroups {
public:
  /// `text`: groups with ';' between them, each PATTERNS: NUMBERS, where
  /// numbers are those of the optimizer but for clipping, or `frozen`. What no
  /// pattern matches has those of `others`.
  static llvm::Expected<ParameterGroups> parse(llvm::StringRef text,
                                               Optimizer others);

  /// The index of the first group with a pattern that matches the name; 0: none
  /// does.
  unsigned find(llvm::StringRef name);
  bool isFrozen(unsigned group) const { return group && groups[group].frozen; }
  const Optimizer &optimizer(unsigned group) const {
    return groups[group].optimizer;
  }
  bool countsSteps() const { return groups[0].optimizer.countsSteps(); }
  unsigned size() const { return groups.size(); }

  /// After all names have been looked for: an error for each pattern that none
  /// of them matches, and each group that has none of them.
  llvm::Error checkUse() const;

private:
  struct Pattern {
    std::string text;
    llvm::GlobPattern glob;
    bool isUsed = false;
  };
  struct Group {
    explicit Group(Optimizer optimizer) : optimizer(std::move(optimizer)) {}
    std::string text;
    std::vector<Pattern> patterns;
    Optimizer optimizer;
    bool frozen = false, isUsed = false;
  };
  llvm::Error add(llvm::StringRef text);

  std::vector<Group> groups; // the first is all others
  std::string anyName;       // for messages
};

} // namespace lcompile

#endif // PASSES_2_TRAIN_PARAMETERGROUPS_H
