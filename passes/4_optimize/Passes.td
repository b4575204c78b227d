// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 4, optimize.
#ifndef PASSES_4_OPTIMIZE_PASSES_TD
#define PASSES_4_OPTIMIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // PASSES_4_OPTIMIZE_PASSES_TD
