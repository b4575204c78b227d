// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes transcendental functions of f32 as arithmetic, within 2 ulp.
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/6_lower/nest/VectorMath.h"

namespace lcompile {
#define GEN_PASS_DEF_EXPANDVECTORMATH
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

template <typename Op> struct Expand : OpRewritePattern<Op> {
  using Build = Value (*)(nest::VectorMath &, Value);
  Expand(MLIRContext *ctx, Build build, Build wide = nullptr)
      : OpRewritePattern<Op>(ctx), build(build), wide(wide) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Value x = op->getOperand(0);
    Build chosen = getElementTypeOrSelf(x).isF32() ? build : wide;
    if (!chosen)
      return rewriter.notifyMatchFailure(op, "no expansion for the type");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    nest::VectorMath arith(b);
    rewriter.replaceOp(op, chosen(arith, x));
    return success();
  }

  Build build, wide; // for f32; for f64, may be null
};

struct ExpandVectorMathPass
    : lcompile::impl::ExpandVectorMathBase<ExpandVectorMathPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<Expand<math::ExpOp>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.exp(x); });
    // The upstream lowerings of these two for f64 are exp(x) - 1 and log(1 +
    // x), which have no correct digit near 0.
    set.add<Expand<math::ExpM1Op>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.expm1(x); },
        [](nest::VectorMath &a, Value x) { return a.expm1OfCalls(x); });
    set.add<Expand<math::LogOp>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.log(x); });
    set.add<Expand<math::Log1pOp>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.log1p(x); },
        [](nest::VectorMath &a, Value x) { return a.log1p(x); });
    set.add<Expand<math::TanhOp>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.tanh(x); });
    set.add<Expand<math::ErfOp>>(
        ctx, [](nest::VectorMath &a, Value x) { return a.erf(x); });
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    GreedyRewriteConfig config;
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), patterns, config)))
      signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
