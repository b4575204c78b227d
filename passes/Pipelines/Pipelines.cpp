// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The stages of the compiler. Read from top to bottom, this is what happens to
// a model; comments stand where the order matters.
#include "passes/Pipelines/Pipelines.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;

namespace lcompile {
namespace {

void clean(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void normalize(OpPassManager &pm, const PipelineOptions &) {
  pm.addNestedPass<func::FuncOp>(createFunctionalize());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createCountLoops());
  clean(pm);
}

void train(OpPassManager &pm, const PipelineOptions &options) {
  const StepOptions &step = options.step;
  if (options.optimizer.empty())
    pm.addNestedPass<func::FuncOp>(createTakeGradients());
  else
    pm.addNestedPass<func::FuncOp>(createTrainingStep(
        {options.optimizer, step.groups, step.schedule, step.accumulate,
         step.parameters, step.lossScale, step.seed}));
  clean(pm);
  // Of several ranks, lc-schedule-collectives places updates: buckets of
  // reductions form first.
  if (options.distribution.world == 1)
    pm.addNestedPass<func::FuncOp>(createEarlyUpdates());
}

void distribute(OpPassManager &pm, const PipelineOptions &options) {
  const Distribution &d = options.distribution;
  auto add = [&](auto pass) {
    pm.addNestedPass<func::FuncOp>(std::move(pass));
  };
  add(createRematerialize({d.keep}));
  add(createDpInsert({d.world}));
  add(createZeroShard({d.zeroStage}));
  clean(pm);
  add(createReduceAlgebra());
  // From here on equal gathers are wanted twice: nothing may merge them.
  add(createUnshardPlacement({d.spare}));
  add(createLowerZero());
  add(createBucketCollectives({d.bucketBytes}));
  add(createScheduleCollectives({d.overlap, d.prefetch, d.linkRate}));
  clean(pm);
}

void optimize(OpPassManager &pm, const PipelineOptions &options) {
  pm.addNestedPass<func::FuncOp>(createDropDetach());
  pm.addNestedPass<func::FuncOp>(createChannelsLast());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createFoldBatchNorm());
  if (options.reducedPrecision)
    pm.addNestedPass<func::FuncOp>(createReducePrecision());
  pm.addNestedPass<func::FuncOp>(createFoldConstants());
  clean(pm);
}

void partition(OpPassManager &pm, const PipelineOptions &options) {
  pm.addNestedPass<func::FuncOp>(createDecomposeComposites());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createExternalizeConstants());
  // Contractions choose first what they take along; the rest is fused around
  // them.
  if (!options.nativeKernels)
    pm.addNestedPass<func::FuncOp>(
        createFormLibraryRegions({options.vectorBits >= 512}));
  // What the library does not have, or all.
  pm.addNestedPass<func::FuncOp>(createNativeContractions());
  if (options.nativeKernels) {
    FoldConstantsOptions fold;
    fold.foldViews = true;
    pm.addNestedPass<func::FuncOp>(createFoldConstants(fold));
  }
  PackWeightsOptions pack;
  pack.panelSize = options.vectorBits / 32 * 2;
  pm.addNestedPass<func::FuncOp>(createPackWeights(pack));
  pm.addNestedPass<func::FuncOp>(createFormContractionRegions());
  pm.addNestedPass<func::FuncOp>(createFormCodegenRegions());
  pm.addNestedPass<func::FuncOp>(createDropFences());
  pm.addPass(createOutlineKernels());
  pm.addPass(createMarkInPlace());
}

/// From scf, arith, vector and math to the LLVM dialect.
void toLLVM(OpPassManager &pm) {
  // What ExpandVectorMath left becomes intrinsics or calls of libm.
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  clean(pm);
}

void lower(OpPassManager &pm, const PipelineOptions &options) {
  GenerateCpuKernelsOptions kernels;
  kernels.vectorBits = options.vectorBits;
  pm.addPass(createGenerateCpuKernels(kernels));
  // Plans while kernels still say what they mean, then forgets them.
  pm.addPass(createPlanBuffers());
  pm.addPass(createExpandVectorMath());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertRtToLLVM());
  toLLVM(pm);
}

bool always(const PipelineOptions &) { return true; }
bool isStep(const PipelineOptions &options) {
  return options.isStep || !options.optimizer.empty();
}
bool wantsTraining(const PipelineOptions &options) {
  return options.gradients || !options.optimizer.empty();
}

// clang-format off: a table
constexpr Stage stages[] = {
    {1, "normalize", "imported IR to the contract form", normalize, always},
    {2, "train", "from a model to its gradients or training step", train, wantsTraining},
    {3, "distribute", "the step of one rank of several", distribute, isStep},
    {4, "optimize", "target-independent rewriting", optimize, always},
    {5, "partition", "which unit runs what; kernels", partition, always},
    {6, "lower", "machine code's dialect and the host program", lower, always},
};
// clang-format on

} // namespace

ArrayRef<Stage> getStages() { return stages; }

int findStage(StringRef name) {
  for (auto [i, stage] : llvm::enumerate(getStages()))
    if (stage.name == name)
      return i;
  return -1;
}

void buildConstantKernels(OpPassManager &pm, const PipelineOptions &options) {
  pm.addNestedPass<func::FuncOp>(createDecomposeComposites());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createExternalizeConstants());
  pm.addNestedPass<func::FuncOp>(createFormCodegenRegions());
  pm.addPass(createOutlineKernels());
  GenerateCpuKernelsOptions kernels;
  kernels.vectorBits = options.vectorBits;
  pm.addPass(createGenerateCpuKernels(kernels));
}

void buildKernelsToLLVM(OpPassManager &pm) {
  pm.addPass(createExpandVectorMath());
  pm.addPass(createSCFToControlFlowPass());
  toLLVM(pm);
}

void registerPipelines() {
  for (const Stage &stage : getStages())
    mlir::registerPassPipeline(("lc-" + stage.name).str(), stage.summary,
                               [&stage](OpPassManager &pm, StringRef, auto) {
                                 stage.build(pm, {});
                                 pm.addPass(
                                     createVerifyGate({stage.name.str()}));
                                 return success();
                               },
                               [](auto) {});
}

} // namespace lcompile
