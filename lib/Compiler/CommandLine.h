// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command line of lcompile.
#ifndef LIB_COMPILER_COMMANDLINE_H
#define LIB_COMPILER_COMMANDLINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace lcompile {

struct CompileOptions;

/// Exit code: 0 good, 1 an error of the user's, 2 one of ours.
int runCommandLine(int argc, char **argv);

/// Options alone, without a model and an output: {"--cpu=native",
/// "--threads=2"}.
llvm::Error parseOptions(llvm::ArrayRef<const char *> arguments,
                         CompileOptions &options);

} // namespace lcompile

#endif // LIB_COMPILER_COMMANDLINE_H
