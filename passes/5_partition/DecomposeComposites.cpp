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

/// Composites that the loop-nest builder emits as they are: attention over heads
/// narrow enough for a tile's sums to stay in registers.
bool hasKernel(Operation *op) {
  auto attention = dyn_cast<lc::SdpaOp>(op);
  if (!attention)
    return false;
  auto narrow = [](Value v) {
    std::optional<int64_t> size = lc::getConstant(lc::getDims(v)[3]);
    return size && *size >= 1 && *size <= 128;
  };
  return !cast<RankedTensorType>(attention.getType()).getElementType().isF64() &&
         narrow(attention.getQuery()) && narrow(attention.getValue());
}

struct Decompose : OpInterfaceRewritePattern<lc::Decomposable> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(lc::Decomposable op,
                                PatternRewriter &rewriter) const override {
    if (hasKernel(op))
      return rewriter.notifyMatchFailure(op, "has a kernel of its own");
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
