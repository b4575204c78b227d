// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile: compiles a PyTorch model to a native artefact.
#include "lib/Compiler/CommandLine.h"

int main(int argc, char **argv) { return lcompile::runCommandLine(argc, argv); }
