// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes math and comparisons with what TPC-C has.
#include "passes/6_lower/nest/VectorMath.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_LEGALIZETPCMATH
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;
using tpc::Function;

namespace {

Value special(OpBuilder &b, Location loc, Function function,
              ValueRange operands) {
  return tpc::SpecialOp::create(b, loc, operands[0].getType(), function,
                                operands);
}

/// exp and log of the language, where others are built from them.
struct TpcMath : nest::VectorMath {
  using VectorMath::VectorMath;
  Value exp(Value x) override {
    return special(b, b.getLoc(), Function::exp_cephes, x);
  }
  Value log(Value x) override {
    return special(b, b.getLoc(), Function::log, x);
  }
};

bool isF32Vector(Type type) {
  return isa<VectorType>(type) && getElementTypeOrSelf(type).isF32();
}

template <typename Op> struct ToSpecial : OpRewritePattern<Op> {
  ToSpecial(MLIRContext *ctx, Function function)
      : OpRewritePattern<Op>(ctx), function(function) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isF32Vector(op.getType()))
      return rewriter.notifyMatchFailure(op, "not a vector of f32");
    rewriter.replaceOp(
        op, special(rewriter, op.getLoc(), function, op->getOperands()));
    return success();
  }
  Function function;
};

template <typename Op> struct Expand : OpRewritePattern<Op> {
  using Build = Value (*)(TpcMath &, Value);
  Expand(MLIRContext *ctx, Build build)
      : OpRewritePattern<Op>(ctx), build(build) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isF32Vector(op.getType()))
      return rewriter.notifyMatchFailure(op, "not a vector of f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    TpcMath math(b);
    rewriter.replaceOp(op, build(math, op->getOperand(0)));
    return success();
  }
  Build build;
};

bool isOne(Value v) {
  DenseElementsAttr elements;
  return matchPattern(v, m_Constant(&elements)) && elements.isSplat() &&
         isa<FloatType>(elements.getElementType()) &&
         elements.getSplatValue<APFloat>().isExactlyValue(1);
}

/// 1 / x and 1 / sqrt(x) have functions of their own.
struct Divide : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::DivFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isF32Vector(op.getType()))
      return rewriter.notifyMatchFailure(op, "not a vector of f32");
    Value x = op.getRhs();
    auto by = [&](Function function, ValueRange operands) {
      rewriter.replaceOp(op,
                         special(rewriter, op.getLoc(), function, operands));
      return success();
    };
    if (!isOne(op.getLhs()))
      return by(Function::div, op->getOperands());
    if (auto root = x.getDefiningOp<math::SqrtOp>())
      return by(Function::rsqrt, root.getOperand());
    if (auto root = x.getDefiningOp<tpc::SpecialOp>();
        root && root.getFunction() == Function::sqrt)
      return by(Function::rsqrt, root.getOperands());
    return by(Function::reciprocal, x);
  }
};

/// NaN wins: the machine's MAX and MIN do not say so.
template <typename Op> struct Extreme : OpRewritePattern<Op> {
  Extreme(MLIRContext *ctx, bool isMax)
      : OpRewritePattern<Op>(ctx), isMax(isMax) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    lc::BodyBuilder body(b);
    Value x = op.getLhs(), y = op.getRhs();
    // NaN in x is kept by the first choice, NaN in y by the second.
    Value chosen = body.select(isMax ? body.less(x, y) : body.less(y, x), y, x);
    Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, y, y);
    rewriter.replaceOp(op, body.select(isNan, y, chosen));
    return success();
  }
  bool isMax;
};

/// The sign of y on x, by bits.
struct CopySign : OpRewritePattern<math::CopySignOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::CopySignOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    lc::BodyBuilder body(b);
    auto type = cast<VectorType>(op.getType());
    auto bits = VectorType::get(type.getShape(), b.getI32Type());
    auto part = [&](Value v, uint32_t mask) -> Value {
      v = arith::BitcastOp::create(b, bits, v);
      Value m = arith::ConstantOp::create(
          b, DenseElementsAttr::get(bits, APInt(32, mask)));
      return arith::AndIOp::create(b, v, m);
    };
    Value joined = arith::OrIOp::create(b, part(op.getLhs(), 0x7fffffff),
                                        part(op.getRhs(), 0x80000000));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, joined);
    return success();
  }
};

struct LegalizeTpcMathPass
    : lcompile::impl::LegalizeTpcMathBase<LegalizeTpcMathPass> {
  LogicalResult initialize(MLIRContext *ctx) override {
    RewritePatternSet set(ctx);
    set.add<ToSpecial<math::ExpOp>>(ctx, Function::exp_cephes);
    set.add<ToSpecial<math::Exp2Op>>(ctx, Function::pow2);
    set.add<ToSpecial<math::LogOp>>(ctx, Function::log);
    set.add<ToSpecial<math::Log2Op>>(ctx, Function::log2);
    set.add<ToSpecial<math::SqrtOp>>(ctx, Function::sqrt);
    set.add<ToSpecial<math::TanhOp>>(ctx, Function::tanh);
    set.add<ToSpecial<math::SinOp>>(ctx, Function::sin);
    set.add<ToSpecial<math::CosOp>>(ctx, Function::cos);
    set.add<ToSpecial<math::TanOp>>(ctx, Function::tan_cephes);
    set.add<ToSpecial<math::AsinOp>>(ctx, Function::asin_cephes);
    set.add<ToSpecial<math::AcosOp>>(ctx, Function::acos_cephes);
    set.add<ToSpecial<math::AtanOp>>(ctx, Function::atan_cephes);
    set.add<ToSpecial<math::SinhOp>>(ctx, Function::sinh_cephes);
    set.add<ToSpecial<math::CoshOp>>(ctx, Function::cosh_cephes);
    set.add<ToSpecial<math::ExpM1Op>>(ctx, Function::expm1);
    set.add<ToSpecial<math::PowFOp>>(ctx, Function::pow);
    set.add<Expand<math::Log1pOp>>(
        ctx, [](TpcMath &m, Value x) { return m.log1p(x); });
    set.add<Expand<math::ErfOp>>(ctx,
                                 [](TpcMath &m, Value x) { return m.erf(x); });
    set.add<Expand<math::Log10Op>>(ctx, [](TpcMath &m, Value x) {
      return m.mul(m.log(x), m.number(0.434294481903251827651, x));
    });
    set.add<Extreme<arith::MaximumFOp>>(ctx, true);
    set.add<Extreme<arith::MinimumFOp>>(ctx, false);
    set.add<Divide, CopySign>(ctx);
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
