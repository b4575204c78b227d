// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What people see while they wait.
#include "lib/Compiler/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace lcompile {

static constexpr unsigned barWidth = 24;

Progress::Progress(bool verbose, unsigned phases)
    : verbose(verbose), phases(phases),
      start(std::chrono::steady_clock::now()) {
  const char *terminal = std::getenv("TERM");
  bar = !verbose && sys::Process::StandardErrIsDisplayed() && terminal &&
        StringRef(terminal) != "dumb";
}

void Progress::began(StringRef phase, size_t operations) {
  if (!bar)
    return;
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  unsigned full = std::min(barWidth, barWidth * done / std::max(phases, 1u));
  errs() << "\r\033[K[" << std::string(full, '=')
         << std::string(barWidth - full, ' ') << "] " << phase;
  if (operations)
    errs() << ", " << operations << " operations";
  errs() << format(", %.1f s", seconds.count());
  errs().flush();
  shown = true;
}

void Progress::ended(const PhaseReport &report) {
  ++done;
  if (verbose)
    errs() << format("%-10s %8.3f s %8zu operations %8.0f MiB peak\n",
                     report.name.c_str(), report.cpuSeconds, report.operations,
                     report.peakMiB);
}

void Progress::clear() {
  if (shown)
    errs() << "\r\033[K";
  shown = false;
}

} // namespace lcompile
