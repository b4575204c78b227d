// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators whose places come from tensors.
#include "lib/Import/Aten/Rules/Indices.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

Value lcompile::import::asIndices(AtenCall &call, Value v) {
  if (call.refused())
    return {};
  Type element = call.elementOf(v);
  if (!isa<IntegerType>(element) || element.isInteger(1)) {
    call.refuse("expected integer indices, found " + Datum(v).describe());
    return {};
  }
  return element.isInteger(32) ? v : call.convert(v, call.i64());
}

namespace {

void embedding(AtenCall &call) {
  Value weight = call.tensor("weight");
  Value indices = asIndices(call, call.tensor("indices"));
  call.result(call.make<lc::IndexSelectOp>(weight, indices, int64_t(0)));
}

void indexSelect(AtenCall &call) {
  Value x = call.tensor("self");
  Value index = asIndices(call, call.tensor("index"));
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.rankOf(index) == 0)
    index = call.reshape(index, {call.constant(1)});
  call.result(call.make<lc::IndexSelectOp>(x, index, dim));
}

void gather(AtenCall &call) {
  Value x = call.tensor("self");
  Value index = asIndices(call, call.tensor("index"));
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.rankOf(x) == 0)
    x = call.reshape(x, {call.constant(1)});
  if (call.rankOf(index) != 0)
    return call.result(call.make<lc::GatherOp>(x, index, dim));
  index = call.reshape(index, {call.constant(1)});
  call.result(dropDim(call, call.make<lc::GatherOp>(x, index, dim), 0));
}

void takeAlongDim(AtenCall &call) {
  Value x = call.tensor("self");
  Value index = asIndices(call, call.tensor("indices"));
  if (call.refused())
    return;
  if (!call.has("dim")) {
    x = call.reshape(x, {product(call, lc::getDims(x))});
    index = call.reshape(index, {product(call, lc::getDims(index))});
  }
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x), dim = call.dim("dim", rank);
  if (rank == 0 || call.rankOf(index) != rank)
    return call.refuse("expected tensor and indices of one rank");
  // All other dimensions broadcast.
  lc::Dims xs = lc::getDims(x), is = lc::getDims(index);
  for (int64_t i = 0; i < rank; ++i)
    if (i != dim)
      (lc::isConstant(xs[i], 1) ? xs[i] : is[i]) =
          lc::isConstant(xs[i], 1) ? is[i] : xs[i];
  call.result(
      call.make<lc::GatherOp>(call.expand(x, xs), call.expand(index, is), dim));
}

/// Places in the flattened tensor; negative ones count from the end.
void take(AtenCall &call) {
  Value x = call.tensor("self");
  Value index = asIndices(call, call.tensor("index"));
  if (call.refused())
    return;
  x = call.reshape(x, {product(call, lc::getDims(x))});
  call.result(call.make<lc::IndexSelectOp>(x, index, int64_t(0), true));
}

/// True when no element of `v` is negative.
bool isNotNegative(Value v) {
  Operation *op = v.getDefiningOp();
  if (isa_and_nonnull<lc::ReshapeOp, lc::ExpandOp, lc::PermuteOp, lc::SliceOp,
                      lc::ConvertOp>(op))
    return isNotNegative(op->getOperand(0));
  if (isa_and_nonnull<lc::AddOp, lc::MulOp>(op))
    return isNotNegative(op->getOperand(0)) && isNotNegative(op->getOperand(1));
  auto atLeastZero = [](Attribute attr) {
    auto value = dyn_cast<IntegerAttr>(attr);
    return value && !value.getValue().isNegative();
  };
  if (auto iota = dyn_cast_or_null<lc::IotaOp>(op))
    return atLeastZero(iota.getStart()) && atLeastZero(iota.getStep());
  if (auto full = dyn_cast_or_null<lc::FullOp>(op))
    return atLeastZero(full.getValue());
  return false;
}

} // namespace

