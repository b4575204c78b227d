// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// ZeRO: which states ranks hold parts of, and the update on parts.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_ZEROSHARD
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType partOf(ccl::ShardSliceOp slice, Type whole) {
  return ccl::partType(slice, cast<RankedTensorType>(whole));
}

/// The part of an elementwise result is that of the operands; only when nobody
/// wants the whole, which would be computed twice.
struct ThroughElementwise : OpRewritePattern<ccl::ShardSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ccl::ShardSliceOp slice,
                                PatternRewriter &rewriter) const override {
    Operation *op = slice.getInput().getDefiningOp();
    if (!isa_and_nonnull<lc::Elementwise>(op) ||
        !llvm::all_of(op->getUsers(), llvm::IsaPred<ccl::ShardSliceOp>))
      return failure();
    rewriter.setInsertionPoint(op);
    llvm::SmallDenseMap<Value, Value> parts;
    SmallVector<Value> operands;
    for (Value v : op->getOperands()) {
      Value &part = parts[v];
      if (!part)
        part = ccl::ShardSliceOp::create(rewriter, slice.getLoc(),
                                         partOf(slice, v.getType()), v);
      operands.push_back(part);
    }
    OperationState state(op->getLoc(), op->getName(), operands,
                         {slice.getType()}, op->getAttrs());
    Operation *result = rewriter.create(state);
    // All parts at once: the number of slices would grow with each operation.
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      rewriter.replaceOp(user, result);
    return success();
  }
};

/// One value everywhere.
struct OfOneValue : OpRewritePattern<ccl::ShardSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ccl::ShardSliceOp slice,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(slice.getType());
    Location loc = slice.getLoc();
    if (auto full = slice.getInput().getDefiningOp<lc::FullOp>()) {
      rewriter.replaceOpWithNewOp<lc::FullOp>(slice, type, full.getValue());
      return success();
    }
    auto expand = slice.getInput().getDefiningOp<lc::ExpandOp>();
    if (!expand)
      return failure();
    auto from = cast<RankedTensorType>(expand.getOperand().getType());
    if (!from.hasStaticShape() || from.getNumElements() != 1)
      return failure();
    rewriter.setInsertionPoint(expand);
    Value one = lc::reshape(rewriter, loc, expand.getOperand(),
                            {lc::constant(getContext(), 1)});
    rewriter.replaceOpWithNewOp<lc::ExpandOp>(slice, type, one);
    return success();
  }
};

/// Flat order does not change in a reshape, and the part of a state is there.
struct OfTheSame : OpRewritePattern<ccl::ShardSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ccl::ShardSliceOp slice,
                                PatternRewriter &rewriter) const override {
    if (auto reshape = slice.getInput().getDefiningOp<lc::ReshapeOp>()) {
      rewriter.modifyOpInPlace(
          slice, [&] { slice.getInputMutable().assign(reshape.getInput()); });
      return success();
    }
    auto unshard = slice.getInput().getDefiningOp<zero::UnshardOp>();
    if (!unshard)
      return failure();
    rewriter.replaceOp(slice, unshard.getPart());
    return success();
  }
};

class Sharding {
public:
  Sharding(func::FuncOp function, unsigned stage)
      : function(function), stage(stage),
        b(function.getLoc(), OpBuilder::atBlockBegin(&function.front())) {}

  void run() {
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto kind = function.getArgAttrOfType<StringAttr>(
          i, lc::LcDialect::stateAttrName);
      auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[i]);
      if (!kind || !type || !type.hasStaticShape())
        continue;
      if (kind.getValue() == "optimizer" ||
          (kind.getValue() == "parameter" && stage == 3))
        shardState(i, type);
      else if (kind.getValue() == "parameter")
        shardUpdate(i, type);
    }
    SmallVector<Type> arguments(function.front().getArgumentTypes());
    function.setType(b.getFunctionType(
        arguments, function.front().getTerminator()->getOperandTypes()));
  }

private:
  /// The result that updates input `index`; null when none does.
  OpOperand *updateOf(unsigned index) {
    Operation *end = function.front().getTerminator();
    for (OpOperand &operand : end->getOpOperands()) {
      auto alias = function.getResultAttrOfType<IntegerAttr>(
          operand.getOperandNumber(), lc::LcDialect::aliasAttrName);
      if (alias && alias.getInt() == index)
        return &operand;
    }
    return nullptr;
  }

  StringAttr nameOf(unsigned index) {
    return function.getArgAttrOfType<StringAttr>(index,
                                                 lc::LcDialect::nameAttrName);
  }

  Value partAtEnd(Value whole) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(function.front().getTerminator());
    auto type = cast<RankedTensorType>(whole.getType());
    return ccl::ShardSliceOp::create(b, whole.getLoc(),
                                     ccl::partType(function, type), whole);
  }

  /// The input and its update become parts.
  void shardState(unsigned index, RankedTensorType whole) {
    BlockArgument argument = function.getArgument(index);
    RankedTensorType part = ccl::partType(function, whole);
    if (OpOperand *update = updateOf(index))
      update->set(partAtEnd(update->get()));
    argument.setType(part);
    function.setArgAttr(index, lc::LcDialect::wholeAttrName,
                        TypeAttr::get(whole));
    auto unshard = zero::UnshardOp::create(b, lc::locationOfReader(argument),
                                           whole, argument, nameOf(index));
    argument.replaceAllUsesExcept(unshard, unshard);
  }

  /// The input stays whole; each rank computes its part of the new one.
  void shardUpdate(unsigned index, RankedTensorType whole) {
    OpOperand *update = updateOf(index);
    if (!update)
      return;
    Value part = partAtEnd(update->get());
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(function.front().getTerminator());
    update->set(ccl::AllGatherOp::create(b, part.getLoc(), TypeRange(whole),
                                         part, b.getArrayAttr({nameOf(index)}))
                    .getResult(0));
  }

  func::FuncOp function;
  unsigned stage;
  ImplicitLocOpBuilder b;
};

struct ZeroShardPass : lcompile::impl::ZeroShardBase<ZeroShardPass> {
  using ZeroShardBase::ZeroShardBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (ccl::worldOf(function) == 1)
      return;
    function->setAttr(ccl::CclDialect::zeroStageAttrName,
                      Builder(&getContext()).getI64IntegerAttr(stage));
    if (stage > 0)
      Sharding(function, stage).run();
    // Also with whole states: sums of squares are taken of parts.
    RewritePatternSet patterns(&getContext());
    patterns.add<ThroughElementwise, OfOneValue, OfTheSame>(&getContext());
    // Every rewrite moves a slice up: it ends, however long the formulas are.
    GreedyRewriteConfig config;
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(applyPatternsGreedily(function, std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
