// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All operations of the lc dialect, one file a family.
#ifndef DIALECTS_LC_IR_LCOPS_TD
#define DIALECTS_LC_IR_LCOPS_TD

include "dialects/lc/IR/LcSourceOps.td"
include "dialects/lc/IR/LcElementwiseOps.td"
include "dialects/lc/IR/LcShapeOps.td"
include "dialects/lc/IR/LcIndexOps.td"
include "dialects/lc/IR/LcReduceOps.td"
include "dialects/lc/IR/LcContractionOps.td"
include "dialects/lc/IR/LcNormOps.td"
include "dialects/lc/IR/LcPoolOps.td"

#endif // DIALECTS_LC_IR_LCOPS_TD
