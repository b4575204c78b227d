// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What lcompile does once it knows what is wanted.
#ifndef LIB_COMPILER_DRIVER_H
#define LIB_COMPILER_DRIVER_H

#include "lib/Compiler/Session.h"

namespace lcompile {

/// One call of lcompile.
struct Job {
  CompileOptions options;
  std::string input, output;
  bool check = false, verify = false, verbose = false;
  std::string report, profile; // --report, --profile; "": none
  std::string python, rtol;    // for --verify; "": the default
};

/// Does it, with messages to the standard error output. Returns the exit code:
/// 0 good, 1 the user's error or an output that differs, 2 internal.
int runJob(const Job &job);

/// Prints an error as one does that ends lcompile, and returns its exit code.
int reportError(llvm::Error error);

} // namespace lcompile

#endif // LIB_COMPILER_DRIVER_H
