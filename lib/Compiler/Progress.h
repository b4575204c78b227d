// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What people see while they wait.
#ifndef LIB_COMPILER_PROGRESS_H
#define LIB_COMPILER_PROGRESS_H

#include "lib/Compiler/Session.h"
#include <chrono>

namespace lcompile {

/// One line a phase (`verbose`), else a bar on a terminal, else nothing. Writes
/// to the standard error output.
class Progress : public PhaseObserver {
public:
  /// `phases`: how many there will be.
  Progress(bool verbose, unsigned phases);
  ~Progress() override { clear(); }

  void began(llvm::StringRef phase, size_t operations) override;
  void ended(const PhaseReport &report) override;
  /// Removes the bar, before messages.
  void clear();

private:
  bool verbose, bar, shown = false;
  unsigned phases, done = 0;
  std::chrono::steady_clock::time_point start;
};

} // namespace lcompile

#endif // LIB_COMPILER_PROGRESS_H
