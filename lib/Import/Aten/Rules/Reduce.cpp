// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of reductions, scans and softmax.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

bool isInteger(AtenCall &call, Value v) {
  return isa<IntegerType>(call.elementOf(v));
}

/// The operand in the element type in which PyTorch sums it: `dtype` when
/// given, i64 for integers and bools.
Value summand(AtenCall &call) {
  Value x = call.tensor("self");
  Type element = call.dtype();
  if (call.refused())
    return {};
  if (!element)
    element = isInteger(call, x) ? call.i64() : call.elementOf(x);
  return call.convert(x, element);
}

template <typename Op> void sumLike(AtenCall &call) {
  Value x = summand(call);
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  call.result(call.make<Op>(x, dims, call.boolean("keepdim")));
}

void mean(AtenCall &call) {
  Value x = call.tensor("self");
  Type element = call.dtype();
  if (call.refused())
    return;
  x = call.convert(x, element ? element : call.elementOf(x));
  if (isInteger(call, x))
    return call.refuse("the mean of integers is not defined; expected floating "
                       "point or a floating point dtype");
  auto dims = call.dims("dim", call.rankOf(x));
  call.result(call.make<lc::MeanOp>(x, dims, call.boolean("keepdim")));
}

/// The largest or smallest along `dims`; of bools, any or all.
template <typename Op, typename BoolOp>
Value extreme(AtenCall &call, Value x, ArrayRef<int64_t> dims, bool keepdim) {
  if (call.refused())
    return {};
  if (call.elementOf(x).isInteger(1))
    return call.make<BoolOp>(x, dims, keepdim);
  return call.make<Op>(x, dims, keepdim);
}

template <typename Op, typename BoolOp>
void extremeAll(AtenCall &call) { // amax, max without a dimension
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  call.result(extreme<Op, BoolOp>(call, x, dims, call.boolean("keepdim")));
}

template <typename Op>
Value place(AtenCall &call, Value x, int64_t dim, bool keepdim) {
  if (call.refused())
    return {};
  if (call.elementOf(x).isInteger(1))
    x = call.convert(x, call.b.getI8Type());
  return call.make<Op>(x, dim, keepdim);
}

template <typename Op, typename BoolOp, typename ArgOp>
void extremeWithPlace(AtenCall &call) { // max.dim, min.dim
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.rankOf(x) == 0) {
    call.result(copyOf(call, x));
    return call.result(call.full({}, call.i64(), 0));
  }
  bool keepdim = call.boolean("keepdim");
  call.result(extreme<Op, BoolOp>(call, x, dim, keepdim));
  call.result(place<ArgOp>(call, x, dim, keepdim));
}

template <typename Op> void placeOf(AtenCall &call) { // argmax, argmin
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  bool keepdim = call.boolean("keepdim");
  if (rank != 0 && call.has("dim"))
    return call.result(place<Op>(call, x, call.dim("dim", rank), keepdim));
  Value flat = call.reshape(x, {product(call, lc::getDims(x))});
  Value result = place<Op>(call, flat, 0, /*keepdim=*/false);
  lc::Dims ones(keepdim ? rank : 0, call.constant(1));
  if (!call.refused())
    call.result(call.reshape(result, ones));
}

template <typename Op> void logicalReduce(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  // Of uint8 the result is uint8: its type before PyTorch had bools.
  Type element = call.elementOf(x);
  Value result =
      call.make<Op>(call.convert(x, call.i1()), dims, call.boolean("keepdim"));
  call.result(
      call.convert(result, element.isUnsignedInteger(8) ? element : call.i1()));
}

void countNonzero(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  Value ones = call.convert(call.convert(x, call.i1()), call.i64());
  call.result(call.make<lc::SumOp>(ones, dims, false));
}

//===----------------------------------------------------------------------===//
// Statistics and norms
//===----------------------------------------------------------------------===//

template <bool root, bool withMean> void variance(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  if (isInteger(call, x))
    return call.refuse("expected floating point, found " + Datum(x).describe());
  auto dims = call.dims("dim", call.rankOf(x));
  bool keepdim = call.boolean("keepdim");
  // Older overloads say `unbiased`, newer ones the correction itself.
  double correction = call.has("unbiased") ? call.boolean("unbiased")
                                           : call.number("correction", 1);
  Value var = call.make<lc::VarOp>(x, dims, keepdim, APFloat(correction));
  call.result(root ? call.make<lc::SqrtOp>(var) : var);
  if (withMean)
    call.result(call.make<lc::MeanOp>(x, dims, keepdim));
}

Value normOf(AtenCall &call, Value x, double p, ArrayRef<int64_t> dims,
             bool keepdim) {
  auto sum = [&](Value v) { return call.make<lc::SumOp>(v, dims, keepdim); };
  if (call.refused())
    return {};
  if (p == 2)
    return call.make<lc::SqrtOp>(sum(call.make<lc::MulOp>(x, x)));
  Value size = call.make<lc::AbsOp>(x);
  if (p == 1)
    return sum(size);
  if (std::isinf(p))
    return p > 0 ? call.make<lc::AmaxOp>(size, dims, keepdim)
                 : call.make<lc::AminOp>(size, dims, keepdim);
  Type element = call.elementOf(x);
  if (p == 0) {
    Value isZero = call.make<lc::CompareOp>(
        lc::CompareKind::ne, x, call.full(lc::getDims(x), element, 0));
    return sum(call.convert(isZero, element));
  }
  Value total = sum(withNumber<lc::PowOp>(call, size, p));
  return withNumber<lc::PowOp>(call, total, 1 / p);
}

