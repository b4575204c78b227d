// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All passes of the pipeline, in its order; each has one file in its stage's folder.
#ifndef PASSES_PASSES_TD
#define PASSES_PASSES_TD

include "passes/1_normalize/Passes.td"
include "passes/2_train/Passes.td"
include "passes/3_distribute/Passes.td"
include "passes/4_optimize/Passes.td"
include "passes/5_partition/Passes.td"
include "passes/6_lower/Passes.td"
include "passes/Pipelines/Passes.td"

#endif // PASSES_PASSES_TD