std::optional<Indices> lcompile::import::indicesOf(AtenCall &call, Value x) {
  const Datum &list = call.get("indices");
  if (call.refused() || !list.isList()) {
    call.refuse("expected a list of indices");
    return std::nullopt;
  }
  Indices result;
  for (auto [i, d] : llvm::enumerate(list.list())) {
    if (d.isNone())
      continue;
    if (!d.isTensor()) {
      call.refuse("expected index tensors, found " + d.describe());
      return std::nullopt;
    }
    Type element = call.elementOf(d.value());
    result.masks |= element.isInteger(1) || element.isUnsignedInteger(8);
    result.dims.push_back(i);
    result.tensors.push_back(d.value());
  }
  if (static_cast<int64_t>(list.list().size()) > call.rankOf(x))
    call.refuse("expected at most " + Twine(call.rankOf(x)) + " indices");
  if (!result.masks)
    for (Value &v : result.tensors)
      v = asIndices(call, v);
  if (call.refused())
    return std::nullopt;
  return result;
}

SmallVector<int64_t> Indices::toFront(int64_t rank) const {
  if (dims.back() - dims.front() + 1 == static_cast<int64_t>(dims.size()))
    return {};
  SmallVector<int64_t> perm(dims);
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(dims, i))
      perm.push_back(i);
  return perm;
}

std::pair<Value, Value>
lcompile::import::mergeIndexed(AtenCall &call, Value x, int64_t first,
                               ArrayRef<Value> indices) {
  lc::Dims dims = lc::getDims(x), common = call.broadcastDims(indices);
  if (call.refused() || indices.size() == 1)
    return {x, call.refused() ? Value() : indices[0]};
  Value linear;
  for (auto [i, index] : llvm::enumerate(indices)) {
    if (call.refused())
      return {};
    AffineExpr size = dims[first + i];
    if (!size) {
      call.refuse("the size of an indexed dimension is not known");
      return {};
    }
    if (lc::isConstant(size, 1) && (linear || i + 1 < indices.size()))
      continue; // only its place 0 exists
    if (linear)
      linear = call.make<lc::MulOp>(
          linear, call.materialize(Datum(size), common, call.i64()));
    Value own = call.convert(call.broadcastTo(index, common), call.i64());
    if (!isNotNegative(index)) {
      Value wrapped = call.make<lc::AddOp>(
          own, call.materialize(Datum(size), common, call.i64()));
      Value negative = call.make<lc::CompareOp>(
          lc::CompareKind::lt, own, call.full(common, call.i64(), 0));
      own = call.make<lc::WhereOp>(negative, wrapped, own);
    }
    linear = linear ? call.make<lc::AddOp>(linear, own) : own;
  }
  lc::Dims merged(dims.begin(), dims.begin() + first);
  merged.push_back(product(call, ArrayRef(dims).slice(first, indices.size())));
  merged.append(dims.begin() + first + indices.size(), dims.end());
  return {call.reshape(x, merged), linear};
}

namespace {

/// x[i, :, j]: a list of index tensors and Nones.
void index(AtenCall &call) {
  Value x = call.tensor("self");
  std::optional<Indices> indices = indicesOf(call, x);
  if (!indices)
    return;
  if (indices->masks)
    return call.refuse("the size of a selection by mask follows from data");
  if (indices->tensors.empty())
    return call.result(copyOf(call, x));
  // Separated indices: their dimensions come first, and so do the result's.
  auto perm = indices->toFront(call.rankOf(x));
  int64_t first = perm.empty() ? indices->dims[0] : 0;
  if (!perm.empty())
    x = call.permute(x, perm);
  auto [merged, places] = mergeIndexed(call, x, first, indices->tensors);
  bool wrap = indices->tensors.size() == 1 && places && !isNotNegative(places);
  call.result(call.make<lc::IndexSelectOp>(merged, places, first, wrap));
}

void oneHot(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t classes = call.integer("num_classes", -1);
  if (call.refused())
    return;
  if (classes < 1)
    return call.refuse("the number of classes would follow from data");
  lc::Dims dims = lc::getDims(x);
  dims.push_back(call.constant(classes));
  Value place = placesAlong(call, dims, dims.size() - 1);
  Value index = unsqueeze(call, call.convert(x, call.i64()), dims.size() - 1);
  index = call.expand(index, dims);
  call.result(call.convert(
      call.make<lc::CompareOp>(lc::CompareKind::eq, index, place), call.i64()));
}

} // namespace

void lcompile::import::addIndexRules(AtenTable &table) {
  table.add("aten::embedding", embedding);
  table.add("aten::index_select", indexSelect);
  table.add("aten::gather", gather);
  table.add("aten::take_along_dim", takeAlongDim);
  table.add("aten::take", take);
  table.add({"aten::index.Tensor", "aten::_unsafe_index.Tensor"}, index);
  table.add("aten::one_hot", oneHot);
}
