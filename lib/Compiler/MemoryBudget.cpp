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
  auto add = [&](unsigned stage, int64_t spare, bool tight, double keep) {
    Distribution d = given;
    d.zeroStage = stage;
    d.spare = spare;
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
      add(stage, /*spare=*/INT64_MAX, /*tight=*/false, 1);
    add(stage, -1, false, 1);
    if (!isAlone)
      add(stage, -1, true, 1);
  }
  for (double keep : {0.75, 0.5, 0.25, 0.1, 0.0}) {
    for (unsigned stage : stages)
      add(stage, -1, false, keep);
    if (!isAlone)
      add(stages.back(), -1, true, keep);
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
  if (d.zeroStage == 3 && d.spare == INT64_MAX)
    text += ", parameters kept";
  else if (d.zeroStage == 3 && d.spare >= 0)
    text += llvm::formatv(", room of {0} bytes for parameters that are kept "
                          "after the forward program",
                          d.spare);
  else if (d.zeroStage == 3)
    text += ", parameters released after the forward program";
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

/// Keeps more parameters while that fits: bisection, since what the pass
/// expects to be alive is not what the plan says.
llvm::Error Session::keepParameters(Distribution &fits, uint64_t &memory,
                                    unsigned firstStage) {
  int64_t room = int64_t(options.memoryBudget - memory);
  int64_t low = 0, high = 2 * room + 1;
  for (int64_t spare = room, tries = 0; tries < 6 && low < high; ++tries) {
    Distribution trial = fits;
    trial.spare = spare;
    llvm::Expected<uint64_t> found = memoryOf(trial, firstStage);
    if (!found)
      return found.takeError();
    if (*found <= options.memoryBudget) {
      fits = trial;
      memory = *found;
      low = spare + 1;
    } else {
      high = spare;
    }
    spare = low + (high - low) / 2;
  }
  return llvm::Error::success();
}

llvm::Error Session::fitBudget(unsigned firstStage) {
  uint64_t least = UINT64_MAX;
  for (Distribution candidate :
       candidates(options.distribution, options.isStageGiven)) {
    llvm::Expected<uint64_t> memory = memoryOf(candidate, firstStage);
    if (!memory)
      return memory.takeError();
    if (*memory <= options.memoryBudget) {
      if (candidate.zeroStage == 3 && candidate.spare < 0)
        if (llvm::Error error = keepParameters(candidate, *memory, firstStage))
          return error;
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
