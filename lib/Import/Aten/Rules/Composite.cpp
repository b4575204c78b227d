// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that PyTorch itself composes of others and torch.export
// keeps.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

Value constantLike(AtenCall &call, Value v, double value) {
  if (call.refused())
    return {};
  return call.full(lc::getDims(v), call.elementOf(v), value);
}

Value compared(AtenCall &call, lc::CompareKind kind, Value v, double number) {
  return call.make<lc::CompareOp>(kind, v, constantLike(call, v, number));
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

void square(AtenCall &call) {
  Value x = call.tensor("self");
  if (!call.refused() && call.elementOf(x).isInteger(1))
    x = call.convert(x, call.i64()); // as pow does
  call.result(call.make<lc::MulOp>(x, x));
}

void logSigmoid(AtenCall &call) { // min(x, 0) - log1p(exp(-|x|))
  Value x = call.tensor("self");
  Value size = call.make<lc::NegOp>(call.make<lc::AbsOp>(x));
  Value low = call.make<lc::MinimumOp>(x, constantLike(call, x, 0));
  call.result(call.make<lc::SubOp>(
      low, call.make<lc::Log1pOp>(call.make<lc::ExpOp>(size))));
}

void selu(AtenCall &call) {
  call.result(call.make<lc::EluOp>(
      call.tensor("self"), APFloat(1.6732632423543772848170429916717),
      APFloat(1.0507009873554804934193349852946), APFloat(1.0)));
}

void celu(AtenCall &call) {
  double alpha = call.number("alpha", 1);
  call.result(call.make<lc::EluOp>(call.tensor("self"), APFloat(alpha),
                                   APFloat(1.0), APFloat(1 / alpha)));
}

void prelu(AtenCall &call) {
  Value x = call.tensor("self"), weight = call.tensor("weight");
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(x);
  if (call.rankOf(weight) == 1 && dims.size() > 1) { // one slope a channel
    lc::Dims narrow(dims.size(), call.constant(1));
    narrow[1] = lc::getDims(weight)[0];
    weight = call.reshape(weight, narrow);
  }
  Value below = call.make<lc::MulOp>(x, call.broadcastTo(weight, dims));
  call.result(call.make<lc::WhereOp>(compared(call, lc::CompareKind::gt, x, 0),
                                     x, below));
}

void glu(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  if (call.rankOf(x) == 0)
    return call.refuse("expected rank 1 or more");
  int64_t dim = call.dim("dim", call.rankOf(x), -1);
  AffineExpr half = quotient(call, lc::getDims(x)[dim], call.constant(2));
  if (!half)
    return call.refuse("the size of the dimension is not known");
  Value gate = call.slice(x, dim, half, half);
  call.result(call.make<lc::MulOp>(call.slice(x, dim, call.constant(0), half),
                                   call.make<lc::SigmoidOp>(gate)));
}

void hardshrink(AtenCall &call) {
  Value x = call.tensor("self");
  Value inside = compared(call, lc::CompareKind::le, call.make<lc::AbsOp>(x),
                          call.number("lambd", 0.5));
  call.result(call.make<lc::WhereOp>(inside, constantLike(call, x, 0), x));
}

void softshrink(AtenCall &call) {
  Value x = call.tensor("self");
  double limit = call.number("lambd", 0.5);
  // What is left of x outside of [-limit, limit]; NaN stays.
  call.result(call.make<lc::SubOp>(
      x, call.make<lc::ClampOp>(x, call.b.getF64FloatAttr(-limit),
                                call.b.getF64FloatAttr(limit))));
}

void threshold(AtenCall &call) {
  Value x = call.tensor("self");
  Value low = compared(call, lc::CompareKind::le, x, call.number("threshold"));
  call.result(call.make<lc::WhereOp>(
      low, constantLike(call, x, call.number("value")), x));
}

void logit(AtenCall &call) {
  Value x = call.floatTensor("self");
  if (call.has("eps"))
    x = call.make<lc::ClampOp>(x, call.b.getF64FloatAttr(call.number("eps")),
                               call.b.getF64FloatAttr(1 - call.number("eps")));
  Value rest = call.make<lc::SubOp>(constantLike(call, x, 1), x);
  call.result(call.make<lc::LogOp>(call.make<lc::DivOp>(x, rest)));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

void isFinite(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  if (!isa<FloatType>(call.elementOf(x)))
    return call.result(call.full(lc::getDims(x), call.i1(), 1));
  call.result(compared(call, lc::CompareKind::lt, call.make<lc::AbsOp>(x),
                       std::numeric_limits<double>::infinity()));
}

template <int sign> void isSignedInf(AtenCall &call) {
  call.result(compared(call, lc::CompareKind::eq, call.floatTensor("self"),
                       sign * std::numeric_limits<double>::infinity()));
}

void nanToNum(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto element = dyn_cast<FloatType>(call.elementOf(x));
  if (!element)
    return call.result(copyOf(call, x));
  double largest =
      APFloat::getLargest(element.getFloatSemantics()).convertToDouble();
  Value result =
      call.make<lc::WhereOp>(call.make<lc::IsNanOp>(x),
                             constantLike(call, x, call.number("nan", 0)), x);
  double infinity = std::numeric_limits<double>::infinity();
  for (auto [from, to] :
       {std::pair(infinity, call.number("posinf", largest)),
        std::pair(-infinity, call.number("neginf", -largest))})
    result =
        call.make<lc::WhereOp>(compared(call, lc::CompareKind::eq, x, from),
                               constantLike(call, x, to), result);
  call.result(result);
}

void hypot(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "other");
  if (call.refused())
    return;
  Type element = call.elementOf(x), wide = call.b.getF64Type();
  x = call.make<lc::AbsOp>(call.convert(x, wide));
  y = call.make<lc::AbsOp>(call.convert(y, wide));
  auto sum = [&](Value a, Value b) {
    return call.make<lc::SqrtOp>(call.make<lc::AddOp>(
        call.make<lc::MulOp>(a, a), call.make<lc::MulOp>(b, b)));
  };
  Value result = sum(x, y);
  if (element.isF64()) { // over the larger, so that no square leaves the range
    Value large = call.make<lc::MaximumOp>(x, y);
    Value one = constantLike(call, x, 1);
    Value scale = call.make<lc::WhereOp>(
        compared(call, lc::CompareKind::eq, large, 0), one, large);
    result = call.make<lc::MulOp>(scale, sum(call.make<lc::DivOp>(x, scale),
                                             call.make<lc::DivOp>(y, scale)));
  }
  // An infinite side wins even over NaN.
  Value infinite =
      call.make<lc::OrOp>(call.make<lc::IsInfOp>(x), call.make<lc::IsInfOp>(y));
  double infinity = std::numeric_limits<double>::infinity();
  result =
      call.make<lc::WhereOp>(infinite, constantLike(call, x, infinity), result);
  call.result(call.convert(result, element));
}

void frac(AtenCall &call) {
  Value x = call.tensor("self");
  call.result(call.make<lc::SubOp>(x, call.make<lc::TruncOp>(x)));
}

void xlogy(AtenCall &call) {
  auto [x, y] = call.binaryOperands("self", "other", /*toFloat=*/true);
  Value product = call.make<lc::MulOp>(x, call.make<lc::LogOp>(y));
  Value zero = compared(call, lc::CompareKind::eq, x, 0);
  Value result =
      call.make<lc::WhereOp>(zero, constantLike(call, x, 0), product);
  call.result(call.make<lc::WhereOp>(call.make<lc::IsNanOp>(y), y, result));
}

void asinh(AtenCall &call) {
  // sign(x) * log1p(|x| + x^2 / (1 + sqrt(1 + x^2))), exact near 0.
  Value x = call.floatTensor("self");
  Value size = call.make<lc::AbsOp>(x), square = call.make<lc::MulOp>(x, x);
  Value root = call.make<lc::SqrtOp>(withNumber<lc::AddOp>(call, square, 1));
  Value part =
      call.make<lc::DivOp>(square, withNumber<lc::AddOp>(call, root, 1));
  Value near = call.make<lc::Log1pOp>(call.make<lc::AddOp>(size, part));
  // Where the square would leave the range: log(2 |x|).
  Value far = withNumber<lc::AddOp>(call, call.make<lc::LogOp>(size),
                                    0.693147180559945309);
  Value isFar = compared(call, lc::CompareKind::gt, size, 1e4);
  call.result(
      call.make<lc::CopysignOp>(call.make<lc::WhereOp>(isFar, far, near), x));
}

void acosh(AtenCall &call) { // log(x + sqrt(x - 1) * sqrt(x + 1))
  Value x = call.floatTensor("self");
  Value low = call.make<lc::SqrtOp>(withNumber<lc::SubOp>(call, x, 1));
  Value high = call.make<lc::SqrtOp>(withNumber<lc::AddOp>(call, x, 1));
  Value product = call.make<lc::MulOp>(low, high);
  call.result(call.make<lc::LogOp>(call.make<lc::AddOp>(x, product)));
}

void atanh(AtenCall &call) { // (log1p(x) - log1p(-x)) / 2
  Value x = call.floatTensor("self");
  Value high = call.make<lc::Log1pOp>(x);
  Value low = call.make<lc::Log1pOp>(call.make<lc::NegOp>(x));
  call.result(
      withNumber<lc::MulOp>(call, call.make<lc::SubOp>(high, low), 0.5));
}

template <bool toDegrees> void angle(AtenCall &call) {
  constexpr double degrees = 57.29577951308232;
  call.result(withNumber<lc::MulOp>(call, call.floatTensor("self"),
                                    toDegrees ? degrees : 1 / degrees));
}

//===----------------------------------------------------------------------===//
// Measures and shapes
//===----------------------------------------------------------------------===//

/// sum(x * y) / (max(|x|, eps) * max(|y|, eps)).
void cosineSimilarity(AtenCall &call) {
  Value x = call.tensor("x1"), y = call.tensor("x2");
  double eps = call.number("eps", 1e-8);
  lc::Dims dims = call.broadcastDims({x, y});
  x = call.broadcastTo(x, dims);
  y = call.broadcastTo(y, dims);
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", dims.size(), 1);
  auto sum = [&](Value a, Value b) {
    return call.make<lc::SumOp>(call.make<lc::MulOp>(a, b), dim, false);
  };
  auto length = [&](Value v) {
    return call.make<lc::ClampOp>(call.make<lc::SqrtOp>(sum(v, v)),
                                  call.b.getF64FloatAttr(eps), FloatAttr());
  };
  call.result(call.make<lc::DivOp>(sum(x, y),
                                   call.make<lc::MulOp>(length(x), length(y))));
}

/// Distances between all rows of x1 and all rows of x2.
void cdist(AtenCall &call) {
  Value x = call.tensor("x1"), y = call.tensor("x2");
  double p = call.number("p", 2);
  if (call.refused())
    return;
  if (call.rankOf(x) < 2 || call.rankOf(y) < 2)
    return call.refuse("expected rank 2 or more");
  x = unsqueeze(call, x, call.rankOf(x) - 1);
  y = unsqueeze(call, y, call.rankOf(y) - 2);
  Value difference = call.make<lc::AbsOp>(broadcasted<lc::SubOp>(call, x, y));
  if (call.refused())
    return;
  int64_t dim = call.rankOf(difference) - 1;
  auto sum = [&](Value v) { return call.make<lc::SumOp>(v, dim, false); };
  if (p == 1)
    return call.result(sum(difference));
  if (p == 2)
    return call.result(call.make<lc::SqrtOp>(
        sum(call.make<lc::MulOp>(difference, difference))));
  if (std::isinf(p))
    return call.result(call.make<lc::AmaxOp>(difference, dim, false));
  Value powers = sum(withNumber<lc::PowOp>(call, difference, p));
  call.result(withNumber<lc::PowOp>(call, powers, 1 / p));
}

/// hstack and vstack: tensors of low rank first get dimensions.
template <int least, int dim> void stackAlong(AtenCall &call) {
  SmallVector<Value> tensors = call.tensors("tensors");
  if (call.refused() || tensors.empty())
    return call.refuse("expected at least one tensor");
  int64_t along = dim;
  for (Value &v : tensors) {
    if (call.rankOf(v) == 1 && least == 1)
      along = 0;
    while (!call.refused() && call.rankOf(v) < least)
      v = unsqueeze(call, v, 0);
    if (call.refused())
      return;
  }
  call.result(concat(call, tensors, along));
}

/// dstack: along the third dimension; column_stack: vectors are columns.
void dstack(AtenCall &call) {
  SmallVector<Value> tensors = call.tensors("tensors");
  if (call.refused() || tensors.empty())
    return call.refuse("expected at least one tensor");
  for (Value &v : tensors) {
    int64_t rank = call.rankOf(v);
    for (; rank < 2 && !call.refused(); ++rank)
      v = unsqueeze(call, v, 0);
    if (rank == 2)
      v = unsqueeze(call, v, 2);
  }
  call.result(concat(call, tensors, 2));
}

void columnStack(AtenCall &call) {
  SmallVector<Value> tensors = call.tensors("tensors");
  if (call.refused() || tensors.empty())
    return call.refuse("expected at least one tensor");
  for (Value &v : tensors)
    while (!call.refused() && call.rankOf(v) < 2)
      v = unsqueeze(call, v, call.rankOf(v));
  call.result(concat(call, tensors, 1));
}

void channelShuffle(AtenCall &call) {
  Value x = call.tensor("self");
  AffineExpr groups = call.constant(call.integer("groups", 1));
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(x), split = dims;
  if (dims.size() < 3)
    return call.refuse("expected rank 3 or more");
  split[1] = groups;
  split.insert(split.begin() + 2, quotient(call, dims[1], groups));
  Value result = swapDims(call, call.reshape(x, split), 1, 2);
  if (!call.refused())
    call.result(copyOf(call, call.reshape(result, dims)));
}

} // namespace

