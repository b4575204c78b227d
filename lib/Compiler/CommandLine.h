// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command line of lcompile.
#ifndef LIB_COMPILER_COMMANDLINE_H
#define LIB_COMPILER_COMMANDLINE_H

namespace lcompile {

/// Exit code: 0 good, 1 an error of the user's, 2 one of ours.
int runCommandLine(int argc, char **argv);

} // namespace lcompile

#endif // LIB_COMPILER_COMMANDLINE_H
