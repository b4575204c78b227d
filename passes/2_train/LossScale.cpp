// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scaled losses, for gradients of few bits: torch.amp.GradScaler.
#include "passes/2_train/LossScale.h"

#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/WeightStore.h"
#include "dialects/zero/IR/ZeroDialect.h"

using namespace mlir;
using namespace lcompile;

// GradScaler's defaults.
static constexpr float firstScale = 65536;
static constexpr double growth = 2, backoff = 0.5, growthInterval = 2000;

llvm::Expected<LossScale> LossScale::parse(StringRef text) {
  LossScale result;
  text = text.trim();
  result.isDynamic = text == "dynamic";
  if (result.isDynamic)
    result.scale = firstScale;
  else if (!text.empty() &&
           (text.getAsDouble(result.scale) || !(result.scale > 0) ||
            !(result.scale < std::numeric_limits<float>::infinity())))
    return llvm::createStringError(
        "expected dynamic or a number above 0 for --loss-scale, found '" +
        text.str() + "'");
  return result;
}

Value LossScale::begin(FunctionOpInterface function, lc::TensorMath &m) {
  auto type = RankedTensorType::get({}, m.b.getF32Type());
  if (!isDynamic)
    return m.full(scale, type);
  ArrayRef<char> bytes(reinterpret_cast<const char *>(&firstScale),
                       sizeof firstScale);
  std::string key = lc::getWeightStore(m.b.getContext())
                        .insertCopy("loss_scale", type, bytes);
  current = lc::addState(function, type, "loss_scale", "counter", key);
  tracker = lc::addState(function, RankedTensorType::get({}, m.b.getI64Type()),
                         "growth_tracker", "counter");
  return current;
}

Value LossScale::areFinite(lc::TensorMath &m, ArrayRef<Value> gradients) const {
  auto type = RankedTensorType::get({}, m.b.getF32Type());
  Value total;
  for (Value g : gradients)
    if (g) {
      Value count = m.make<zero::CountNonfiniteOp>(type, g);
      total = total ? m.add(total, count) : count;
    }
  return m.equal(total ? total : m.full(0, type), 0.0);
}

Value LossScale::unscale(lc::TensorMath &m, Value gradient) const {
  // As GradScaler.unscale_ does: 1 / scale in f64, then in f32.
  auto type = RankedTensorType::get({}, m.b.getF64Type());
  Value exact = isDynamic ? m.convert(current, type.getElementType())
                          : m.full(scale, type);
  Value inverse = m.convert(m.make<lc::ReciprocalOp>(exact), m.b.getF32Type());
  Type element = getElementTypeOrSelf(gradient);
  return m.mul(gradient, m.spread(m.convert(inverse, element), gradient));
}

void LossScale::end(FunctionOpInterface function, lc::TensorMath &m,
                    Value areFinite) const {
  if (!isDynamic)
    return;
  Value good = m.add(tracker, 1.0), zero = m.zeros(tracker);
  Value grows = m.equal(good, growthInterval);
  Value larger = m.mul(current, growth);
  // Not beyond what is finite.
  Value fits = m.less(larger, std::numeric_limits<double>::infinity());
  Value scale = m.where(m.make<lc::AndOp>(grows, fits), larger, current);
  lc::addUpdate(function, cast<BlockArgument>(current),
                m.where(areFinite, scale, m.mul(current, backoff)));
  lc::addUpdate(
      function, cast<BlockArgument>(tracker),
      m.where(m.make<lc::AndOp>(areFinite, m.make<lc::LogicalNotOp>(grows)),
              good, zero));
}
