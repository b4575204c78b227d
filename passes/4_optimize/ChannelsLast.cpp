// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeps images with their channels last.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_CHANNELSLAST
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

/// An operation over images, operand 0 and result of which have channels.
template <typename Op> struct MakeChannelsLast : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op.getChannelsLast() || typeOf(op.getResult()).getRank() < 3)
      return rewriter.notifyMatchFailure(op, "has its channels last");
    lc::moveChannelsLast(op, rewriter);
    return success();
  }
};

struct GradWeightChannelsLast : OpRewritePattern<lc::ConvGradWeightOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::ConvGradWeightOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getChannelsLast())
      return rewriter.notifyMatchFailure(op, "has its channels last");
    SmallVector<int64_t> perm = {0};
    for (int64_t i = 2; i < typeOf(op.getInput()).getRank(); ++i)
      perm.push_back(i);
    perm.push_back(1);
    auto turned = [&](Value v) {
      return lc::permute(rewriter, op.getLoc(), v, perm);
    };
    Value input = turned(op.getInput()), grad = turned(op.getGrad());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.getGradMutable().assign(grad);
      op.setChannelsLast(true);
    });
    return success();
  }
};

/// True for what reads as well in any order: numbers and repeated small
/// tensors.
bool isFree(Value v) {
  while (Operation *op = v.getDefiningOp()) {
    if (isa<lc::FullOp, lc::ParameterOp>(op))
      return true;
    if (isa<lc::ExpandOp>(op))
      return true;
    if (!isa<lc::ReshapeOp>(op))
      return false;
    v = op->getOperand(0);
  }
  return false;
}

/// f(permute(x), ..) -> permute(f(x, ..)).
struct SinkThroughElementwise : OpInterfaceRewritePattern<lc::Elementwise> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(lc::Elementwise op,
                                PatternRewriter &rewriter) const override {
    lc::PermuteOp first;
    for (Value operand : op->getOperands()) {
      auto p = operand.getDefiningOp<lc::PermuteOp>();
      if (!p) {
        if (!isFree(operand))
          return rewriter.notifyMatchFailure(op, "an operand is not permuted");
        continue;
      }
      if (first && first.getPerm() != p.getPerm())
        return rewriter.notifyMatchFailure(op,
                                           "operands are permuted differently");
      first = p;
    }
    if (!first)
      return rewriter.notifyMatchFailure(op, "no operand is permuted");
    SmallVector<int64_t> perm(first.getPerm()),
        back = invertPermutationVector(perm);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      auto p = operand.getDefiningOp<lc::PermuteOp>();
      operands.push_back(
          p ? p.getInput()
            : lc::permute(rewriter, op->getLoc(), operand, back));
    }
    Operation *fresh = rewriter.clone(*op);
    fresh->setOperands(operands);
    fresh->getResult(0).setType(lc::permuted(typeOf(op->getResult(0)), back));
    rewriter.replaceOp(
        op, lc::permute(rewriter, op->getLoc(), fresh->getResult(0), perm));
    return success();
  }
};

struct SinkThroughConcat : OpRewritePattern<lc::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    SmallVector<int64_t> perm;
    for (Value operand : op.getInputs()) {
      auto p = operand.getDefiningOp<lc::PermuteOp>();
      if (!p || (!perm.empty() && ArrayRef<int64_t>(perm) != p.getPerm()))
        return rewriter.notifyMatchFailure(op,
                                           "operands are not permuted alike");
      perm.assign(p.getPerm().begin(), p.getPerm().end());
      inputs.push_back(p.getInput());
    }
    auto type =
        lc::permuted(typeOf(op.getResult()), invertPermutationVector(perm));
    Value fresh = lc::ConcatOp::create(rewriter, op.getLoc(), type, inputs,
                                       perm[op.getDim()]);
    rewriter.replaceOp(op, lc::permute(rewriter, op.getLoc(), fresh, perm));
    return success();
  }
};

/// What lies between a padded image and the places of its windows, and back.
struct SinkThroughPad : OpRewritePattern<lc::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::PadOp op,
                                PatternRewriter &rewriter) const override {
    auto p = op.getInput().getDefiningOp<lc::PermuteOp>();
    if (!p)
      return rewriter.notifyMatchFailure(op, "the operand is not permuted");
    SmallVector<int64_t> perm(p.getPerm()), low(perm.size()), high(perm.size());
    for (auto [i, from] : llvm::enumerate(perm)) {
      low[from] = op.getLow()[i];
      high[from] = op.getHigh()[i];
    }
    Value fresh = lc::PadOp::create(rewriter, op.getLoc(), p.getInput(), low,
                                    high, op.getMode(), op.getValue());
    rewriter.replaceOp(op, lc::permute(rewriter, op.getLoc(), fresh, perm));
    return success();
  }
};

