// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes contractions in the form that the loop-nest builder has tiles for.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "passes/5_partition/RegionBuilder.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_NATIVECONTRACTIONS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

Value pad(ImplicitLocOpBuilder &b, Value v, ArrayRef<int64_t> low,
          ArrayRef<int64_t> high) {
  return lc::PadOp::create(b, v, low, high, lc::PadMode::constant,
                           APFloat(0.0));
}

template <typename Op> struct ChannelsLast : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (isInRegion(op) || op.getChannelsLast())
      return rewriter.notifyMatchFailure(op, "has its channels last");
    lc::moveChannelsLast(op, rewriter);
    return success();
  }
};

/// Gradients that no library took, by convolutions.
template <typename Op> struct DecomposeGradient : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (isInRegion(op))
      return rewriter.notifyMatchFailure(op, "has a kernel");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    FailureOr<SmallVector<Value>> parts = op.decompose(b);
    if (failed(parts))
      return rewriter.notifyMatchFailure(op, "does not decompose");
    rewriter.replaceOp(op, *parts);
    return success();
  }
};

/// Padding is a copy of its own: tiles then read without asking where they are.
struct PadFirst : OpRewritePattern<lc::ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::ConvOp op,
                                PatternRewriter &rewriter) const override {
    auto isZero = [](int64_t p) { return p == 0; };
    if (isInRegion(op) || !op.getChannelsLast() ||
        (llvm::all_of(op.getPadLow(), isZero) &&
         llvm::all_of(op.getPadHigh(), isZero)))
      return rewriter.notifyMatchFailure(op, "has no padding");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<int64_t> low = {0}, high = {0}, none(op.getPadLow().size(), 0);
    low.append(op.getPadLow().begin(), op.getPadLow().end());
    high.append(op.getPadHigh().begin(), op.getPadHigh().end());
    low.push_back(0);
    high.push_back(0);
    Value input = pad(b, op.getInput(), low, high);
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.setPadLow(none);
      op.setPadHigh(none);
    });
    return success();
  }
};

/// A transposed convolution is a convolution with stride 1 over the input with
/// stride - 1 zeros behind each element, and the window turned round.
struct ConvTransposeToConv : OpRewritePattern<lc::ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::ConvTransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (isInRegion(op) || !op.getChannelsLast())
      return rewriter.notifyMatchFailure(op, "wants its channels last");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    MLIRContext *ctx = b.getContext();
    lc::Dims in = lc::getDims(op.getInput()),
             weight = lc::getDims(op.getWeight());
    int64_t spatial = weight.size() - 2, groups = op.getGroups();
    // [n, h, w, c] -> [n, h, 1, w, 1, c] -> zeros -> [n, h * s, w * s, c]
    lc::Dims split = {in[0]}, spread = {in[0]};
    SmallVector<int64_t> none(2 + 2 * spatial, 0), behind = none;
    SmallVector<int64_t> low(2 + spatial, 0), high = low;
    for (int64_t i = 0; i < spatial; ++i) {
      int64_t stride = op.getStride()[i];
      split.push_back(in[1 + i]);
      split.push_back(lc::constant(ctx, 1));
      behind[2 + 2 * i] = stride - 1;
      spread.push_back(lc::simplify(in[1 + i] * stride));
      auto size = lc::getConstant(weight[2 + i]);
      if (!size)
        return rewriter.notifyMatchFailure(op, "window of unknown size");
      int64_t reach = op.getDilation()[i] * (*size - 1);
      low[1 + i] = reach - op.getPadding()[i];
      // The zeros behind the last element count as padding.
      high[1 + i] =
          reach - op.getPadding()[i] + op.getOutputPadding()[i] - (stride - 1);
    }
    split.push_back(in.back());
    spread.push_back(in.back());
    Value input = op.getInput();
    if (llvm::any_of(op.getStride(), [](int64_t s) { return s != 1; })) {
      input = pad(b, lc::reshape(b, b.getLoc(), input, split), none, behind);
      input = lc::reshape(b, b.getLoc(), input, spread);
    }
    input = pad(b, input, low, high);
    // Weight [c, o / g, k..] -> [o, c / g, k..], turned round.
    SmallVector<int64_t> dims, perm = {0, 2, 1};
    for (int64_t i = 0; i < spatial; ++i) {
      dims.push_back(2 + i);
      perm.push_back(3 + i);
    }
    Value w = lc::FlipOp::create(b, op.getWeight(), dims);
    lc::Dims grouped = {lc::constant(ctx, groups),
                        lc::simplify(weight[0].floorDiv(groups)), weight[1]};
    lc::Dims joined = {lc::simplify(weight[1] * groups),
                       lc::simplify(weight[0].floorDiv(groups))};
    grouped.append(weight.begin() + 2, weight.end());
    joined.append(weight.begin() + 2, weight.end());
    w = lc::reshape(b, b.getLoc(), w, grouped);
    w = lc::reshape(b, b.getLoc(), lc::permute(b, b.getLoc(), w, perm), joined);
    SmallVector<int64_t> ones(spatial, 1), zeros(spatial, 0);
    auto conv = lc::ConvOp::create(b, op.getType(), input, w, op.getBias(),
                                   ones, zeros, zeros, op.getDilation(), groups,
                                   /*channels_last=*/true);
    rewriter.replaceOp(op, conv);
    return success();
  }
};

/// Columns must lie side by side: a right operand that is stored the other way
/// round is permuted first, once, not element by element for each tile.
struct TurnRhs : OpRewritePattern<lc::MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (isInRegion(op) || !op.getTransposeB() ||
        op.getRhs().getDefiningOp<lc::ParameterOp>())
      return rewriter.notifyMatchFailure(op, "is not turned, or packed later");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    int64_t rank = typeOf(op.getRhs()).getRank();
    SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(perm[rank - 1], perm[rank - 2]);
    Value rhs = lc::permute(b, b.getLoc(), op.getRhs(), perm);
    rewriter.modifyOpInPlace(op, [&] {
      op.getRhsMutable().assign(rhs);
      op.setTransposeB(false);
    });
    return success();
  }
};

struct NativeContractionsPass
    : lcompile::impl::NativeContractionsBase<NativeContractionsPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<ChannelsLast<lc::ConvOp>, ChannelsLast<lc::ConvTransposeOp>,
            PadFirst, ConvTransposeToConv, TurnRhs,
            DecomposeGradient<lc::ConvGradInputOp>,
            DecomposeGradient<lc::ConvGradWeightOp>>(ctx);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    if (failed(applyPatternsGreedily(getOperation(), patterns)))
      signalPassFailure();
    getOperation()->walk([&](Operation *op) {
      if (!isa<lc::ConvGradInputOp, lc::ConvGradWeightOp>(op) || isInRegion(op))
        return;
      op->emitError("no kernel for the gradient of a convolution whose sizes "
                    "depend on each other by division; give it fixed spatial "
                    "sizes");
      signalPassFailure();
    });
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
