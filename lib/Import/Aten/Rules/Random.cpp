// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that draw random numbers, dropout first of all.
#include "lib/Import/Aten/Rules/Helpers.h"

#include <cmath>

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

Value import::uniform(AtenCall &call, ArrayRef<AffineExpr> dims) {
  if (!call.random)
    call.refuse("random numbers are drawn by training steps only; for "
                "inference, export the model after model.eval()");
  else if (call.random->loops)
    call.refuse("each round of a loop would draw the same random numbers");
  if (call.refused())
    return {};
  return call.makeTyped<lc::RandOp>(
      lc::makeTensorType(dims, call.b.getF32Type()), call.random->count++);
}

/// True with the probabilities, f32, that stand at each place.
static Value happens(AtenCall &call, Value probabilities) {
  if (call.refused())
    return {};
  Value u = uniform(call, lc::getDims(probabilities));
  return call.make<lc::CompareOp>(lc::CompareKind::lt, u, probabilities);
}

/// The same with one probability everywhere.
static Value happens(AtenCall &call, ArrayRef<AffineExpr> dims,
                     double probability) {
  return happens(call, call.full(dims, call.b.getF32Type(), probability));
}

static bool checkProbability(AtenCall &call, double p) {
  if (!(p >= 0 && p <= 1))
    call.refuse("expected a probability from 0 to 1");
  return !call.refused();
}

std::pair<Value, Value> import::dropElements(AtenCall &call, Value v,
                                             double probability) {
  if (!checkProbability(call, probability))
    return {};
  lc::Dims dims = lc::getDims(v);
  Value kept = call.make<lc::LogicalNotOp>(happens(call, dims, probability));
  double scale = probability < 1 ? 1 / (1 - probability) : 0;
  Type element = call.elementOf(v);
  Value scaled = call.make<lc::MulOp>(v, call.full(dims, element, scale));
  return {call.make<lc::WhereOp>(kept, scaled, call.full(dims, element, 0)),
          kept};
}

namespace {

/// Its input: x.dropout_() calls it self. Null when nothing is to be dropped.
Value input(AtenCall &call, double &probability) {
  Value x = call.tensor(call.has("self") ? "self" : "input");
  probability = call.number("p", 0.5);
  if (call.refused() || (call.boolean("train", true) && probability != 0))
    return x;
  call.result(x);
  return {};
}

void dropout(AtenCall &call) {
  double p;
  if (Value x = input(call, p))
    call.result(dropElements(call, x, p).first);
}

void nativeDropout(AtenCall &call) {
  double p;
  Value x = input(call, p);
  if (call.refused())
    return;
  if (!x)
    return call.result(
        call.full(lc::getDims(call.results[0].value()), call.i1(), 1));
  auto [result, kept] = dropElements(call, x, p);
  call.result(result);
  call.result(kept);
}

/// One number decides for a whole channel: dropout1d and its relatives.
lc::Dims channels(AtenCall &call, Value x) {
  lc::Dims dims = lc::getDims(x);
  for (size_t d = 2; d < dims.size(); ++d)
    dims[d] = call.constant(1);
  return dims;
}

void featureDropout(AtenCall &call) {
  double p;
  Value x = input(call, p);
  if (!x || !checkProbability(call, p))
    return;
  if (call.rankOf(x) < 2)
    return call.refuse("expected a batch of channels");
  Type element = call.elementOf(x);
  Value ones = call.full(channels(call, x), element, 1);
  Value factor = dropElements(call, ones, p).first;
  call.result(call.make<lc::MulOp>(x, call.expand(factor, lc::getDims(x))));
}

/// Keeps mean and variance of what selu gives: what is dropped becomes its
/// lowest value.
template <bool ofChannels> void alphaDropout(AtenCall &call) {
  double p;
  Value x = input(call, p);
  if (!x || !checkProbability(call, p))
    return;
  if (ofChannels && call.rankOf(x) < 2)
    return call.refuse("expected a batch of channels");
  lc::Dims dims = lc::getDims(x);
  Type element = call.elementOf(x);
  Value dropped = happens(call, ofChannels ? channels(call, x) : dims, p);
  if (!call.refused())
    dropped = call.expand(dropped, dims);
  constexpr double lowest = -1.7580993408473766; // -scale * alpha of selu
  double scale = p < 1 ? 1 / std::sqrt((lowest * lowest * p + 1) * (1 - p)) : 0;
  Value kept =
      call.make<lc::WhereOp>(dropped, call.full(dims, element, lowest), x);
  Value scaled = call.make<lc::MulOp>(kept, call.full(dims, element, scale));
  call.result(call.make<lc::AddOp>(
      scaled, call.full(dims, element, -lowest * scale * p)));
}

void rand(AtenCall &call) {
  Value like = call.has("self") ? call.tensor("self") : Value();
  Type element = call.dtype();
  if (!element)
    element = like ? call.elementOf(like) : Type(call.b.getF32Type());
  if (!isa<FloatType>(element))
    call.refuse("expected a floating point dtype");
  lc::Dims dims = like ? lc::getDims(like) : call.sizes("size");
  Value u = uniform(call, dims);
  if (!call.refused())
    call.result(call.convert(u, element));
}

/// 1 with the probability that stands at each place, or `p`, everywhere.
void bernoulli(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  Type element = call.elementOf(x);
  if (!call.has("p") && !isa<FloatType>(element))
    return call.refuse("expected floating point probabilities");
  double p = call.number("p");
  if (!checkProbability(call, p))
    return;
  Value flag = call.has("p")
                   ? happens(call, lc::getDims(x), p)
                   : happens(call, call.convert(x, call.b.getF32Type()));
  if (!call.refused())
    call.result(call.convert(flag, element));
}

} // namespace

void lcompile::import::addRandomRules(AtenTable &table) {
  table.add("aten::dropout", dropout);
  table.add("aten::native_dropout", nativeDropout);
  table.add("aten::feature_dropout", featureDropout);
  table.add("aten::alpha_dropout", alphaDropout<false>);
  table.add("aten::feature_alpha_dropout", alphaDropout<true>);
  table.add({"aten::rand", "aten::rand_like"}, rand);
  table.add({"aten::bernoulli", "aten::bernoulli.p"}, bernoulli);
}
