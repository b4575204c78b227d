// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// --verify: the compiled model beside eager PyTorch.
#ifndef LIB_COMPILER_VERIFY_H
#define LIB_COMPILER_VERIFY_H

#include "lib/Compiler/Driver.h"
#include "lib/Compiler/Plan.h"

namespace lcompile {

/// Runs `job.output`, whose plan is `plan`, and the program of `job.input` in
/// PyTorch (a Python process) on the same inputs, and prints the largest error
/// of each output. When one is out of tolerance, compiles the program again
/// with the result of every operation as an output, and prints the first
/// operation that differs. `good` says whether all outputs match.
llvm::Error verifyArtefact(const Job &job, const Plan &plan, bool &good);

} // namespace lcompile

#endif // LIB_COMPILER_VERIFY_H
