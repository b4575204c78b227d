// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of loss functions.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// ATen's numbers for what becomes of the losses of the elements.
enum Reduction : int64_t { none = 0, mean = 1, sum = 2 };

SmallVector<int64_t> allDims(AtenCall &call, Value v) {
  return llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(v)));
}

Value total(AtenCall &call, Value v) {
  if (call.refused())
    return {};
  return call.rankOf(v) ? call.make<lc::SumOp>(v, allDims(call, v), false) : v;
}

void reduced(AtenCall &call, Value losses) {
  if (call.refused())
    return;
  int64_t reduction = call.integer("reduction", mean);
  if (reduction == mean && call.rankOf(losses))
    losses = call.make<lc::MeanOp>(losses, allDims(call, losses), false);
  else if (reduction == sum)
    losses = total(call, losses);
  call.result(losses);
}

/// |x - y| with both promoted.
Value distance(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "target");
  return call.make<lc::AbsOp>(call.make<lc::SubOp>(x, y));
}

void meanSquared(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "target");
  Value d = call.make<lc::SubOp>(x, y);
  reduced(call, call.make<lc::MulOp>(d, d));
}

void meanAbsolute(AtenCall &call) { reduced(call, distance(call)); }

/// Squared below `limit`, straight above: smooth_l1 divides by the limit, huber
/// does not.
void squaredNearZero(AtenCall &call, double limit, bool divides) {
  Value d = distance(call);
  if (limit == 0)
    return reduced(call, d);
  Value square = withNumber<lc::MulOp>(call, call.make<lc::MulOp>(d, d),
                                       divides ? 0.5 / limit : 0.5);
  Value line = withNumber<lc::SubOp>(call, d, 0.5 * limit);
  if (!divides)
    line = withNumber<lc::MulOp>(call, line, limit);
  if (call.refused())
    return;
  Value bound = call.full(lc::getDims(d), call.elementOf(d), limit);
  Value near = call.make<lc::CompareOp>(lc::CompareKind::lt, d, bound);
  reduced(call, call.make<lc::WhereOp>(near, square, line));
}

void smoothL1(AtenCall &call) {
  squaredNearZero(call, call.number("beta", 1), /*divides=*/true);
}

void huber(AtenCall &call) {
  squaredNearZero(call, call.number("delta", 1), /*divides=*/false);
}

/// The losses times the `weight` argument, where there is one.
void weighted(AtenCall &call, Value losses) {
  if (Value weight = call.tensorOrNull("weight"))
    losses = broadcasted<lc::MulOp>(call, losses, weight);
  reduced(call, losses);
}

/// log(p), not below -100, as PyTorch limits it.
Value limitedLog(AtenCall &call, Value p) {
  return call.make<lc::ClampOp>(call.make<lc::LogOp>(p),
                                call.b.getF64FloatAttr(-100), FloatAttr());
}

Value complement(AtenCall &call, Value v) {
  if (call.refused())
    return {};
  return call.make<lc::SubOp>(call.full(lc::getDims(v), call.elementOf(v), 1),
                              v);
}

void binaryCrossEntropy(AtenCall &call) {
  auto [p, y] = call.binaryOperands("self", "target");
  Value yes = call.make<lc::MulOp>(y, limitedLog(call, p));
  Value no = call.make<lc::MulOp>(withNumber<lc::SubOp>(call, y, 1),
                                  limitedLog(call, complement(call, p)));
  weighted(call, call.make<lc::SubOp>(no, yes));
}

/// (1 - y) x + (1 + (w - 1) y) log(1 + exp(-x)), where w weighs the positive.
void binaryCrossEntropyWithLogits(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "target");
  Value wrong = call.make<lc::NegOp>(x);
  // softplus(-x) without its linear part, which is there from a threshold on.
  Value tail = call.make<lc::Log1pOp>(
      call.make<lc::ExpOp>(call.make<lc::NegOp>(call.make<lc::AbsOp>(x))));
  Value log = call.make<lc::AddOp>(call.make<lc::ReluOp>(wrong), tail);
  if (Value weight = call.tensorOrNull("pos_weight")) {
    Value more = withNumber<lc::SubOp>(call, weight, 1);
    Value factor =
        withNumber<lc::AddOp>(call, broadcasted<lc::MulOp>(call, y, more), 1);
    log = broadcasted<lc::MulOp>(call, log, factor);
  }
  Value right = call.make<lc::MulOp>(complement(call, y), x);
  weighted(call, broadcasted<lc::AddOp>(call, right, log));
}

void klDivergence(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "target");
  if (call.boolean("log_target")) {
    Value d = call.make<lc::SubOp>(y, x);
    return reduced(call, call.make<lc::MulOp>(call.make<lc::ExpOp>(y), d));
  }
  if (call.refused())
    return;
  Value zero = call.full(lc::getDims(y), call.elementOf(y), 0);
  Value none = call.make<lc::CompareOp>(lc::CompareKind::eq, y, zero);
  Value log = call.make<lc::LogOp>(y);
  Value product = call.make<lc::MulOp>(y, log);
  product = call.make<lc::WhereOp>(none, zero, product);
  reduced(call, call.make<lc::SubOp>(product, call.make<lc::MulOp>(y, x)));
}

/// Classes along dimension 1, or 0 where there is no batch.
int64_t classDim(AtenCall &call, Value x) { return call.rankOf(x) > 1; }

/// v times the `weight` argument along the classes, where there is one.
Value weightedByClass(AtenCall &call, Value v, int64_t dim) {
  Value weight = call.tensorOrNull("weight");
  if (call.refused() || !weight)
    return v;
  lc::Dims dims(call.rankOf(v), call.constant(1));
  dims[dim] = lc::getDims(weight)[0];
  return broadcasted<lc::MulOp>(call, v, call.reshape(weight, dims));
}

