// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each rank of a training step keeps in memory and sends.
#ifndef LIB_COMPILER_RANKPLAN_H
#define LIB_COMPILER_RANKPLAN_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <vector>

namespace lcompile {

/// Bytes of one rank.
struct RankPlan {
  uint64_t parameters = 0, optimizer = 0,
           others = 0;  // states, from step to step
  uint64_t weights = 0; // that training does not change
  uint64_t arena = 0; // while a step runs; dynamic sizes at their upper bounds
  uint64_t sent = 0;  // to other ranks, a step

  uint64_t states() const { return parameters + optimizer + others; }
  uint64_t memory() const { return states() + weights + arena; }
};

/// One entry a rank, from what lc-plan-buffers left on the module; none when
/// there is no training step.
std::vector<RankPlan> planRanks(mlir::ModuleOp module);

/// Seconds of a step as lc-schedule-collectives expects them: from shapes and
/// the rate of a link alone.
struct StepEstimate {
  double computing = 0, communicating = 0, waiting = 0;
  double linkRate = 0; // bytes a second; 0: nothing is communicated
};
StepEstimate estimateStep(mlir::ModuleOp module);

/// As a table; nothing when there are none.
void printRanks(llvm::raw_ostream &os, llvm::ArrayRef<RankPlan> ranks,
                const StepEstimate &estimate);

} // namespace lcompile

#endif // LIB_COMPILER_RANKPLAN_H