struct SinkThroughSlice : OpRewritePattern<lc::SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto p = op.getInput().getDefiningOp<lc::PermuteOp>();
    if (!p)
      return rewriter.notifyMatchFailure(op, "the operand is not permuted");
    SmallVector<int64_t> perm(p.getPerm());
    auto type =
        lc::permuted(typeOf(op.getResult()), invertPermutationVector(perm));
    Value fresh =
        lc::SliceOp::create(rewriter, op.getLoc(), type, p.getInput(),
                            perm[op.getDim()], op.getStart(), op.getStep());
    rewriter.replaceOp(op, lc::permute(rewriter, op.getLoc(), fresh, perm));
    return success();
  }
};

struct SinkThroughInsertSlice : OpRewritePattern<lc::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    auto p = op.getSource().getDefiningOp<lc::PermuteOp>();
    auto dest = op.getDest().getDefiningOp<lc::PermuteOp>();
    if (!p || !(dest ? dest.getPerm() == p.getPerm() : isFree(op.getDest())))
      return rewriter.notifyMatchFailure(op, "operands are not permuted alike");
    SmallVector<int64_t> perm(p.getPerm());
    Value into = dest ? dest.getInput()
                      : lc::permute(rewriter, op.getLoc(), op.getDest(),
                                    invertPermutationVector(perm));
    Value fresh = lc::InsertSliceOp::create(rewriter, op.getLoc(), into,
                                            p.getInput(), perm[op.getDim()],
                                            op.getStart(), op.getStep());
    rewriter.replaceOp(op, lc::permute(rewriter, op.getLoc(), fresh, perm));
    return success();
  }
};

/// reduce(permute(x)) -> reduce(x) over the dimensions where they come from.
template <typename Op> struct SinkThroughReduction : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto p = op.getInput().template getDefiningOp<lc::PermuteOp>();
    if (!p)
      return rewriter.notifyMatchFailure(op, "the operand is not permuted");
    SmallVector<int64_t> perm(p.getPerm()), dims;
    for (int64_t dim : op.getDims())
      dims.push_back(perm[dim]);
    llvm::sort(dims);
    // The kept dimensions come in the operand's order; put them in the
    // result's.
    SmallVector<int64_t> kept, order;
    for (int64_t i = 0; i < int64_t(perm.size()); ++i)
      if (op.getKeepdim() || !llvm::is_contained(dims, i))
        kept.push_back(i);
    for (int64_t i = 0; i < int64_t(perm.size()); ++i)
      if (op.getKeepdim() || !llvm::is_contained(op.getDims(), i))
        order.push_back(llvm::find(kept, perm[i]) - kept.begin());
    Operation *fresh = rewriter.clone(*op);
    fresh->setOperand(0, p.getInput());
    cast<Op>(fresh).setDims(dims);
    fresh->getResult(0).setType(
        lc::permuted(typeOf(op.getResult()), invertPermutationVector(order)));
    rewriter.replaceOp(
        op, lc::permute(rewriter, op.getLoc(), fresh->getResult(0), order));
    return success();
  }
};

/// A permute that moves only dimensions of size 1 past others changes no
/// memory.
struct UnitPermuteToReshape : OpRewritePattern<lc::PermuteOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(lc::PermuteOp op,
                                PatternRewriter &rewriter) const override {
    lc::Dims sizes = lc::getDims(op.getInput());
    int64_t previous = -1;
    for (int64_t p : op.getPerm()) {
      if (lc::isConstant(sizes[p], 1))
        continue;
      if (p < previous)
        return rewriter.notifyMatchFailure(op, "moves elements");
      previous = p;
    }
    rewriter.replaceOpWithNewOp<lc::ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

struct ChannelsLastPass : lcompile::impl::ChannelsLastBase<ChannelsLastPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<MakeChannelsLast<lc::ConvOp>, MakeChannelsLast<lc::ConvTransposeOp>,
            MakeChannelsLast<lc::ConvGradInputOp>, GradWeightChannelsLast,
            MakeChannelsLast<lc::MaxPoolOp>, MakeChannelsLast<lc::AvgPoolOp>,
            MakeChannelsLast<lc::AdaptiveAvgPoolOp>,
            MakeChannelsLast<lc::BatchNormOp>, MakeChannelsLast<lc::ResizeOp>,
            SinkThroughElementwise, SinkThroughConcat, SinkThroughPad,
            SinkThroughSlice, SinkThroughInsertSlice,
            SinkThroughReduction<lc::MeanOp>, SinkThroughReduction<lc::SumOp>,
            SinkThroughReduction<lc::AmaxOp>, SinkThroughReduction<lc::VarOp>,
            UnitPermuteToReshape>(ctx);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    // Only where there are images: elsewhere permutes stay where the model has
    // them.
    bool any = false;
    getOperation()->walk([&](Operation *op) {
      any |= isa<lc::ConvOp, lc::ConvTransposeOp, lc::ConvGradInputOp,
                 lc::ConvGradWeightOp>(op);
    });
    if (any && failed(applyPatternsGreedily(getOperation(), patterns)))
      signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
