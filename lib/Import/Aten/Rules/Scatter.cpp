// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that write to places from tensors, in order: of equal
// places the last one counts.
#include "lib/Import/Aten/Rules/Indices.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// lc.scatter; of bools a sum is the larger and a product the smaller.
Value scattered(AtenCall &call, Value x, Value index, Value source, int64_t dim,
                lc::ScatterKind kind) {
  if (call.refused())
    return {};
  bool isBool = call.elementOf(x).isInteger(1);
  if (isBool && kind != lc::ScatterKind::replace) {
    x = call.convert(x, call.b.getI8Type());
    source = call.convert(source, call.b.getI8Type());
    if (kind == lc::ScatterKind::add)
      kind = lc::ScatterKind::maximum;
    if (kind == lc::ScatterKind::mul)
      kind = lc::ScatterKind::minimum;
  }
  // Sums of narrow numbers are rounded once, at the end.
  Type element = call.refused() ? Type() : call.elementOf(x);
  bool widens = element && isa<FloatType>(element) &&
                element.getIntOrFloatBitWidth() < 32 &&
                (kind == lc::ScatterKind::add || kind == lc::ScatterKind::mul);
  if (widens) {
    x = call.convert(x, call.b.getF32Type());
    source = call.convert(source, call.b.getF32Type());
  }
  if (call.refused())
    return {};
  Value result =
      call.makeTyped<lc::ScatterOp>(x.getType(), x, index, source, kind, dim);
  return widens   ? call.convert(result, element)
         : isBool ? call.convert(result, call.i1())
                  : result;
}

/// x with slice places[i] along `dim` replaced by (or increased by) slice i of
/// `values`, for all i in order. `places` has rank 1; `wrap` lets negative ones
/// count from the end.
Value updated(AtenCall &call, Value x, int64_t dim, Value places, Value values,
              bool add, bool wrap) {
  if (call.refused())
    return {};
  lc::Dims all = lc::getDims(values), narrow(all.size(), call.constant(1));
  narrow[dim] = lc::getDims(places)[0];
  if (wrap) {
    places = call.convert(places, call.i64());
    lc::Dims own = lc::getDims(places);
    Value size = call.materialize(Datum(lc::getDims(x)[dim]), own, call.i64());
    Value negative = call.make<lc::CompareOp>(lc::CompareKind::lt, places,
                                              call.full(own, call.i64(), 0));
    places = call.make<lc::WhereOp>(negative,
                                    call.make<lc::AddOp>(places, size), places);
  }
  Value index = call.expand(call.reshape(places, narrow), all);
  return scattered(call, x, index, values, dim,
                   add ? lc::ScatterKind::add : lc::ScatterKind::replace);
}

struct Scatter {
  Value x, index, source = {};
  int64_t dim = 0;
  bool wasScalar = false;
};

/// The operands of torch.scatter and its relatives.
Scatter scatterOf(AtenCall &call) {
  Scatter s{call.tensor("self"), asIndices(call, call.tensor("index"))};
  if (call.refused())
    return s;
  s.dim = call.dim("dim", call.rankOf(s.x));
  s.wasScalar = call.rankOf(s.x) == 0;
  Value source = call.tensorOrNull("src");
  if (source && call.elementOf(source) != call.elementOf(s.x))
    call.refuse("expected self and src of one type");
  auto lifted = [&](Value v) {
    return v && !call.refused() && call.rankOf(v) == 0
               ? call.reshape(v, {call.constant(1)})
               : v;
  };
  s.x = lifted(s.x);
  s.index = lifted(s.index);
  if (call.refused())
    return s;
  s.source = source ? lifted(source)
                    : call.materialize(call.get("value"), lc::getDims(s.index),
                                       call.elementOf(s.x));
  return s;
}

void finish(AtenCall &call, const Scatter &s, Value v) {
  call.result(s.wasScalar && !call.refused() ? call.reshape(v, {}) : v);
}

void scatter(AtenCall &call) {
  Scatter s = scatterOf(call);
  std::string reduce = call.text("reduce");
  auto kind = reduce == "add"        ? lc::ScatterKind::add
              : reduce == "multiply" ? lc::ScatterKind::mul
                                     : lc::ScatterKind::replace;
  finish(call, s, scattered(call, s.x, s.index, s.source, s.dim, kind));
}

