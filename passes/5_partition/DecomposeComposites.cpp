// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes composite operations with simpler ones.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_DECOMPOSECOMPOSITES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Composites that the loop-nest builder emits as they are: attention over
/// heads narrow enough for a tile's sums to stay in registers. Gradients of
/// convolutions wait for the library; lc-native-contractions has the others.
bool hasKernel(Operation *op) {
  if (isa<lc::ConvGradInputOp, lc::ConvGradWeightOp>(op))
    return true;
  auto attention = dyn_cast<lc::SdpaOp>(op);
  if (!attention)
    return false;
  auto narrow = [](Value v) {
    std::optional<int64_t> size = lc::getConstant(lc::getDims(v)[3]);
    return size && *size >= 1 && *size <= 128;
  };
  return !cast<RankedTensorType>(attention.getType())
              .getElementType()
              .isF64() &&
         narrow(attention.getQuery()) && narrow(attention.getValue());
}

bool isNarrowFloat(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16();
}

/// The operation in f32 and its result rounded once. What it consists of may
/// become several kernels, and what lies between them would be rounded, too.
void widen(Operation *op, PatternRewriter &rewriter) {
  ImplicitLocOpBuilder b(op->getLoc(), rewriter);
  auto wide = [&](Type type) {
    return lc::withElement(cast<RankedTensorType>(type), b.getF32Type());
  };
  Operation *copy = rewriter.clone(*op);
  b.setInsertionPoint(copy);
  for (OpOperand &operand : copy->getOpOperands())
    if (isNarrowFloat(operand.get().getType()))
      operand.set(lc::ConvertOp::create(b, wide(operand.get().getType()),
                                        operand.get()));
  Type narrow = op->getResult(0).getType();
  copy->getResult(0).setType(wide(narrow));
  b.setInsertionPointAfter(copy);
  Value result = lc::ConvertOp::create(b, narrow, copy->getResult(0));
  rewriter.replaceOp(op, result);
}

struct Decompose : OpInterfaceRewritePattern<lc::Decomposable> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(lc::Decomposable op,
                                PatternRewriter &rewriter) const override {
    if (hasKernel(op))
      return rewriter.notifyMatchFailure(op, "has a kernel of its own");
    if (isNarrowFloat(op->getResult(0).getType())) {
      widen(op, rewriter);
      return success();
    }
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    FailureOr<SmallVector<Value>> results = op.decompose(b);
    if (failed(results))
      return rewriter.notifyMatchFailure(op, "does not decompose");
    rewriter.replaceOp(op, *results);
    return success();
  }
};

struct DecomposeCompositesPass
    : lcompile::impl::DecomposeCompositesBase<DecomposeCompositesPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<Decompose>(ctx);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    if (failed(applyPatternsGreedily(getOperation(), patterns)))
      signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