void lcompile::import::addCompositeRules(AtenTable &table) {
  table.add("aten::square", square);
  table.add("aten::log_sigmoid", logSigmoid);
  table.add("aten::selu", selu);
  table.add("aten::celu", celu);
  table.add({"aten::prelu", "aten::_prelu_kernel"}, prelu);
  table.add("aten::glu", glu);
  table.add("aten::hardshrink", hardshrink);
  table.add("aten::softshrink", softshrink);
  table.add("aten::threshold", threshold);
  table.add({"aten::logit", "aten::special_logit"}, logit);
  table.add("aten::isfinite", isFinite);
  table.add("aten::isposinf", isSignedInf<1>);
  table.add("aten::isneginf", isSignedInf<-1>);
  table.add("aten::nan_to_num", nanToNum);
  table.add("aten::hypot", hypot);
  table.add("aten::frac", frac);
  table.add({"aten::xlogy.Tensor", "aten::xlogy.Scalar_Self",
             "aten::xlogy.Scalar_Other"},
            xlogy);
  table.add("aten::asinh", asinh);
  table.add("aten::acosh", acosh);
  table.add("aten::atanh", atanh);
  table.add({"aten::cdist", "aten::_cdist_forward", "aten::_euclidean_dist"},
            cdist);
  table.add("aten::rad2deg", angle<true>);
  table.add("aten::deg2rad", angle<false>);
  table.add("aten::cosine_similarity", cosineSimilarity);
  table.add("aten::hstack", stackAlong<1, 1>);
  table.add("aten::dstack", dstack);
  table.add("aten::column_stack", columnStack);
  table.add({"aten::vstack", "aten::row_stack"}, stackAlong<2, 0>);
  table.add({"aten::channel_shuffle", "aten::native_channel_shuffle"},
            channelShuffle);
}
