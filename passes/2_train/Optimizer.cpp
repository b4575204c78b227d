// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How parameters change by their gradients: torch.optim's formulas.
#include "passes/2_train/Optimizer.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/zero/IR/ZeroDialect.h"

using namespace mlir;
using namespace lcompile;

ArrayRef<StringLiteral> Optimizer::states() const {
  static constexpr StringLiteral ofSgd[] = {"momentum_buffer"};
  static constexpr StringLiteral ofAdam[] = {"exp_avg", "exp_avg_sq"};
  if (kind != sgd)
    return ofAdam;
  return momentum == 0 ? ArrayRef<StringLiteral>() : ArrayRef(ofSgd);
}

/// A number for every element of `like`.
static Value each(lc::TensorMath &m, Value number, Value like) {
  return m.spread(m.convert(number, getElementTypeOrSelf(like)), like);
}

/// In f32, whatever the elements are; of rank 0.
static Value sumOfSquares(lc::TensorMath &m, Value v) {
  return m.make<zero::SquareSumOp>(RankedTensorType::get({}, m.b.getF32Type()),
                                   v);
}

Optimizer::Step Optimizer::begin(lc::TensorMath &m, Value given, Value factor,
                                 Value count) const {
  Step step;
  auto number = RankedTensorType::get({}, m.b.getF64Type());
  step.rate = learningRate ? m.full(*learningRate, number) : given;
  if (factor)
    step.rate = m.mul(step.rate, factor);
  if (kind == sgd)
    return step;
  // In f64, as PyTorch's numbers are: 1 - 0.999 in f32 has four digits.
  auto bias = [&](double beta) {
    return m.complement(m.make<lc::PowOp>(m.full(beta, number), count));
  };
  Value first = bias(beta1);
  step.size = m.div(step.rate, first);
  step.correction = m.make<lc::ReciprocalOp>(first);
  step.rootBias = m.make<lc::SqrtOp>(bias(beta2));
  return step;
}

SmallVector<Value> Optimizer::clip(lc::TensorMath &m,
                                   ArrayRef<Value> gradients) const {
  SmallVector<Value> result(gradients);
  // Not lc.clamp, which the library computes behind products, without regard
  // for NaN.
  if (clipValue != 0)
    for (Value &g : result)
      if (g)
        g = m.make<lc::MinimumOp>(
            m.make<lc::MaximumOp>(g, m.full(-clipValue, g)),
            m.full(clipValue, g));
  Value total;
  for (Value g : result)
    if (g && clipNorm != 0) {
      Value square = sumOfSquares(m, g);
      total = total ? m.add(total, square) : square;
    }
  if (!total)
    return result;
  // torch.nn.utils.clip_grad_norm_: the limit over the length, at most 1.
  Value length = m.make<lc::SqrtOp>(total);
  Value factor = m.div(m.full(clipNorm, length), m.add(length, 1e-6));
  factor = m.make<lc::MinimumOp>(factor, m.full(1, factor));
  for (Value &g : result)
    if (g)
      g = m.mul(g, each(m, factor, g));
  return result;
}

SmallVector<Value> Optimizer::update(lc::TensorMath &m, const Step &step,
                                     Value parameter, Value gradient,
                                     ValueRange states) const {
  return kind == sgd ? updateSgd(m, step, parameter, gradient, states)
                     : updateAdam(m, step, parameter, gradient, states);
}

SmallVector<Value> Optimizer::updateSgd(lc::TensorMath &m, const Step &step,
                                        Value p, Value g,
                                        ValueRange states) const {
  if (weightDecay != 0)
    g = m.add(g, m.mul(p, weightDecay));
  SmallVector<Value> result = {Value()};
  if (momentum != 0) {
    // The first step has no dampening in PyTorch; without any, a buffer of
    // zeros gives the same.
    Value buffer = m.add(m.mul(states[0], momentum), m.mul(g, 1 - dampening));
    result.push_back(buffer);
    g = nesterov ? m.add(g, m.mul(buffer, momentum)) : buffer;
  }
  result[0] = m.sub(p, m.mul(g, each(m, step.rate, p)));
  return result;
}

SmallVector<Value> Optimizer::updateAdam(lc::TensorMath &m, const Step &step,
                                         Value p, Value g,
                                         ValueRange states) const {
  if (weightDecay != 0 && kind != lamb) {
    if (kind == adamw) {
      Value kept = m.complement(m.mul(step.rate, weightDecay));
      p = m.mul(p, each(m, kept, p));
    } else {
      g = m.add(g, m.mul(p, weightDecay));
    }
  }
  Value mean = states[0], square = states[1];
  mean = m.add(mean, m.mul(m.sub(g, mean), 1 - beta1));
  square = m.add(m.mul(square, beta2), m.mul(m.square(g), 1 - beta2));
  Value root = m.div(m.make<lc::SqrtOp>(square), each(m, step.rootBias, p));
  Value change = m.div(mean, m.add(root, eps));
  if (kind != lamb)
    return {m.sub(p, m.mul(change, each(m, step.size, p))), mean, square};
  change = m.mul(change, each(m, step.correction, p));
  if (weightDecay != 0)
    change = m.add(change, m.mul(p, weightDecay));
  Value size =
      m.mul(trust(m, p, change), m.convert(step.rate, m.b.getF32Type()));
  return {m.sub(p, m.mul(change, each(m, size, p))), mean, square};
}

Value Optimizer::trust(lc::TensorMath &m, Value p, Value change) const {
  Value own = m.make<lc::SqrtOp>(sumOfSquares(m, p)),
        other = m.make<lc::SqrtOp>(sumOfSquares(m, change));
  Value zero = m.zeros(own);
  Value both = m.make<lc::AndOp>(m.less(zero, own), m.less(zero, other));
  return m.where(both, m.div(own, other), m.full(1, own));
}
