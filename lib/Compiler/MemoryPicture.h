// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The arena over time, as a picture.
#ifndef LIB_COMPILER_MEMORYPICTURE_H
#define LIB_COMPILER_MEMORYPICTURE_H

#include "lib/Compiler/Plan.h"

namespace lcompile {

/// Draws slots as rectangles: kernels from left to right, addresses from the
/// bottom up.
void drawMemory(llvm::raw_ostream &os, const Plan &plan,
                const PlanFunction &function);

} // namespace lcompile

#endif // LIB_COMPILER_MEMORYPICTURE_H
