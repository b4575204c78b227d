// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Choosing how a training step is distributed, so that it fits into memory.
#include "lib/Compiler/RankPlan.h"
#include "lib/Compiler/Session.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace lcompile {

/// From what takes the least time to what needs the least memory: first more is
/// communicated, then activations are computed again.
static std::vector<Distribution> candidates(const Distribution &given,
                                            bool isStageGiven) {
  std::vector<Distribution> list;
  auto add = [&](unsigned stage, bool release, bool tight, double keep) {
    Distribution d = given;
    d.zeroStage = stage;
    d.release = release;
    d.keep = keep;
    if (tight) {
      d.bucketBytes = 0;
      d.prefetch = 0;
      d.overlap = false;
    }
    list.push_back(d);
  };
  SmallVector<unsigned> stages;
  for (unsigned stage : {0, 1, 2, 3})
    if (isStageGiven ? stage == given.zeroStage
                     : stage == 0 || (given.world > 1 && stage != 1))
      stages.push_back(stage);
  bool isAlone = given.world == 1;
  for (unsigned stage : stages) {
    if (stage == 3)
      add(stage, /*release=*/false, /*tight=*/false, 1);
    add(stage, true, false, 1);
    if (!isAlone)
      add(stage, true, true, 1);
  }
  for (double keep : {0.75, 0.5, 0.25, 0.1, 0.0}) {
    for (unsigned stage : stages)
      add(stage, true, false, keep);
    if (!isAlone)
      add(stages.back(), true, true, keep);
  }
  return list;
}

static std::string recomputed(const Distribution &d) {
  if (d.keep >= 1)
    return "";
  return llvm::formatv(", {0}% of the activations recomputed",
                       int64_t(100 * (1 - d.keep) + 0.5));
}

static std::string describe(const Distribution &d) {
  if (d.world == 1)
    return "one rank" + recomputed(d);
  std::string text = llvm::formatv("--zero={0}", d.zeroStage);
  if (d.zeroStage == 3)
    text += d.release ? ", parameters released after the forward program"
                      : ", parameters kept";
  if (!d.overlap)
    text += ", no overlap";
  return text + recomputed(d);
}

llvm::Expected<uint64_t> Session::memoryOf(const Distribution &distribution,
                                           unsigned firstStage) {
  OwningOpRef<ModuleOp> copy(cast<ModuleOp>((*program)->clone()));
  PipelineOptions pipeline = pipelineOptions();
  pipeline.distribution = distribution;
  PassManager pm(&ctx);
  for (const Stage &stage : getStages().drop_front(firstStage))
    if (stage.isWanted(pipeline))
      stage.build(pm, pipeline);
  size_t before = messages.size();
  if (failed(pm.run(*copy)))
    return fail(messagesSince(before));
  uint64_t most = 0;
  for (const RankPlan &rank : planRanks(*copy))
    most = std::max(most, rank.memory());
  return most;
}

llvm::Error Session::fitBudget(unsigned firstStage) {
  uint64_t least = UINT64_MAX;
  for (const Distribution &candidate :
       candidates(options.distribution, options.isStageGiven)) {
    llvm::Expected<uint64_t> memory = memoryOf(candidate, firstStage);
    if (!memory)
      return memory.takeError();
    if (*memory <= options.memoryBudget) {
      options.distribution = candidate;
      notes.push_back(
          llvm::formatv("memory budget: {0} of {1} bytes on a rank, with {2}",
                        *memory, options.memoryBudget, describe(candidate)));
      return llvm::Error::success();
    }
    least = std::min(least, *memory);
  }
  return fail(llvm::formatv(
      "the training step does not fit into {0} bytes: it needs at least {1} "
      "bytes on each of {2} rank{3}{4}",
      options.memoryBudget, least, options.distribution.world,
      options.distribution.world == 1 ? "" : "s",
      options.isStageGiven
          ? " with --zero=" + std::to_string(options.distribution.zeroStage)
          : std::string()));
}

} // namespace lcompile