void scatterAdd(AtenCall &call) {
  Scatter s = scatterOf(call);
  finish(call, s,
         scattered(call, s.x, s.index, s.source, s.dim, lc::ScatterKind::add));
}

/// The number that changes nothing.
double neutral(AtenCall &call, Type element, lc::ScatterKind kind) {
  if (kind == lc::ScatterKind::add)
    return 0;
  if (kind == lc::ScatterKind::mul)
    return 1;
  bool least = kind == lc::ScatterKind::maximum;
  if (isa<FloatType>(element))
    return least ? -std::numeric_limits<double>::infinity()
                 : std::numeric_limits<double>::infinity();
  unsigned bits = element.getIntOrFloatBitWidth();
  if (element.isUnsignedInteger() || bits == 1)
    return least ? 0 : std::ldexp(1.0, bits) - 1;
  // Saturates where a double is not exact.
  return least ? -std::ldexp(1.0, bits - 1) : std::ldexp(1.0, bits - 1) - 1;
}

void scatterReduce(AtenCall &call) {
  Scatter s = scatterOf(call);
  std::string reduce = call.text("reduce");
  bool include = call.boolean("include_self", true), mean = reduce == "mean";
  lc::ScatterKind kind = reduce == "prod"   ? lc::ScatterKind::mul
                         : reduce == "amax" ? lc::ScatterKind::maximum
                         : reduce == "amin" ? lc::ScatterKind::minimum
                                            : lc::ScatterKind::add;
  if (call.refused())
    return;
  Type element = call.elementOf(s.x);
  Value start = s.x;
  if (!include) {
    Value nothing =
        call.full(lc::getDims(s.index), element, neutral(call, element, kind));
    start = scattered(call, start, s.index, nothing, s.dim,
                      lc::ScatterKind::replace);
  }
  Value result = scattered(call, start, s.index, s.source, s.dim, kind);
  if (mean) {
    lc::Dims dims = lc::getDims(s.x);
    Value ones = call.full(lc::getDims(s.index), call.i64(), 1);
    Value count = scattered(call, call.full(dims, call.i64(), include), s.index,
                            ones, s.dim, lc::ScatterKind::add);
    Value one = call.full(dims, call.i64(), 1);
    count = call.convert(call.make<lc::MaximumOp>(count, one), element);
    result = isa<FloatType>(element) ? call.make<lc::DivOp>(result, count)
                                     : call.make<lc::FloorDivOp>(result, count);
  }
  finish(call, s, result);
}

/// The elements of `source` in order, where the mask is set.
void maskedScatter(AtenCall &call) {
  Value x = call.tensor("self"), mask = call.tensor("mask");
  Value source = call.tensor("source");
  lc::Dims dims = call.broadcastDims({x, mask});
  if (call.refused())
    return;
  lc::Dims flat = {product(call, dims)};
  mask =
      call.reshape(call.broadcastTo(call.convert(mask, call.i1()), dims), flat);
  x = call.reshape(call.broadcastTo(x, dims), flat);
  source = call.reshape(source, {product(call, lc::getDims(source))});
  Value place = withNumber<lc::SubOp>(
      call, call.make<lc::CumsumOp>(call.convert(mask, call.i64()), 0), 1);
  // Places behind the last one are not read.
  place = call.make<lc::WhereOp>(mask, place, call.full(flat, call.i64(), 0));
  Value taken = call.make<lc::IndexSelectOp>(source, place, int64_t(0));
  Value result = call.make<lc::WhereOp>(mask, taken, x);
  if (!call.refused())
    call.result(call.reshape(result, dims));
}

/// x[mask] = value, or += value.
void putMasked(AtenCall &call, Value x, const Indices &indices, Value value,
               bool add) {
  Value mask = indices.tensors[0];
  if (indices.tensors.size() != 1 || indices.dims[0] != 0)
    return call.refuse("expected one mask for the first dimensions");
  auto type = call.typeOf(value);
  if (!type.hasStaticShape() || type.getNumElements() != 1)
    return call.refuse("which values go where follows from data");
  lc::Dims dims = lc::getDims(x), wide = lc::getDims(mask);
  wide.append(dims.size() - wide.size(), call.constant(1));
  mask =
      call.broadcastTo(call.reshape(call.convert(mask, call.i1()), wide), dims);
  value = call.broadcastTo(
      call.reshape(call.convert(value, call.elementOf(x)), {}), dims);
  if (add)
    value = call.make<lc::AddOp>(x, value);
  call.result(call.make<lc::WhereOp>(mask, value, x));
}

