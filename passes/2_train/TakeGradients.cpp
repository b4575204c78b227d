// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a function of a model give gradients too.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
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

  static NamedAttrList named(OpBuilder &b, StringRef name) {
    NamedAttrList attributes;
    attributes.set(nameAttr, b.getStringAttr(prefix + name));
    return attributes;
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
    SmallVector<Value> results(end->getOperands());
    for (auto [i, value] : llvm::enumerate(results)) {
      // What the model updates is no output of the model.
      if (!isFloat(value.getType()) ||
          function.getResultAttr(i, lc::LcDialect::aliasAttrName))
        continue;
      auto name = function.getResultAttrOfType<StringAttr>(i, nameAttr);
      auto attributes = named(b, name ? name.getValue() : "output");
      unsigned index = function.getNumArguments();
      if (failed(function.insertArgument(
              index, value.getType(), attributes.getDictionary(b.getContext()),
              function.getLoc())))
        return failure();
      outputs.push_back(value);
      seeds.push_back(function.getArgument(index));
    }
    FailureOr<SmallVector<Value>> gradients =
        differentiate(b, outputs, seeds, inputs);
    if (failed(gradients))
      return failure();
    results.assign(end->operand_begin(), end->operand_end()); // of new loops
    for (auto [input, name, gradient] :
         llvm::zip_equal(inputs, names, *gradients)) {
      if (!gradient)
        gradient =
            lc::FullOp::create(b, input.getType(),
                               cast<TypedAttr>(b.getFloatAttr(
                                   getElementTypeOrSelf(input.getType()), 0)));
      unsigned index = function.getNumResults();
      if (failed(function.insertResult(
              index, gradient.getType(),
              named(b, name).getDictionary(b.getContext()))))
        return failure();
      results.push_back(gradient);
    }
    end->setOperands(results);
    return success();
  }
};

} // namespace
