// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Conversions between f32 and bf16 in integers, for machines without an instruction.
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_EXPANDBF16
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;

namespace {

Type like(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

bool isBetween(Value wide, Value narrow) {
  return getElementTypeOrSelf(wide).isF32() && getElementTypeOrSelf(narrow).isBF16();
}

Value constant(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  return arith::ConstantOp::create(
      b, type, isa<VectorType>(type)
                   ? TypedAttr(DenseElementsAttr::get(
                         cast<VectorType>(type),
                         b.getIntegerAttr(getElementTypeOrSelf(type), value)))
                   : TypedAttr(b.getIntegerAttr(type, value)));
}

/// A bf16 is the upper half of an f32.
struct Extend : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isBetween(op.getOut(), op.getIn()))
      return rewriter.notifyMatchFailure(op, "is not bf16 to f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i16 = like(op.getType(), b.getI16Type()), i32 = like(op.getType(), b.getI32Type());
    Value bits = arith::BitcastOp::create(b, i16, op.getIn());
    bits = arith::ExtUIOp::create(b, i32, bits);
    bits = arith::ShLIOp::create(b, bits, constant(b, i32, 16));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), bits);
    return success();
  }
};

/// Rounds to the nearest, half to even. The choice for NaN is made in integers: a
/// choice between values of type bf16 would be widened and rounded again.
struct Truncate : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isBetween(op.getIn(), op.getOut()))
      return rewriter.notifyMatchFailure(op, "is not f32 to bf16");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type i16 = like(op.getType(), b.getI16Type()), i32 = like(op.getType(), b.getI32Type());
    Value bits = arith::BitcastOp::create(b, i32, op.getIn());
    Value sixteen = constant(b, i32, 16);
    Value odd = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, sixteen),
                                      constant(b, i32, 1));
    Value rounded = arith::AddIOp::create(
        b, bits, arith::AddIOp::create(b, odd, constant(b, i32, 0x7fff)));
    Value isNan =
        arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, op.getIn(), op.getIn());
    rounded = arith::SelectOp::create(b, isNan, constant(b, i32, 0x7fc00000), rounded);
    Value half = arith::TruncIOp::create(
        b, i16, arith::ShRUIOp::create(b, rounded, sixteen));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), half);
    return success();
  }
};

struct ExpandBf16Pass : lcompile::impl::ExpandBf16Base<ExpandBf16Pass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Extend, Truncate>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
