// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compiler as a table of contents: its stages and what each runs.
#ifndef PASSES_PIPELINES_PIPELINES_H
#define PASSES_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"

namespace lcompile {

/// How a training step runs on several ranks.
struct Distribution {
  int64_t world = 1;
  unsigned zeroStage = 0; // what ranks hold parts of: see lc-zero-shard
  double keep = 1;        // share of the activations that is not recomputed
  int64_t spare = -1;     // bytes for parameters kept between forward and
                          // backward (stage 3); less than 0: none is kept
  int64_t bucketBytes = 1 << 20; // 0: each alone, -1: all in one
  bool overlap = true;
  unsigned prefetch = 1;
  int64_t linkRate = 1000000000; // bytes a second that a rank can send
};

/// What makes a training step beside the optimizer; as lc-training-step takes
/// it.
struct StepOptions {
  std::string groups, schedule, parameters, lossScale;
  int64_t accumulate = 1;
  int64_t seed = 0; // of random numbers
};

struct PipelineOptions {
  unsigned vectorBits = 512; // of the target
  bool gradients = false;    // of all outputs, with respect to all inputs
  std::string optimizer;     // of a training step; "": none
  StepOptions step;
  bool isStep = false;           // the program is a training step already
  Distribution distribution;     // of a training step
  bool nativeKernels = false;    // generated contractions, no library
  bool reducedPrecision = false; // contractions of f32 in bf16
};

/// One stage. `build` adds its passes; its gate (Gates.h) says what they may
/// leave. Some stages are there only when they are asked for.
struct Stage {
  int number; // of its folder
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  void (*build)(mlir::OpPassManager &pm, const PipelineOptions &options);
  bool (*isWanted)(const PipelineOptions &options);
};

/// All stages in their order; the import is before the first.
llvm::ArrayRef<Stage> getStages();

/// The index of a stage by name, or -1.
int findStage(llvm::StringRef name);

/// For the evaluation of constants: a function of lc operations becomes calls
/// of generated kernels, whose code then becomes LLVM's dialect.
void buildConstantKernels(mlir::OpPassManager &pm,
                          const PipelineOptions &options);
void buildKernelsToLLVM(mlir::OpPassManager &pm);

/// Registers `lc-normalize`, ... as pipelines of lcompile-opt, each with its
/// gate.
void registerPipelines();

} // namespace lcompile

#endif // PASSES_PIPELINES_PIPELINES_H
