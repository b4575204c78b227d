// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that sort, or that search in what is sorted.
#include "lib/Import/Aten/Rules/Indices.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Bools in a type that has an order.
Value ordered(AtenCall &call, Value x) {
  if (call.refused())
    return {};
  return call.elementOf(x).isInteger(1) ? call.convert(x, call.b.getI8Type())
                                        : x;
}

/// A tensor of rank 1 or more, its dimension, and whether it was 0-d.
struct Line {
  Value x;
  int64_t dim = 0;
  bool wasScalar = false;
};

Line lineOf(AtenCall &call, int64_t otherwise = -1) {
  Line line{call.tensor("self")};
  if (call.refused())
    return line;
  int64_t rank = call.rankOf(line.x);
  line.dim = call.dim("dim", rank, otherwise);
  line.wasScalar = rank == 0;
  if (line.wasScalar)
    line.x = call.reshape(line.x, {call.constant(1)});
  return line;
}

void finish(AtenCall &call, const Line &line, Value v) {
  call.result(line.wasScalar && !call.refused() ? call.reshape(v, {}) : v);
}

Value sortedPlaces(AtenCall &call, const Line &line, bool descending) {
  return call.make<lc::ArgsortOp>(ordered(call, line.x), line.dim, descending);
}

void finishBoth(AtenCall &call, const Line &line, Value places) {
  finish(call, line, call.make<lc::GatherOp>(line.x, places, line.dim));
  finish(call, line, places);
}

void sort(AtenCall &call) {
  Line line = lineOf(call);
  finishBoth(call, line, sortedPlaces(call, line, call.boolean("descending")));
}

void argsort(AtenCall &call) {
  Line line = lineOf(call);
  finish(call, line, sortedPlaces(call, line, call.boolean("descending")));
}

void msort(AtenCall &call) {
  Line line = lineOf(call, 0);
  Value places = sortedPlaces(call, line, false);
  finish(call, line, call.make<lc::GatherOp>(line.x, places, line.dim));
}

void topk(AtenCall &call) {
  Line line = lineOf(call);
  AffineExpr count = call.size("k");
  Value places = sortedPlaces(call, line, call.boolean("largest", true));
  finishBoth(call, line, call.slice(places, line.dim, call.constant(0), count));
}

/// Values and places, without the dimension unless it is kept.
void finishOne(AtenCall &call, const Line &line, Value places) {
  Value values = call.make<lc::GatherOp>(line.x, places, line.dim);
  for (Value v : {values, places})
    call.result(call.boolean("keepdim") && !line.wasScalar
                    ? v
                    : dropDim(call, v, line.dim));
}

void kthvalue(AtenCall &call) {
  Line line = lineOf(call);
  AffineExpr k = call.size("k");
  Value places = sortedPlaces(call, line, false);
  if (call.refused())
    return;
  finishOne(call, line, call.slice(places, line.dim, k - 1, call.constant(1)));
}

/// The lower of two middles; NaN where there is one.
Value medianPlaces(AtenCall &call, const Line &line) {
  Value places = sortedPlaces(call, line, false);
  if (call.refused())
    return {};
  AffineExpr size = lc::getDims(line.x)[line.dim];
  if (!size || boundsOf(call, size).min < 1) {
    call.refuse("the median of nothing is not defined");
    return {};
  }
  AffineExpr middle = lc::simplify((size - 1).floorDiv(2));
  places = call.slice(places, line.dim, middle, call.constant(1));
  if (call.refused() || !isa<FloatType>(call.elementOf(line.x)))
    return places;
  // The first NaN is what argmax finds when there is one.
  Value isNan = call.make<lc::IsNanOp>(line.x);
  Value some = call.make<lc::AnyOp>(isNan, ArrayRef<int64_t>(line.dim), true);
  Value first = call.make<lc::ArgmaxOp>(line.x, line.dim, true);
  return call.make<lc::WhereOp>(some, first, places);
}

void medianAlong(AtenCall &call) {
  Line line = lineOf(call);
  finishOne(call, line, medianPlaces(call, line));
}

void median(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  Line line{call.reshape(x, {product(call, lc::getDims(x))})};
  Value places = medianPlaces(call, line);
  Value value = call.make<lc::GatherOp>(line.x, places, 0);
  call.result(call.refused() ? Value() : call.reshape(value, {}));
}

