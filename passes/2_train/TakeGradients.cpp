// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a function of a model give gradients too.
#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/TensorMath.h"
#include "passes/2_train/Autodiff.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_TAKEGRADIENTS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

constexpr StringLiteral nameAttr = lc::LcDialect::nameAttrName;
constexpr StringLiteral prefix = "grad_";

bool isFloat(Type type) { return isa<FloatType>(getElementTypeOrSelf(type)); }

struct TakeGradientsPass
    : lcompile::impl::TakeGradientsBase<TakeGradientsPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isPublic() && !function.isExternal() &&
        failed(takeGradients(function)))
      signalPassFailure();
  }

  LogicalResult takeGradients(func::FuncOp function) {
    Operation *end = function.front().getTerminator();
    ImplicitLocOpBuilder b(function.getLoc(), end);
    SmallVector<Value> inputs, outputs, seeds;
    SmallVector<std::string> names;
    for (auto [i, argument] : llvm::enumerate(function.getArguments()))
      if (isFloat(argument.getType())) {
        inputs.push_back(argument);
        auto name = function.getArgAttrOfType<StringAttr>(i, nameAttr);
        names.push_back(name ? name.str() : "input" + std::to_string(i));
      }
    function.walk([&](lc::ParameterOp op) {
      if (isFloat(op.getType()) && op->getBlock() == &function.front()) {
        inputs.push_back(op);
        names.push_back(op.getKey().str());
      }
    });
    for (auto [i, value] :
         llvm::enumerate(llvm::to_vector(end->getOperands()))) {
      // What the model updates is no output of the model.
      if (!isFloat(value.getType()) ||
          function.getResultAttr(i, lc::LcDialect::aliasAttrName))
        continue;
      auto name = function.getResultAttrOfType<StringAttr>(i, nameAttr);
      outputs.push_back(value);
      seeds.push_back(
          lc::addInput(function, cast<RankedTensorType>(value.getType()),
                       prefix + (name ? name.getValue() : "output")));
    }
    FailureOr<SmallVector<Value>> gradients =
        differentiate(b, outputs, seeds, inputs);
    if (failed(gradients))
      return failure();
    lc::TensorMath m(b);
    for (auto [input, name, gradient] :
         llvm::zip_equal(inputs, names, *gradients))
      lc::addOutput(function, gradient ? gradient : m.zeros(input),
                    prefix + name);
    return success();
  }
};

} // namespace
