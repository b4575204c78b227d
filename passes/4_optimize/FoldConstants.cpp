// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Computes what depends on weights alone while the model is compiled.
#include "dialects/lc/IR/ConstantEvaluator.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WeightStore.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"

namespace lcompile {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// A result may be this much larger than the weights that it comes from.
constexpr int64_t slackBytes = 64 << 10;

/// What is known of a value that weights alone decide.
struct Known {
  int64_t weightBytes = 0; // of the weights behind it
  std::string key;         // of the first of them
  bool computes = false;   // more than a change of place
};

int64_t bytesOf(Value v) {
  auto type = cast<RankedTensorType>(v.getType());
  return type.getNumElements() * lc::byteWidth(type.getElementType());
}

bool canEvaluate(Operation *op) {
  if (isa<lc::FullOp, lc::IotaOp>(op))
    return true;
  return op->getName().getDialectNamespace() ==
             lc::LcDialect::getDialectNamespace() &&
         op->getNumOperands() && op->getNumResults() == 1 &&
         op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
         !lc::isContraction(op) &&
         !isa<lc::SdpaOp, lc::ItemOp, lc::ScalarOp, lc::DynamicUpdateSliceOp>(
             op);
}

struct FoldConstantsPass
    : lcompile::impl::FoldConstantsBase<FoldConstantsPass> {
  using FoldConstantsBase::FoldConstantsBase;

  void runOnOperation() override {
    auto *evaluator = getContext()
                          .getLoadedDialect<lc::LcDialect>()
                          ->getRegisteredInterface<lc::ConstantEvaluator>();
    if (!evaluator) {
      getOperation().emitError(
          "folding constants needs an evaluator, and this tool "
          "has registered none");
      return signalPassFailure();
    }
    known.clear();
    getOperation().walk([&](Operation *op) { learn(op); });
    llvm::SetVector<Value> roots;
    getOperation().walk([&](Operation *op) {
      bool kept = !llvm::any_of(op->getResults(),
                                [&](Value v) { return known.contains(v); });
      if (kept)
        for (Value operand : op->getOperands())
          collectRoots(operand, roots);
    });
    if (!roots.empty())
      replace(roots.getArrayRef(), *evaluator);
  }

private:
  void learn(Operation *op) {
    if (auto parameter = dyn_cast<lc::ParameterOp>(op)) {
      if (parameter.getType().hasStaticShape())
        known[parameter.getResult()] = {bytesOf(parameter.getResult()),
                                        parameter.getKey().str(), false};
      return;
    }
    if (isa<lc::ConstantOp>(op)) {
      known[op->getResult(0)] = {bytesOf(op->getResult(0)), "constant", false};
      return;
    }
    if (!canEvaluate(op) ||
        !cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape())
      return;
    Known all;
    for (Value operand : op->getOperands()) {
      auto it = known.find(operand);
      if (it == known.end())
        return;
      all.weightBytes += it->second.weightBytes;
      if (all.key.empty())
        all.key = it->second.key;
      all.computes |= it->second.computes;
    }
    all.computes |= !isa<lc::View, lc::FullOp, lc::IotaOp>(op) ||
                    (foldViews && isa<lc::PermuteOp, lc::FlipOp>(op));
    known[op->getResult(0)] = all;
  }

  /// `v` if that is worth keeping as a weight, else what it comes from.
  void collectRoots(Value v, llvm::SetVector<Value> &roots) {
    auto it = known.find(v);
    Operation *op = v.getDefiningOp();
    if (it == known.end() || !it->second.computes || roots.contains(v))
      return;
    bool isRepeated =
        isa<lc::ExpandOp>(op) ||
        (isa<lc::ReshapeOp>(op) && op->getOperand(0).getDefiningOp());
    if (!isRepeated && !it->second.key.empty() &&
        bytesOf(v) <= it->second.weightBytes + slackBytes) {
      roots.insert(v);
      return;
    }
    for (Value operand : op->getOperands())
      collectRoots(operand, roots);
  }

  void replace(ArrayRef<Value> roots, const lc::ConstantEvaluator &evaluator) {
    // A function of all that the roots need, in the order of the original.
    llvm::SetVector<Operation *> slice;
    std::function<void(Value)> need = [&](Value v) {
      Operation *op = v.getDefiningOp();
      if (slice.contains(op))
        return;
      for (Value operand : op->getOperands())
        need(operand);
      slice.insert(op);
    };
    for (Value root : roots)
      need(root);
    OpBuilder b(&getContext());
    OwningOpRef<ModuleOp> module = ModuleOp::create(b, getOperation().getLoc());
    b.setInsertionPointToStart(module->getBody());
    auto function = func::FuncOp::create(
        b, getOperation().getLoc(), "constants",
        b.getFunctionType({}, TypeRange(ValueRange(roots))));
    b.setInsertionPointToStart(function.addEntryBlock());
    IRMapping mapping;
    for (Operation *op : slice)
      b.clone(*op, mapping);
    SmallVector<Value> results;
    for (Value root : roots)
      results.push_back(mapping.lookup(root));
    func::ReturnOp::create(b, function.getLoc(), results);

    FailureOr<std::vector<std::vector<char>>> bytes =
        evaluator.evaluate(function);
    if (failed(bytes))
      return;
    lc::WeightStore &store = lc::getWeightStore(&getContext());
    for (auto [value, data] : llvm::zip_equal(roots, *bytes)) {
      Value root = value;
      auto type = cast<RankedTensorType>(root.getType());
      std::string key = store.insertCopy(known[root].key, type, data);
      b.setInsertionPointAfter(root.getDefiningOp());
      Value weight = lc::ParameterOp::create(b, root.getLoc(), type, key);
      root.replaceAllUsesWith(weight);
      ++folded;
    }
    for (Operation *op : llvm::reverse(slice.getArrayRef()))
      if (op->use_empty())
        op->erase();
  }

  llvm::DenseMap<Value, Known> known;
};

} // namespace