template <const char *order> void norm(AtenCall &call) {
  Value x = call.tensor("self");
  double p = call.number(order, 2);
  Type element = call.dtype();
  if (call.refused())
    return;
  x = call.convert(x, element ? element : call.elementOf(x));
  if (isInteger(call, x))
    return call.refuse("expected floating point, found " + Datum(x).describe());
  auto dims = call.dims("dim", call.rankOf(x));
  call.result(normOf(call, x, p, dims, call.boolean("keepdim")));
}
constexpr char ordName[] = "ord", pName[] = "p";

/// log(sum(exp(x))) without overflow.
void logsumexp(AtenCall &call) {
  Value x = call.floatTensor("self");
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  lc::Dims sizes = lc::getDims(x);
  Value max = call.make<lc::AmaxOp>(x, dims, true);
  if (call.refused())
    return;
  lc::Dims narrow = lc::getDims(max);
  // An infinite maximum is not subtracted: inf - inf is not a number.
  max = call.make<lc::WhereOp>(call.make<lc::IsInfOp>(max),
                               call.full(narrow, call.elementOf(max), 0), max);
  Value shifted = call.make<lc::SubOp>(x, call.expand(max, sizes));
  Value sum = call.make<lc::SumOp>(call.make<lc::ExpOp>(shifted), dims, true);
  Value result = call.make<lc::AddOp>(call.make<lc::LogOp>(sum), max);
  if (!call.boolean("keepdim") && !call.refused()) {
    lc::Dims kept;
    for (auto [i, size] : llvm::enumerate(sizes))
      if (!llvm::is_contained(dims, static_cast<int64_t>(i)))
        kept.push_back(size);
    result = call.reshape(result, kept);
  }
  call.result(result);
}

//===----------------------------------------------------------------------===//
// Along one dimension
//===----------------------------------------------------------------------===//

/// Operators along a dimension take a 0-d tensor as a vector of one element.
template <typename Build> void alongDim(AtenCall &call, Value x, Build build) {
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x), dim = call.dim("dim", rank);
  if (rank != 0)
    return call.result(build(x, dim));
  Value result = build(call.reshape(x, {call.constant(1)}), 0);
  call.result(call.refused() ? Value() : call.reshape(result, {}));
}

template <bool log> void softmax(AtenCall &call) {
  Value x = call.tensor("self");
  Type element = call.dtype();
  if (call.refused())
    return;
  if (call.boolean("half_to_float"))
    element = call.b.getF32Type();
  if (element)
    x = call.convert(x, element);
  alongDim(call, x, [&](Value v, int64_t dim) {
    return call.make<lc::SoftmaxOp>(v, dim, log);
  });
}

template <typename Op> void cumulative(AtenCall &call) {
  alongDim(call, summand(call),
           [&](Value v, int64_t dim) { return call.make<Op>(v, dim); });
}

void aminmax(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto dims = call.dims("dim", call.rankOf(x));
  bool keepdim = call.boolean("keepdim");
  call.result(extreme<lc::AminOp, lc::AllOp>(call, x, dims, keepdim));
  call.result(extreme<lc::AmaxOp, lc::AnyOp>(call, x, dims, keepdim));
}

} // namespace

void lcompile::import::addReduceRules(AtenTable &table) {
  table.add({"aten::sum", "aten::sum.dim_IntList"}, sumLike<lc::SumOp>);
  table.add({"aten::prod", "aten::prod.dim_int"}, sumLike<lc::ProdOp>);
  table.add({"aten::mean", "aten::mean.dim"}, mean);
  table.add({"aten::amax", "aten::max"}, extremeAll<lc::AmaxOp, lc::AnyOp>);
  table.add({"aten::amin", "aten::min"}, extremeAll<lc::AminOp, lc::AllOp>);
  table.add("aten::max.dim",
            extremeWithPlace<lc::AmaxOp, lc::AnyOp, lc::ArgmaxOp>);
  table.add("aten::min.dim",
            extremeWithPlace<lc::AminOp, lc::AllOp, lc::ArgminOp>);
  table.add("aten::argmax", placeOf<lc::ArgmaxOp>);
  table.add("aten::argmin", placeOf<lc::ArgminOp>);
  table.add({"aten::any", "aten::any.dim", "aten::any.dims"},
            logicalReduce<lc::AnyOp>);
  table.add({"aten::all", "aten::all.dim", "aten::all.dims"},
            logicalReduce<lc::AllOp>);
  table.add({"aten::count_nonzero", "aten::count_nonzero.dim_IntList"},
            countNonzero);
  table.add({"aten::var", "aten::var.dim", "aten::var.correction"},
            variance<false, false>);
  table.add({"aten::std", "aten::std.dim", "aten::std.correction"},
            variance<true, false>);
  table.add(
      {"aten::var_mean", "aten::var_mean.dim", "aten::var_mean.correction"},
      variance<false, true>);
  table.add(
      {"aten::std_mean", "aten::std_mean.dim", "aten::std_mean.correction"},
      variance<true, true>);
  table.add("aten::linalg_vector_norm", norm<ordName>);
  table.add({"aten::norm.Scalar", "aten::norm.ScalarOpt_dim",
             "aten::norm.ScalarOpt_dtype", "aten::norm.ScalarOpt_dim_dtype"},
            norm<pName>);
  table.add("aten::logsumexp", logsumexp);
  table.add({"aten::softmax.int", "aten::_softmax", "aten::special_softmax"},
            softmax<false>);
  table.add({"aten::log_softmax.int", "aten::_log_softmax",
             "aten::special_log_softmax"},
            softmax<true>);
  table.add("aten::cumsum", cumulative<lc::CumsumOp>);
  table.add("aten::cumprod", cumulative<lc::CumprodOp>);
  table.add("aten::aminmax", aminmax);
}
