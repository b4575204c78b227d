// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a training step of a function that gives a loss.
#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/TensorMath.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/2_train/Autodiff.h"
#include "passes/2_train/LossScale.h"
#include "passes/2_train/Masters.h"
#include "passes/2_train/MicroBatches.h"
#include "passes/2_train/ParameterGroups.h"
#include "passes/2_train/RandomState.h"
#include "passes/2_train/Schedule.h"
#include "passes/Passes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"

namespace lcompile {
#define GEN_PASS_DEF_TRAININGSTEP
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// What the options of the pass say.
struct Recipe {
  ParameterGroups groups;
  Schedule schedule;
  LossScale lossScale;
  Type parameterType; // null: as the model has them
  int64_t microBatches, seed;
};

struct Parameter {
  std::string name;
  Value input; // what the model reads
  Type own;    // of the model's elements
  unsigned group;
  Location where; // the line of the model that reads it
};

class StepBuilder {
public:
  StepBuilder(func::FuncOp function, Recipe &recipe)
      : function(function), recipe(recipe),
        end(function.front().getTerminator()), b(function.getLoc(), end), m(b) {
  }

  LogicalResult build() {
    Value loss = end->getOperand(0);
    auto type = cast<RankedTensorType>(loss.getType());
    if (type.getRank() || !isa<FloatType>(type.getElementType()))
      return function.emitError("cannot train: the loss must be a floating "
                                "point number, found ")
             << type;
    keepRandomState(function, recipe.seed);
    collectParameters();
    if (llvm::Error error = recipe.groups.checkUse())
      return function.emitError(llvm::toString(std::move(error)));
    if (parameters.empty())
      return function.emitError("cannot train: the model has no parameters");
    if (failed(takeGradients()))
      return failure();
    update();
    return checkNames();
  }

private:
  /// Inputs of the model, parameters and what is added are told apart by name.
  LogicalResult checkNames() {
    llvm::StringSet<> names;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto name = function.getArgAttrOfType<StringAttr>(
              i, lc::LcDialect::nameAttrName))
        if (!names.insert(name.getValue()).second)
          return function.emitError("cannot train: two inputs of the step "
                                    "would be named '")
                 << name.getValue() << "'";
    return success();
  }

  /// Parameters become inputs, by the order of the program.
  void collectParameters() {
    SmallVector<lc::ParameterOp> found;
    for (Operation &op : function.front())
      if (auto parameter = dyn_cast<lc::ParameterOp>(op))
        if (parameter.getTrainable())
          found.push_back(parameter);
    for (lc::ParameterOp op : found) {
      unsigned group = recipe.groups.find(op.getKey());
      if (recipe.groups.isFrozen(group)) {
        op.setTrainable(false);
        continue;
      }
      auto type = cast<RankedTensorType>(op.getType());
      auto own = dyn_cast<FloatType>(type.getElementType());
      auto kept = own && recipe.parameterType
                      ? cast<FloatType>(recipe.parameterType)
                      : own;
      std::string initial =
          own ? convertedWeight(op.getKey(), kept) : op.getKey().str();
      Value input =
          lc::addState(function, own ? lc::withElement(type, kept) : type,
                       op.getKey(), "parameter", initial);
      parameters.push_back(
          {op.getKey().str(), input, own, group, lc::locationOfReader(op)});
      Value whole = input;
      if (kept != own) {
        ImplicitLocOpBuilder at(op.getLoc(), op);
        whole = lc::ConvertOp::create(at, type, input);
      }
      op.replaceAllUsesWith(whole);
      op.erase();
    }
  }

  /// Of the mean loss of all batches; scaled.
  LogicalResult takeGradients() {
    SmallVector<Value> inputs;
    for (const Parameter &p : parameters)
      inputs.push_back(p.input);
    Value loss = end->getOperand(0); // it may have been a parameter
    double share = 1.0 / double(recipe.microBatches);
    Value seed = m.full(share, loss);
    if (recipe.lossScale.isUsed())
      seed = m.convert(m.mul(recipe.lossScale.begin(function, m), share),
                       getElementTypeOrSelf(loss));
    FailureOr<SmallVector<Value>> found = differentiate(b, loss, seed, inputs);
    if (failed(found))
      return failure();
    gradients = std::move(*found);
    if (recipe.microBatches > 1) {
      end->setOperand(0, m.mul(loss, share));
      if (failed(loopOverMicroBatches(function, recipe.microBatches, gradients,
                                      b)))
        return failure();
    }
    for (auto [p, gradient] : llvm::zip_equal(parameters, gradients))
      if (gradient)
        gradient = zero::ReduceGradOp::create(b, p.where, gradient.getType(),
                                              gradient, p.name);
    return success();
  }

