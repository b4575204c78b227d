// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fewer and smaller reductions with the same meaning.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_REDUCEALGEBRA
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// all_reduce of which everyone wants the part.
struct ToReduceScatter : OpRewritePattern<ccl::AllReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ccl::AllReduceOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumResults() != 1 || op.use_empty() ||
        !llvm::all_of(op->getUsers(), llvm::IsaPred<ccl::ShardSliceOp>))
      return failure();
    auto whole = cast<RankedTensorType>(op.getResult(0).getType());
    auto scatter = ccl::ReduceScatterOp::create(
        rewriter, op.getLoc(), TypeRange(ccl::partType(op, whole)),
        op.getInputs(), op.getRed(), op.getNames());
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      rewriter.replaceOp(user, scatter);
    rewriter.eraseOp(op);
    return success();
  }
};

/// Sums of reduced values: reduce the sum. Each rank adds its summands before.
struct SumOfReductions : OpRewritePattern<lc::AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(lc::AddOp add,
                                PatternRewriter &rewriter) const override {
    auto x = add.getOperand(0).getDefiningOp<ccl::AllReduceOp>();
    auto y = add.getOperand(1).getDefiningOp<ccl::AllReduceOp>();
    if (!x || !y || x == y || x.getNumResults() != 1 ||
        y.getNumResults() != 1 || !x->hasOneUse() || !y->hasOneUse() ||
        x.getRed() != y.getRed() || x.getNames() != y.getNames() ||
        (x.getRed() != ccl::Red::sum && x.getRed() != ccl::Red::avg))
      return failure();
    auto summand = [](ccl::AllReduceOp op) -> Value {
      Value v = op.getInputs()[0];
      auto marked = v.getDefiningOp<ccl::MarkPartialOp>();
      return marked ? marked.getInput() : v;
    };
    auto sum = lc::AddOp::create(rewriter, add.getLoc(), add.getType(),
                                 summand(x), summand(y));
    Value partial =
        ccl::MarkPartialOp::create(rewriter, add.getLoc(), sum.getType(), sum);
    rewriter.replaceOpWithNewOp<ccl::AllReduceOp>(
        add, TypeRange(add.getType()), partial, x.getRed(), x.getNames());
    return success();
  }
};

/// Moves reductions up to where their operands are there: gradients go when
/// they are sent, and buckets fill in that order.
void hoist(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto collective = dyn_cast<ccl::Collective>(op);
    if (!isa<ccl::MarkPartialOp>(op) &&
        (!collective || !collective.getReduction()))
      continue;
    Operation *last = nullptr;
    for (Value v : op.getOperands())
      if (Operation *def = v.getDefiningOp())
        if (!last || last->isBeforeInBlock(def))
          last = def;
    if (last)
      op.moveAfter(last);
  }
}

struct ReduceAlgebraPass
    : lcompile::impl::ReduceAlgebraBase<ReduceAlgebraPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ToReduceScatter, SumOfReductions>(&getContext());
    GreedyRewriteConfig config; // sums of many terms take a round each
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    hoist(getOperation().front());
  }
};

} // namespace
