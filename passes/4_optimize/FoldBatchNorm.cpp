// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts batch normalisation into the weights of the contraction before it.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

bool isWeight(Value v) {
  return !v ||
         isa_and_nonnull<lc::ParameterOp, lc::ConstantOp>(v.getDefiningOp());
}

/// `v` of [c] as a tensor of `like` with c along `dim`.
Value along(ImplicitLocOpBuilder &b, Value v, RankedTensorType like,
            int64_t dim) {
  lc::Dims dims(like.getRank(), lc::constant(b.getContext(), 1));
  dims[dim] = lc::getDims(v)[0];
  Value narrow = lc::ReshapeOp::create(
      b, lc::makeTensorType(dims, like.getElementType()), v);
  return lc::ExpandOp::create(b, like, narrow);
}

struct IntoConvolution : OpRewritePattern<lc::BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::BatchNormOp norm,
                                PatternRewriter &rewriter) const override {
    auto conv = norm.getInput().getDefiningOp<lc::ConvOp>();
    if (!conv || !conv->hasOneUse() ||
        conv.getChannelsLast() != norm.getChannelsLast())
      return rewriter.notifyMatchFailure(norm, "does not follow a convolution");
    Type element = typeOf(norm.getVar()).getElementType();
    for (Value v : {conv.getWeight(), conv.getBias(), norm.getMean(),
                    norm.getVar(), norm.getWeight(), norm.getBias()})
      if (!isWeight(v) || (v && typeOf(v).getElementType() != element))
        return rewriter.notifyMatchFailure(norm,
                                           "not all weights, of one type");
    ImplicitLocOpBuilder b(norm.getLoc(), rewriter);
    auto channels = typeOf(norm.getVar());
    Value eps = lc::FullOp::create(
        b, channels, b.getFloatAttr(element, norm.getEps().convertToDouble()));
    Value scale =
        lc::RsqrtOp::create(b, lc::AddOp::create(b, norm.getVar(), eps));
    if (norm.getWeight())
      scale = lc::MulOp::create(b, scale, norm.getWeight());
    // (conv + bias - mean) * scale + shift
    Value bias = lc::NegOp::create(b, norm.getMean());
    if (conv.getBias())
      bias = lc::AddOp::create(b, bias, conv.getBias());
    bias = lc::MulOp::create(b, bias, scale);
    if (norm.getBias())
      bias = lc::AddOp::create(b, bias, norm.getBias());
    auto weightType = typeOf(conv.getWeight());
    Value weight =
        lc::MulOp::create(b, conv.getWeight(), along(b, scale, weightType, 0));
    auto fresh = cast<lc::ConvOp>(b.clone(*conv));
    fresh->setLoc(b.getFusedLoc({conv.getLoc(), norm.getLoc()}));
    fresh.getWeightMutable().assign(weight);
    fresh.getBiasMutable().assign(bias);
    rewriter.replaceOp(norm, fresh);
    rewriter.eraseOp(conv);
    return success();
  }
};

struct FoldBatchNormPass
    : lcompile::impl::FoldBatchNormBase<FoldBatchNormPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<IntoConvolution>(ctx);
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
