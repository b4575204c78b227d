// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of elementwise operations with one operand. Where PyTorch has a
// choice (at a kink), the choice is PyTorch's.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"

#include <numbers>

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {
constexpr double ln2 = std::numbers::ln2, ln10 = std::numbers::ln10;

/// Gives the operand the result's gradient times a factor.
template <typename Op>
LogicalResult scaled(Op op, GradientBuilder &g,
                     llvm::function_ref<Value(Value x, Value y)> factor) {
  g.scale(op.getResult(), op.getInput(),
          [&] { return factor(op.getInput(), op.getResult()); });
  return success();
}

Value sigmoid(GradientBuilder &g, Value x) { return g.make<SigmoidOp>(x); }
} // namespace

LogicalResult NegOp::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.neg(g.of(getResult())));
  return success();
}

LogicalResult AbsOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) { return g.make<SignOp>(x); });
}

// Steps have no slope.
LogicalResult SignOp::differentiate(GradientBuilder &) { return success(); }
LogicalResult CeilOp::differentiate(GradientBuilder &) { return success(); }
LogicalResult FloorOp::differentiate(GradientBuilder &) { return success(); }
LogicalResult RoundOp::differentiate(GradientBuilder &) { return success(); }
LogicalResult TruncOp::differentiate(GradientBuilder &) { return success(); }

LogicalResult SqrtOp::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), g.mul(getResult(), 2)));
  return success();
}

LogicalResult RsqrtOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value, Value y) {
    return g.mul(g.mul(g.square(y), y), -0.5);
  });
}

LogicalResult ReciprocalOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value, Value y) { return g.neg(g.square(y)); });
}

LogicalResult ExpOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value, Value y) { return y; });
}

LogicalResult Exp2Op::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value, Value y) { return g.mul(y, ln2); });
}

LogicalResult Expm1Op::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value, Value y) { return g.add(y, 1); });
}

LogicalResult LogOp::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), getInput()));
  return success();
}

LogicalResult Log2Op::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), g.mul(getInput(), ln2)));
  return success();
}

LogicalResult Log10Op::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), g.mul(getInput(), ln10)));
  return success();
}

LogicalResult Log1pOp::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), g.add(getInput(), 1)));
  return success();
}

LogicalResult SinOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) { return g.make<CosOp>(x); });
}

LogicalResult CosOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g,
                [&](Value x, Value) { return g.neg(g.make<SinOp>(x)); });
}

LogicalResult TanOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g,
                [&](Value, Value y) { return g.add(g.square(y), 1); });
}

LogicalResult AsinOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    return g.make<RsqrtOp>(g.complement(g.square(x)));
  });
}

LogicalResult AcosOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    return g.neg(g.make<RsqrtOp>(g.complement(g.square(x))));
  });
}

LogicalResult AtanOp::differentiate(GradientBuilder &g) {
  g.give(getInput(), g.div(g.of(getResult()), g.add(g.square(getInput()), 1)));
  return success();
}

LogicalResult SinhOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) { return g.make<CoshOp>(x); });
}

LogicalResult CoshOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) { return g.make<SinhOp>(x); });
}

LogicalResult TanhOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g,
                [&](Value, Value y) { return g.complement(g.square(y)); });
}

LogicalResult ErfOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    return g.mul(g.make<ExpOp>(g.neg(g.square(x))),
                 2 * std::numbers::inv_sqrtpi);
  });
}

LogicalResult SigmoidOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g,
                [&](Value, Value y) { return g.mul(y, g.complement(y)); });
}

LogicalResult ReluOp::differentiate(GradientBuilder &g) {
  if (!g.wants(getInput()))
    return success();
  Value dy = g.of(getResult()), y = getResult();
  Value off = g.make<CompareOp>(CompareKind::le, y, g.zeros(y));
  g.give(getInput(), g.where(off, g.zeros(dy), dy));
  return success();
}

LogicalResult SiluOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value s = sigmoid(g, x);
    return g.mul(s, g.add(g.mul(x, g.complement(s)), 1));
  });
}

LogicalResult MishOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value t = g.make<TanhOp>(g.make<SoftplusOp>(x.getType(), x));
    Value slope = g.mul(g.mul(x, sigmoid(g, x)), g.complement(g.square(t)));
    return g.add(t, slope);
  });
}

LogicalResult HardswishOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value middle = g.add(g.mul(x, 1.0 / 3), 0.5);
    Value upper = g.where(g.less(x, 3), middle, g.full(1, x));
    Value off = g.make<CompareOp>(CompareKind::le, x, g.full(-3, x));
    return g.where(off, g.zeros(x), upper);
  });
}

LogicalResult HardsigmoidOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value inside = g.make<AndOp>(g.less(g.full(-3, x), x), g.less(x, 3));
    return g.where(inside, g.full(1.0 / 6, x), g.zeros(x));
  });
}

LogicalResult GeluOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    if (!getTanh()) {
      Value cdf = g.mul(
          g.add(g.make<ErfOp>(g.mul(x, 1 / std::numbers::sqrt2)), 1), 0.5);
      Value bell = g.make<ExpOp>(g.mul(g.square(x), -0.5));
      double scale = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
      return g.add(cdf, g.mul(g.mul(x, bell), scale));
    }
    // y = x (1 + tanh(u)) / 2 with u = beta (x + kappa x^3)
    double beta = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    constexpr double kappa = 0.044715;
    Value xx = g.square(x);
    Value t = g.make<TanhOp>(g.mul(g.mul(x, g.add(g.mul(xx, kappa), 1)), beta));
    Value du = g.mul(g.add(g.mul(xx, 3 * kappa), 1), beta);
    Value right = g.mul(g.mul(x, g.complement(g.square(t))), du);
    return g.mul(g.add(g.add(t, 1), right), 0.5);
  });
}

LogicalResult EluOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    double scale = getScale().convertToDouble(),
           inner = getInputScale().convertToDouble(),
           alpha = getAlpha().convertToDouble();
    Value below = g.mul(g.make<ExpOp>(g.mul(x, inner)), scale * alpha * inner);
    return g.where(g.less(g.zeros(x), x), g.full(scale, x), below);
  });
}

LogicalResult LeakyReluOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    return g.where(g.less(g.zeros(x), x), g.full(1, x),
                   g.full(getSlope().convertToDouble(), x));
  });
}

LogicalResult SoftplusOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value scaled = g.mul(x, getBeta().convertToDouble());
    Value linear = g.less(g.full(getThreshold().convertToDouble(), x), scaled);
    return g.where(linear, g.full(1, x), sigmoid(g, scaled));
  });
}

LogicalResult ClampOp::differentiate(GradientBuilder &g) {
  return scaled(*this, g, [&](Value x, Value) {
    Value result = g.full(1, x);
    auto limit = [&](CompareKind kind, std::optional<APFloat> bound) {
      if (!bound)
        return;
      Value inside =
          g.make<CompareOp>(kind, x, g.full(bound->convertToDouble(), x));
      result = g.where(inside, result, g.zeros(x));
    };
    limit(getFlatEnds() ? CompareKind::gt : CompareKind::ge, getMin());
    limit(getFlatEnds() ? CompareKind::lt : CompareKind::le, getMax());
    return result;
  });
}

LogicalResult ConvertOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(),
           g.make<ConvertOp>(getInput().getType(), g.of(getResult())));
  return success();
}
