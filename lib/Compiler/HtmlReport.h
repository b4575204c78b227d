// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// --report: one page about a compiled model.
#ifndef LIB_COMPILER_HTMLREPORT_H
#define LIB_COMPILER_HTMLREPORT_H

#include "lib/Compiler/Plan.h"
#include "lib/Compiler/Session.h"

namespace lcompile {

/// Times of one dispatch, from a profile.
struct DispatchTime {
  unsigned calls = 0;
  double microseconds = 0; // of all calls
};

/// By function, one entry a dispatch. Empty without a profile.
using Profile = std::map<std::string, std::vector<DispatchTime>>;

/// Reads a trace of `lcompile-run --profile` and checks that it is one of this
/// model.
llvm::Expected<Profile> readProfile(llvm::StringRef path, const Plan &plan);

struct ReportData {
  Plan plan;
  Profile profile;
  std::string compiler, target;
  /// lc operations of the model after stage normalize, with their number.
  std::map<std::string, unsigned> operations;
  /// Bytes of machine code by kernel; "" is all else.
  std::map<std::string, uint64_t> code;
  std::vector<PhaseReport> phases;
};

/// The whole page; it needs no other file and no network.
std::string htmlReport(const ReportData &data);

/// "512 bytes", "38.4 KiB", "1.2 GiB".
std::string bytesText(uint64_t bytes);

} // namespace lcompile

#endif // LIB_COMPILER_HTMLREPORT_H
