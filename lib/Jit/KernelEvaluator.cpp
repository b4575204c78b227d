// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs generated kernels inside of the compiler.
#include "lib/Jit/KernelEvaluator.h"

#include "dialects/kernel/IR/KernelDialect.h"
#include "dialects/lc/IR/ConstantEvaluator.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WeightStore.h"
#include "lib/Target/CPU/ObjectCode.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines/Pipelines.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"

using namespace mlir;

namespace lcompile {
namespace {

using KernelFn = int64_t (*)(void *const *buffers, const int64_t *symbols,
                             int64_t begin, int64_t end);

/// One call of a kernel; buffers by the index of the value.
struct Step {
  std::string kernel;
  int64_t extent;
  SmallVector<unsigned> buffers;
};

/// What a function of kernel calls does, apart from the kernels' code.
struct Plan {
  std::vector<std::vector<char>> owned; // memory of results
  std::vector<const char *> data;       // by the value's index
  std::vector<Step> steps;
  SmallVector<unsigned> results;
  SmallVector<size_t> resultBytes;
};

size_t bytesOf(Value v) {
  auto type = cast<RankedTensorType>(v.getType());
  return type.getNumElements() * lc::byteWidth(type.getElementType());
}

FailureOr<Plan> makePlan(func::FuncOp function) {
  Plan plan;
  llvm::DenseMap<Value, unsigned> indexOf;
  auto add = [&](Value v, const char *data) {
    indexOf[v] = plan.data.size();
    plan.data.push_back(data);
  };
  lc::WeightStore &store = lc::getWeightStore(function.getContext());
  for (Operation &op : function.front().without_terminator()) {
    if (auto parameter = dyn_cast<lc::ParameterOp>(op)) {
      const lc::Weight *weight = store.lookup(parameter.getKey());
      if (!weight)
        return failure();
      add(parameter.getResult(), weight->data.data());
    } else if (auto reshape = dyn_cast<lc::ReshapeOp>(op)) {
      indexOf[reshape.getResult()] = indexOf.lookup(reshape.getInput());
    } else if (auto call = dyn_cast<kernel::CallOp>(op)) {
      auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
          call, call.getCalleeAttr());
      auto extent = callee->getAttrOfType<lc::DimsAttr>("kernel.extent");
      std::optional<int64_t> n =
          extent ? lc::getConstant(extent.getExprs()[0]) : std::nullopt;
      if (!n)
        return failure();
      Step step{(callee.getName() + "_code").str(), *n, {}};
      for (Value input : call.getInputs())
        step.buffers.push_back(indexOf.lookup(input));
      for (Value result : call.getResults()) {
        plan.owned.emplace_back(std::max<size_t>(bytesOf(result), 1));
        add(result, plan.owned.back().data());
        step.buffers.push_back(indexOf.lookup(result));
      }
      plan.steps.push_back(std::move(step));
    } else {
      return failure();
    }
  }
  for (Value v : function.front().getTerminator()->getOperands()) {
    plan.results.push_back(indexOf.lookup(v));
    plan.resultBytes.push_back(bytesOf(v));
  }
  return plan;
}

/// Compiles the kernels that are left in `module` and runs the plan.
llvm::Error runPlan(ModuleOp module, Plan &plan, const CpuTarget &target) {
  auto context = std::make_unique<llvm::LLVMContext>();
  auto machine = makeTargetMachine(target);
  if (!machine)
    return machine.takeError();
  auto code = translateToLLVM(module, *context, **machine);
  if (!code)
    return code.takeError();
  optimizeModule(**code, **machine);
  auto object = emitObject(**code, **machine);
  if (!object)
    return object.takeError();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  if (llvm::Error error =
          (*jit)->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
              StringRef(object->data(), object->size()), "constants")))
    return error;
  for (const Step &step : plan.steps) {
    auto kernel = (*jit)->lookup(step.kernel);
    if (!kernel)
      return kernel.takeError();
    SmallVector<void *> buffers;
    for (unsigned i : step.buffers)
      buffers.push_back(const_cast<char *>(plan.data[i]));
    if (kernel->toPtr<KernelFn>()(buffers.data(), nullptr, 0, step.extent))
      return llvm::createStringError("an index is out of range");
  }
  return llvm::Error::success();
}

class KernelEvaluator : public lc::ConstantEvaluator {
public:
  using ConstantEvaluator::ConstantEvaluator;

  FailureOr<std::vector<std::vector<char>>>
  evaluate(func::FuncOp function) const override {
    MLIRContext *ctx = function.getContext();
    OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
    OpBuilder b = OpBuilder::atBlockBegin(module->getBody());
    auto copy = cast<func::FuncOp>(b.clone(*function));
    // Whatever goes wrong here, the model is compiled without folding.
    ScopedDiagnosticHandler silence(ctx,
                                    [](Diagnostic &) { return success(); });
    llvm::Expected<CpuTarget> target = parseCpuTarget("x86-64-v3");
    if (!target) {
      llvm::consumeError(target.takeError());
      return failure();
    }
    PipelineOptions options;
    options.vectorBits = target->vectorBits;
    if (failed(run(*module, [&](OpPassManager &pm) {
          buildConstantKernels(pm, options);
        })))
      return failure();
    FailureOr<Plan> plan = makePlan(copy);
    if (failed(plan))
      return failure();
    copy.erase();
    for (auto kernel :
         llvm::make_early_inc_range(module->getOps<func::FuncOp>()))
      if (kernel::getUnit(kernel))
        kernel.erase();
    if (!plan->steps.empty()) {
      if (failed(
              run(*module, [](OpPassManager &pm) { buildKernelsToLLVM(pm); })))
        return failure();
      if (llvm::Error error = runPlan(*module, *plan, *target)) {
        llvm::consumeError(std::move(error));
        return failure();
      }
    }
    std::vector<std::vector<char>> results;
    for (auto [index, bytes] :
         llvm::zip_equal(plan->results, plan->resultBytes))
      results.emplace_back(plan->data[index], plan->data[index] + bytes);
    return results;
  }

private:
  static LogicalResult run(ModuleOp module,
                           llvm::function_ref<void(OpPassManager &)> build) {
    // Inside of another pass manager's run: verifying is the outer one's work.
    PassManager pm(module->getName());
    build(pm);
    return pm.run(module);
  }
};

} // namespace

void registerKernelEvaluator(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, lc::LcDialect *dialect) {
    dialect->addInterfaces<KernelEvaluator>();
  });
}

} // namespace lcompile