/// What smoothing gives each class.
double smoothingOfClass(AtenCall &call, Value x, int64_t dim,
                        double smoothing) {
  auto classes = lc::getConstant(lc::getDims(x)[dim]);
  if (!classes)
    call.refuse("expected a known number of classes for smoothing");
  return smoothing / double(classes.value_or(1));
}

/// What one class of each place contributes: chosen[n, d..] of v [n, c, d..].
struct Chosen {
  Value losses;  // zero where ignored
  Value weights; // of the places; zero where ignored
  Value ignored;
};

Chosen negativeLogLikelihood(AtenCall &call, Value log, Value target) {
  Chosen result;
  if (call.refused())
    return result;
  int64_t dim = classDim(call, log);
  Type element = call.elementOf(log);
  lc::Dims dims = lc::getDims(target);
  double skip = double(call.integer("ignore_index", -100));
  Value zero = call.full(dims, element, 0);
  result.ignored =
      call.make<lc::CompareOp>(lc::CompareKind::eq, target,
                               call.full(dims, call.elementOf(target), skip));
  Value safe = call.make<lc::WhereOp>(
      result.ignored, call.full(dims, call.elementOf(target), 0), target);
  Value at = dropDim(
      call, call.make<lc::GatherOp>(log, unsqueeze(call, safe, dim), dim), dim);
  result.weights = call.full(dims, element, 1);
  if (Value weight = call.tensorOrNull("weight"))
    result.weights = call.make<lc::IndexSelectOp>(weight, safe, 0, false);
  result.weights = call.make<lc::WhereOp>(result.ignored, zero, result.weights);
  result.losses =
      call.make<lc::NegOp>(call.make<lc::MulOp>(at, result.weights));
  result.losses = call.make<lc::WhereOp>(result.ignored, zero, result.losses);
  return result;
}

/// By ATen's reduction, the mean weighted.
Value reducedChosen(AtenCall &call, Value losses, Value weights) {
  if (call.refused())
    return {};
  int64_t reduction = call.integer("reduction", mean);
  if (reduction == none)
    return losses;
  losses = total(call, losses);
  return reduction == mean ? call.make<lc::DivOp>(losses, total(call, weights))
                           : losses;
}

template <bool withTotal> void negativeLogLikelihoodRule(AtenCall &call) {
  Value log = call.tensor("self"), target = call.tensor("target");
  Chosen chosen = negativeLogLikelihood(call, log, target);
  call.result(reducedChosen(call, chosen.losses, chosen.weights));
  if (withTotal)
    call.result(total(call, chosen.weights));
}

/// Every class counts by its probability.
void crossEntropyOfProbabilities(AtenCall &call, Value log, Value target,
                                 double smoothing) {
  int64_t dim = classDim(call, log);
  if (smoothing > 0) {
    double each = smoothingOfClass(call, log, dim, smoothing);
    target = withNumber<lc::MulOp>(call, target, 1 - smoothing);
    target = withNumber<lc::AddOp>(call, target, each);
  }
  Value v = call.make<lc::NegOp>(call.make<lc::MulOp>(log, target));
  v = weightedByClass(call, v, dim);
  v = call.make<lc::SumOp>(v, dim, false);
  reduced(call, v);
}

void crossEntropy(AtenCall &call) {
  Value x = call.tensor("self"), target = call.tensor("target");
  double smoothing = call.number("label_smoothing", 0);
  if (call.refused())
    return;
  int64_t dim = classDim(call, x);
  Value log = call.make<lc::SoftmaxOp>(x, dim, /*log=*/true);
  if (isa<FloatType>(call.elementOf(target)))
    return crossEntropyOfProbabilities(call, log, target, smoothing);
  Chosen chosen = negativeLogLikelihood(call, log, target);
  Value result = reducedChosen(call, chosen.losses, chosen.weights);
  if (smoothing > 0 && !call.refused()) {
    double each = smoothingOfClass(call, x, dim, smoothing);
    Value all = weightedByClass(call, log, dim);
    all = call.make<lc::NegOp>(call.make<lc::SumOp>(all, dim, false));
    if (call.refused())
      return;
    Value zero = call.full(lc::getDims(all), call.elementOf(all), 0);
    all = call.make<lc::WhereOp>(chosen.ignored, zero, all);
    all = reducedChosen(call, all, chosen.weights);
    result =
        call.make<lc::AddOp>(withNumber<lc::MulOp>(call, result, 1 - smoothing),
                             withNumber<lc::MulOp>(call, all, each));
  }
  call.result(result);
}

} // namespace

void lcompile::import::addLossRules(AtenTable &table) {
  table.add("aten::mse_loss", meanSquared);
  table.add("aten::l1_loss", meanAbsolute);
  table.add("aten::smooth_l1_loss", smoothL1);
  table.add("aten::huber_loss", huber);
  table.add("aten::binary_cross_entropy", binaryCrossEntropy);
  table.add("aten::binary_cross_entropy_with_logits",
            binaryCrossEntropyWithLogits);
  table.add("aten::kl_div", klDivergence);
  table.add({"aten::nll_loss", "aten::nll_loss_nd", "aten::nll_loss2d"},
            negativeLogLikelihoodRule<false>);
  table.add({"aten::nll_loss_forward", "aten::nll_loss2d_forward"},
            negativeLogLikelihoodRule<true>);
  table.add("aten::cross_entropy_loss", crossEntropy);
}