template <typename Op> void extremeSoFar(AtenCall &call) { // cummax, cummin
  Line line = lineOf(call);
  finishBoth(call, line, call.make<Op>(ordered(call, line.x), line.dim));
}

//===----------------------------------------------------------------------===//
// Searching
//===----------------------------------------------------------------------===//

/// How many of the sorted numbers in the last dimension are before each value.
void search(AtenCall &call, Value sorted, const Datum &values) {
  bool right = call.boolean("right") || call.text("side") == "right";
  if (call.refused())
    return;
  if (call.has("sorter"))
    return call.refuse("expected no sorter");
  lc::Dims dims, places;
  if (values.isTensor())
    dims = lc::getDims(values.value());
  Datum boundaries(sorted);
  Type element = call.promote({&boundaries, &values});
  places = dims;
  AffineExpr count = lc::getDims(sorted).back();
  places.push_back(count);
  int64_t last = dims.size();
  sorted = call.convert(sorted, element);
  if (call.rankOf(sorted) > 1) { // one sorted line for each line of values
    if (call.rankOf(sorted) != last)
      return call.refuse("expected values of the rank of the sorted sequence");
    sorted = unsqueeze(call, sorted, last - 1);
  }
  sorted = call.broadcastTo(sorted, places);
  Value v = call.materialize(values, dims, element);
  v = call.expand(unsqueeze(call, v, last), places);
  // Not "before": NaN is behind all numbers.
  Value behind = call.make<lc::CompareOp>(
      right ? lc::CompareKind::gt : lc::CompareKind::ge, sorted, v);
  Value before = call.make<lc::LogicalNotOp>(behind);
  Type type =
      call.boolean("out_int32") ? Type(call.b.getI32Type()) : call.i64();
  Value ones = call.convert(before, call.i64());
  call.result(call.convert(
      call.make<lc::SumOp>(ones, ArrayRef<int64_t>(last), false), type));
}

void searchsorted(AtenCall &call) {
  search(call, call.tensor("sorted_sequence"), call.get("self"));
}

void bucketize(AtenCall &call) {
  search(call, call.tensor("boundaries"), call.get("self"));
}

void isIn(AtenCall &call) {
  Value x = call.tensor("elements"), tests = call.tensor("test_elements");
  if (call.refused())
    return;
  Datum a(x), b(tests);
  Type element = call.promote({&a, &b});
  lc::Dims wide = lc::getDims(x);
  int64_t last = wide.size();
  wide.push_back(product(call, lc::getDims(tests)));
  tests = call.reshape(call.convert(tests, element), {wide.back()});
  x = unsqueeze(call, call.convert(x, element), last);
  Value same = call.make<lc::CompareOp>(
      lc::CompareKind::eq, call.expand(x, wide), call.broadcastTo(tests, wide));
  Value some = call.make<lc::AnyOp>(same, ArrayRef<int64_t>(last), false);
  call.result(call.boolean("invert") ? call.make<lc::LogicalNotOp>(some)
                                     : some);
}

void sizeFromData(AtenCall &call) {
  call.refuse("the size of the result follows from data");
}

} // namespace

void lcompile::import::addOrderRules(AtenTable &table) {
  table.add({"aten::sort", "aten::sort.stable"}, sort);
  table.add({"aten::argsort", "aten::argsort.stable"}, argsort);
  table.add("aten::msort", msort);
  table.add("aten::topk", topk);
  table.add("aten::kthvalue", kthvalue);
  table.add("aten::median", median);
  table.add("aten::median.dim", medianAlong);
  table.add("aten::cummax", extremeSoFar<lc::CumargmaxOp>);
  table.add("aten::cummin", extremeSoFar<lc::CumargminOp>);
  table.add({"aten::searchsorted.Tensor", "aten::searchsorted.Scalar"},
            searchsorted);
  table.add({"aten::bucketize.Tensor", "aten::bucketize.Scalar"}, bucketize);
  table.add("aten::isin.Tensor_Tensor", isIn);
  table.add({"aten::nonzero", "aten::masked_select", "aten::unique_consecutive",
             "aten::_unique2", "aten::unique_dim",
             "aten::repeat_interleave.Tensor",
             "aten::repeat_interleave.self_Tensor"},
            sizeFromData);
}
