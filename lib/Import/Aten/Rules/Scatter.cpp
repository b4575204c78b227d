// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that write to places from tensors: a loop that updates one
// slice after the other, so that of equal places the last one counts.
#include "lib/Import/Aten/Rules/Indices.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

Value slotOf(AtenCall &call, Value v, int64_t dim, Value place) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  dims[dim] = call.constant(1);
  return call.makeTyped<lc::DynamicSliceOp>(
      lc::makeTensorType(dims, call.elementOf(v)), v, place, dim);
}

/// x with slice places[i] along `dim` replaced by (or increased by) slice i of
/// `values`, for all i in order. `places` has rank 1.
Value updated(AtenCall &call, Value x, int64_t dim, Value places, Value values,
              bool add) {
  if (call.refused())
    return {};
  auto update = [&](Value into, Value at) {
    Value place = call.convert(
        scalar(call, slotOf(call, places, 0, at), call.i64()), call.i64());
    Value slot = slotOf(call, values, dim, at);
    if (add)
      slot = call.make<lc::AddOp>(slot, slotOf(call, into, dim, place));
    return call.make<lc::DynamicUpdateSliceOp>(into, slot, place, dim);
  };
  AffineExpr count = lc::getDims(places)[0];
  if (lc::isConstant(count, 1))
    return update(x, call.full({}, call.i64(), 0));
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(call.b, call.b.getI64IntegerAttr(value));
  };
  if (!count) {
    call.refuse("the number of places is not known");
    return {};
  }
  Value zero = number(0), one = number(1);
  Value limit = scalar(call, Datum(count), call.i64());
  if (call.refused())
    return {};
  limit = lc::ItemOp::create(call.b, call.i64(), limit);
  auto loop = scf::ForOp::create(call.b, zero, limit, one, x);
  {
    OpBuilder::InsertionGuard guard(call.b);
    loop.getBody()->clear();
    call.b.setInsertionPointToStart(loop.getBody());
    Value at = scalar(call, Datum(loop.getInductionVar()), call.i64());
    Value next = update(loop.getRegionIterArg(0), at);
    if (next)
      scf::YieldOp::create(call.b, next);
  }
  if (!call.refused())
    return loop.getResult(0);
  loop.erase();
  return {};
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
                         call.reshape(values, flat), add);
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
  call.result(updated(call, x, dim, index, call.reshape(source, slots), add));
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
  call.result(updated(call, x, dim, index, values, false));
}

} // namespace

void lcompile::import::addScatterRules(AtenTable &table) {
  table.add(
      {"aten::index_put", "aten::_unsafe_index_put", "aten::_index_put_impl"},
      indexPut);
  table.add("aten::index_copy", indexInto<false>);
  table.add("aten::index_add", indexInto<true>);
  table.add({"aten::index_fill.int_Scalar", "aten::index_fill.int_Tensor"},
            indexFill);
}