  /// The numbers of each group for this step.
  void beginStep() {
    const ParameterGroups &groups = recipe.groups;
    Value done, count;
    llvm::StringMap<Value> rates; // by the name of their input
    for (unsigned i = 0; i < groups.size(); ++i)
      if (groups.optimizer(i).takesLearningRate() && !groups.isFrozen(i))
        if (Value &rate = rates[groups.optimizer(i).rateInput()]; !rate)
          rate =
              lc::addInput(function, RankedTensorType::get({}, b.getF64Type()),
                           groups.optimizer(i).rateInput());
    if (groups.countsSteps() || recipe.schedule.countsSteps()) {
      auto type = RankedTensorType::get({}, b.getI64Type());
      Value before = lc::addState(function, type, "step", "counter");
      Value now = m.add(before, 1);
      put(before, now);
      done = m.convert(before, b.getF64Type());
      count = m.convert(now, b.getF64Type());
    }
    Value factor = recipe.schedule.factor(m, done);
    for (unsigned i = 0; i < groups.size(); ++i) {
      const Optimizer &optimizer = groups.optimizer(i);
      Value rate = rates.lookup(optimizer.rateInput());
      steps.push_back(optimizer.begin(m, rate, factor, count));
    }
  }

  void update() {
    if (recipe.lossScale.isUsed())
      isGood = recipe.lossScale.areFinite(m, gradients);
    beginStep();
    SmallVector<Value> masters;
    for (auto [p, gradient] : llvm::zip_equal(parameters, gradients)) {
      masters.push_back(p.input);
      if (!gradient) // as in PyTorch, what has no gradient does not change
        continue;
      if (recipe.parameterType && p.own)
        masters.back() = master(p);
      gradient = m.convert(gradient, getElementTypeOrSelf(masters.back()));
      if (recipe.lossScale.isUsed())
        gradient = recipe.lossScale.unscale(m, gradient);
    }
    SmallVector<Value> clipped = recipe.groups.optimizer(0).clip(m, gradients);
    for (auto [p, parameter, gradient] :
         llvm::zip_equal(parameters, masters, clipped))
      if (gradient)
        update(p, parameter, gradient);
    if (recipe.lossScale.isUsed())
      recipe.lossScale.end(function, m, isGood);
  }

  /// What is updated in place of a parameter of few bits.
  Value master(const Parameter &p) {
    auto type = lc::withElement(cast<RankedTensorType>(p.input.getType()),
                                b.getF32Type());
    return lc::addState(function, type, p.name + ".master", "optimizer",
                        convertedWeight(p.name, b.getF32Type()));
  }

  /// `parameter`: its master, where it has one.
  void update(const Parameter &p, Value parameter, Value gradient) {
    Location others = b.getLoc();
    b.setLoc(p.where);
    auto restore = llvm::scope_exit([&] { b.setLoc(others); });
    const Optimizer &optimizer = recipe.groups.optimizer(p.group);
    SmallVector<Value> states = {parameter};
    for (StringRef state : optimizer.states())
      states.push_back(lc::addState(function,
                                    cast<RankedTensorType>(parameter.getType()),
                                    p.name + "." + state, "optimizer"));
    SmallVector<Value> updated = optimizer.update(
        m, steps[p.group], parameter, gradient, ArrayRef(states).drop_front());
    if (parameter != p.input)
      put(p.input, m.convert(updated[0], getElementTypeOrSelf(p.input)));
    for (auto [state, value] : llvm::zip_equal(states, updated))
      put(state, value);
  }

  /// The new value of a state, in a step that updates.
  void put(Value state, Value value) {
    if (isGood)
      value = m.where(m.spread(isGood, value), value, state);
    lc::addUpdate(function, cast<BlockArgument>(state), value);
  }

  func::FuncOp function;
  Recipe &recipe;
  Operation *end;
  ImplicitLocOpBuilder b;
  lc::TensorMath m;
  SmallVector<Parameter> parameters;
  SmallVector<Value> gradients;       // of each; null: none
  SmallVector<Optimizer::Step> steps; // of each group
  Value isGood;                       // whether the step updates; null: it does
};

struct TrainingStepPass : lcompile::impl::TrainingStepBase<TrainingStepPass> {
  using TrainingStepBase::TrainingStepBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.isPublic())
      return;
    llvm::Expected<Recipe> recipe = read();
    if (!recipe) {
      function.emitError(llvm::toString(recipe.takeError()));
      return signalPassFailure();
    }
    if (failed(StepBuilder(function, *recipe).build()))
      signalPassFailure();
  }

  llvm::Expected<Recipe> read() {
    Builder b(&getContext());
    llvm::Expected<Optimizer> others = Optimizer::parse(optimizer);
    if (!others)
      return others.takeError();
    auto parsedGroups = ParameterGroups::parse(groups, std::move(*others));
    if (!parsedGroups)
      return parsedGroups.takeError();
    auto parsedSchedule = Schedule::parse(schedule);
    if (!parsedSchedule)
      return parsedSchedule.takeError();
    auto scale = LossScale::parse(lossScale);
    if (!scale)
      return scale.takeError();
    auto type = parseParameterType(parameters, b);
    if (!type)
      return type.takeError();
    return Recipe{std::move(*parsedGroups),
                  std::move(*parsedSchedule),
                  *scale,
                  *type,
                  accumulate,
                  seed};
  }
};

} // namespace