void indexPut(AtenCall &call) {
  Value x = call.tensor("self"), values = call.tensor("values");
  bool add = call.boolean("accumulate");
  std::optional<Indices> indices = indicesOf(call, x);
  if (!indices)
    return;
  if (indices->tensors.empty())
    return call.refuse("expected an index");
  if (indices->masks)
    return putMasked(call, x, *indices, values, add);
  auto perm = indices->toFront(call.rankOf(x));
  int64_t first = perm.empty() ? indices->dims[0] : 0;
  if (!perm.empty())
    x = call.permute(x, perm);
  auto [merged, places] = mergeIndexed(call, x, first, indices->tensors);
  if (call.refused())
    return;
  // The values have the indices' dimensions where the indexed ones were.
  lc::Dims from = lc::getDims(merged), own = lc::getDims(places), slots, flat;
  slots.append(from.begin(), from.begin() + first);
  flat = slots;
  slots.append(own.begin(), own.end());
  flat.push_back(product(call, own));
  slots.append(from.begin() + first + 1, from.end());
  flat.append(from.begin() + first + 1, from.end());
  values = call.broadcastTo(call.convert(values, call.elementOf(x)), slots);
  Value result = updated(call, merged, first, call.reshape(places, flat[first]),
                         call.reshape(values, flat), add, /*wrap=*/true);
  if (call.refused())
    return;
  result = call.reshape(result, lc::getDims(x));
  SmallVector<int64_t> inverse(perm.size());
  for (auto [i, p] : llvm::enumerate(perm))
    inverse[p] = i;
  call.result(perm.empty() ? result : call.permute(result, inverse));
}

/// index_copy and index_add: slices of `source` along one dimension.
template <bool add> void indexInto(AtenCall &call) {
  Value x = call.tensor("self"), source = call.tensor("source");
  Value index = asIndices(call, call.tensor("index"));
  if (call.refused())
    return;
  if (call.rankOf(x) == 0)
    return call.refuse("expected rank 1 or more");
  int64_t dim = call.dim("dim", call.rankOf(x));
  source = call.convert(source, call.elementOf(x));
  if (call.number("alpha", 1) != 1)
    source = withNumber<lc::MulOp>(call, source, call.number("alpha", 1));
  if (call.rankOf(index) == 0)
    index = unsqueeze(call, index, 0);
  lc::Dims slots = lc::getDims(x);
  slots[dim] = lc::getDims(index)[0];
  call.result(updated(call, x, dim, index, call.reshape(source, slots), add,
                      /*wrap=*/false));
}

/// index_fill: one value in all slices.
void indexFill(AtenCall &call) {
  Value x = call.tensor("self");
  Value index = asIndices(call, call.tensor("index"));
  if (call.refused())
    return;
  if (call.rankOf(x) == 0)
    return call.refuse("expected rank 1 or more");
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.rankOf(index) == 0)
    index = unsqueeze(call, index, 0);
  lc::Dims slots = lc::getDims(x);
  slots[dim] = lc::getDims(index)[0];
  Value values = call.materialize(call.get("value"), slots, call.elementOf(x));
  call.result(updated(call, x, dim, index, values, false, /*wrap=*/true));
}

} // namespace

void lcompile::import::addScatterRules(AtenTable &table) {
  table.add(
      {"aten::index_put", "aten::_unsafe_index_put", "aten::_index_put_impl"},
      indexPut);
  table.add({"aten::scatter.src", "aten::scatter.value", "aten::scatter.reduce",
             "aten::scatter.value_reduce"},
            scatter);
  table.add("aten::scatter_add", scatterAdd);
  table.add("aten::scatter_reduce.two", scatterReduce);
  table.add("aten::masked_scatter", maskedScatter);
  table.add("aten::index_copy", indexInto<false>);
  table.add("aten::index_add", indexInto<true>);
  table.add({"aten::index_fill.int_Scalar", "aten::index_fill.int_Tensor"},
            indexFill);
}
