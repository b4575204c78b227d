// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a training step of a function that gives a loss.
#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/TensorMath.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/2_train/Autodiff.h"
#include "passes/2_train/Optimizer.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_TRAININGSTEP
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

class StepBuilder {
public:
  StepBuilder(func::FuncOp function, const Optimizer &optimizer)
      : function(function), optimizer(optimizer),
        end(function.front().getTerminator()), b(function.getLoc(), end) {}

  LogicalResult build() {
    Value loss = end->getOperand(0);
    auto type = cast<RankedTensorType>(loss.getType());
    if (type.getRank() || !isa<FloatType>(type.getElementType()))
      return function.emitError("cannot train: the loss must be a floating "
                                "point number, found ")
             << type;
    collectParameters();
    if (parameters.empty())
      return function.emitError("cannot train: the model has no parameters");
    return update();
  }

private:
  /// Parameters become inputs, by the order of the program.
  void collectParameters() {
    SmallVector<lc::ParameterOp> found;
    for (Operation &op : function.front())
      if (auto parameter = dyn_cast<lc::ParameterOp>(op))
        if (parameter.getTrainable())
          found.push_back(parameter);
    for (lc::ParameterOp op : found) {
      Value input = lc::addState(function, cast<RankedTensorType>(op.getType()),
                                 op.getKey(), "parameter", op.getKey());
      op.replaceAllUsesWith(input);
      parameters.push_back(input);
      names.push_back(op.getKey().str());
      op.erase();
    }
  }

  LogicalResult update() {
    Value loss = end->getOperand(0); // it may have been a parameter
    lc::TensorMath m(b);
    FailureOr<SmallVector<Value>> gradients =
        differentiate(b, loss, m.full(1, loss), parameters);
    if (failed(gradients))
      return failure();
    for (auto [name, gradient] : llvm::zip_equal(names, *gradients))
      if (gradient)
        gradient =
            m.make<zero::ReduceGradOp>(gradient.getType(), gradient, name);
    Value rate, count;
    if (optimizer.takesLearningRate())
      rate = lc::addInput(function, RankedTensorType::get({}, b.getF64Type()),
                          "lr");
    if (optimizer.countsSteps()) {
      auto type = RankedTensorType::get({}, b.getI64Type());
      Value before = lc::addState(function, type, "step", "counter");
      Value now = m.add(before, 1);
      lc::addUpdate(function, cast<BlockArgument>(before), now);
      count = m.convert(now, b.getF64Type());
    }
    Optimizer::Step step = optimizer.begin(m, rate, count);
    for (auto [parameter, name, gradient] :
         llvm::zip_equal(parameters, names, optimizer.clip(m, *gradients))) {
      if (!gradient) // as in PyTorch, what has no gradient does not change
        continue;
      SmallVector<Value> states = {parameter};
      for (StringRef state : optimizer.states())
        states.push_back(
            lc::addState(function, cast<RankedTensorType>(parameter.getType()),
                         name + "." + state, "optimizer"));
      SmallVector<Value> updated = optimizer.update(
          m, step, parameter, gradient, ArrayRef(states).drop_front());
      for (auto [state, value] : llvm::zip_equal(states, updated))
        lc::addUpdate(function, cast<BlockArgument>(state), value);
    }
    return success();
  }

  func::FuncOp function;
  const Optimizer &optimizer;
  Operation *end;
  ImplicitLocOpBuilder b;
  SmallVector<Value> parameters;
  SmallVector<std::string> names;
};

struct TrainingStepPass : lcompile::impl::TrainingStepBase<TrainingStepPass> {
  using TrainingStepBase::TrainingStepBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.isPublic())
      return;
    llvm::Expected<Optimizer> parsed = Optimizer::parse(optimizer);
    if (!parsed) {
      function.emitError(llvm::toString(parsed.takeError()));
      return signalPassFailure();
    }
    if (failed(StepBuilder(function, *parsed).build()))
      signalPassFailure();
  }
};

} // namespace
