// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that only change the dimensions of a tensor.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// `sizes` with its one -1 replaced, so that they hold the elements of `own`.
lc::Dims resolveSizes(AtenCall &call, ArrayRef<AffineExpr> own,
                      lc::Dims sizes) {
  std::optional<size_t> open;
  lc::Dims known;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (!lc::isConstant(size, -1)) {
      known.push_back(size);
      continue;
    }
    if (open)
      call.refuse("expected at most one size of -1");
    open = i;
  }
  if (!open || call.refused())
    return sizes;
  sizes[*open] = quotient(call, own, known);
  if (!sizes[*open])
    call.refuse("the size written as -1 does not follow from the other sizes");
  return sizes;
}

template <const char *sizes> void reshape(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  call.result(
      call.reshape(x, resolveSizes(call, lc::getDims(x), call.sizes(sizes))));
}
constexpr char sizeName[] = "size", shapeName[] = "shape";

void reshapeAs(AtenCall &call) {
  Value x = call.tensor("self"), other = call.tensor("other");
  if (!call.refused())
    call.result(call.reshape(x, lc::getDims(other)));
}

void flatten(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  if (rank == 0)
    return call.result(call.reshape(x, {call.constant(1)}));
  int64_t first = call.dim("start_dim", rank, 0);
  int64_t last = call.dim("end_dim", rank, -1);
  if (first > last)
    call.refuse("expected start_dim not behind end_dim");
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(x), result(dims.begin(), dims.begin() + first);
  result.push_back(
      product(call, ArrayRef(dims).slice(first, last - first + 1)));
  result.append(dims.begin() + last + 1, dims.end());
  call.result(call.reshape(x, result));
}

void unflatten(AtenCall &call) {
  Value x = call.tensor("self");
  lc::Dims sizes = call.sizes("sizes");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  lc::Dims dims = lc::getDims(x);
  if (call.refused())
    return;
  sizes = resolveSizes(call, dims[dim], sizes);
  dims.erase(dims.begin() + dim);
  dims.insert(dims.begin() + dim, sizes.begin(), sizes.end());
  call.result(call.reshape(x, dims));
}

void permute(AtenCall &call) {
  Value x = call.tensor("self");
  SmallVector<int64_t> perm = call.integers("dims");
  if (call.refused())
    return;
  for (int64_t &p : perm)
    p = p < 0 ? p + call.rankOf(x) : p;
  call.result(call.permute(x, perm));
}

template <const char *a, const char *b> void transpose(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  int64_t first = call.dim(a, rank), second = call.dim(b, rank);
  call.result(rank == 0 ? x : swapDims(call, x, first, second));
}
constexpr char dim0[] = "dim0", dim1[] = "dim1", axis0[] = "axis0",
               axis1[] = "axis1";

/// x.t(), x.mT: the last two dimensions change places.
void transposeLast(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  call.result(rank < 2 ? x : swapDims(call, x, rank - 2, rank - 1));
}

void reverseDims(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(x)));
  std::reverse(perm.begin(), perm.end());
  call.result(call.permute(x, perm));
}

void movedim(AtenCall &call) {
  Value x = call.tensor("self");
  SmallVector<int64_t> from = call.integers("source");
  SmallVector<int64_t> to = call.integers("destination");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  if (from.size() != to.size())
    return call.refuse("expected equally many sources and destinations");
  SmallVector<int64_t> perm(rank, -1);
  llvm::SmallBitVector moved(rank);
  for (auto [f, t] : llvm::zip(from, to)) {
    f += f < 0 ? rank : 0;
    t += t < 0 ? rank : 0;
    if (f < 0 || f >= rank || t < 0 || t >= rank || perm[t] >= 0)
      return call.refuse("expected distinct dimensions");
    perm[t] = f;
    moved.set(f);
  }
  int64_t next = 0;
  for (int64_t &p : perm)
    if (p < 0) {
      while (moved.test(next))
        ++next;
      p = next++;
    }
  call.result(call.permute(x, perm));
}

void squeeze(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  SmallVector<int64_t> candidates = call.dims("dim", call.rankOf(x));
  if (call.refused())
    return;
  // A size that is not known to be 1 stays, as in torch.export.
  lc::Dims dims = lc::getDims(x), kept;
  for (auto [i, dim] : llvm::enumerate(dims))
    if (!lc::isConstant(dim, 1) ||
        !llvm::is_contained(candidates, static_cast<int64_t>(i)))
      kept.push_back(dim);
  call.result(call.reshape(x, kept));
}

void unsqueezeRule(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x) + 1);
  call.result(unsqueeze(call, x, dim));
}

void expandTo(AtenCall &call, Value x, lc::Dims sizes) {
  if (call.refused())
    return;
  lc::Dims own = lc::getDims(x);
  if (sizes.size() < own.size())
    return call.refuse("expected at least " + Twine(own.size()) + " sizes");
  size_t added = sizes.size() - own.size();
  for (size_t i = added; i < sizes.size(); ++i) {
    // The more definite of two sizes that must agree.
    AffineExpr size = own[i - added];
    if (lc::isConstant(sizes[i], -1) ||
        (lc::getConstant(size) > 1 && !lc::provablyDifferent(size, sizes[i])))
      sizes[i] = size;
  }
  call.result(call.broadcastTo(x, sizes));
}

void expand(AtenCall &call) {
  Value x = call.tensor("self");
  expandTo(call, x, call.sizes("size"));
}

void expandAs(AtenCall &call) {
  Value x = call.tensor("self"), other = call.tensor("other");
  if (!call.refused())
    expandTo(call, x, lc::getDims(other));
}

/// True when the memory of `v` holds its elements in row-major order, as far as
/// the program shows.
bool isDense(Value v) {
  Operation *op = v.getDefiningOp();
  if (isa_and_nonnull<lc::ReshapeOp>(op))
    return isDense(op->getOperand(0));
  return !isa_and_nonnull<lc::View>(op);
}

/// Strides that only reorder the dimensions of a dense tensor.
void asStrided(AtenCall &call) {
  Value x = call.tensor("self");
  lc::Dims sizes = call.sizes("size");
  SmallVector<int64_t> strides = call.integers("stride");
  if (call.integer("storage_offset") != 0)
    call.refuse("expected no storage offset");
  if (call.refused())
    return;
  if (sizes.size() != strides.size() || !isDense(x))
    return call.refuse("expected a stride for each size and a dense tensor");
  // Dimensions of size 1 may have any stride; the others, sorted, must nest.
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, sizes.size()));
  llvm::sort(order, [&](int64_t a, int64_t b) {
    bool oneA = lc::isConstant(sizes[a], 1), oneB = lc::isConstant(sizes[b], 1);
    if (oneA != oneB)
      return oneA;
    return oneA || strides[a] == strides[b] ? a < b : strides[a] > strides[b];
  });
  int64_t expected = 1;
  lc::Dims nested;
  for (auto [place, dim] : llvm::enumerate(llvm::reverse(order))) {
    auto size = lc::getConstant(sizes[dim]);
    bool outermost = place + 1 == order.size() ||
                     lc::isConstant(sizes[order[order.size() - 2 - place]], 1);
    if (size != 1 && (strides[dim] != expected || (!size && !outermost)))
      return call.refuse("the strides do not come from a permutation");
    expected *= size.value_or(1);
  }
  SmallVector<int64_t> perm(order.size());
  for (auto [place, dim] : llvm::enumerate(order)) {
    nested.push_back(sizes[dim]);
    perm[dim] = place;
  }
  Value result = call.reshape(x, nested);
  call.result(call.permute(result, perm));
}

void broadcastTensors(AtenCall &call) {
  SmallVector<Value> tensors = call.tensors("tensors");
  lc::Dims dims = call.broadcastDims(tensors);
  Datum::List list;
  for (Value v : tensors)
    list.push_back(call.broadcastTo(v, dims));
  call.result(list);
}

void meshgrid(AtenCall &call) {
  SmallVector<Value> tensors = call.tensors("tensors");
  if (call.refused())
    return;
  // "xy" exchanges the first two dimensions of the result.
  bool swap = call.text("indexing", "ij") == "xy" && tensors.size() >= 2;
  lc::Dims sizes;
  for (Value v : tensors) {
    if (call.rankOf(v) > 1)
      return call.refuse("expected tensors of rank 0 or 1");
    sizes.push_back(call.rankOf(v) ? lc::getDims(v)[0] : call.constant(1));
  }
  if (swap)
    std::swap(sizes[0], sizes[1]);
  Datum::List list;
  for (auto [i, v] : llvm::enumerate(tensors)) {
    size_t place = swap && i < 2 ? 1 - i : i;
    lc::Dims narrow(sizes.size(), call.constant(1));
    narrow[place] = sizes[place];
    list.push_back(call.expand(call.reshape(v, narrow), sizes));
  }
  call.result(list);
}

} // namespace

void lcompile::import::addShapeRules(AtenTable &table) {
  table.add({"aten::view", "aten::_unsafe_view"}, reshape<sizeName>);
  table.add("aten::reshape", reshape<shapeName>);
  table.add({"aten::view_as", "aten::reshape_as"}, reshapeAs);
  table.add("aten::flatten.using_ints", flatten);
  table.add("aten::unflatten.int", unflatten);
  table.add("aten::permute", permute);
  table.add("aten::transpose.int", transpose<dim0, dim1>);
  table.add("aten::swapdims", transpose<dim0, dim1>);
  table.add("aten::swapaxes", transpose<axis0, axis1>);
  table.add({"aten::t", "aten::mT", "aten::matrix_H"}, transposeLast);
  table.add("aten::numpy_T", reverseDims);
  table.add({"aten::movedim.int", "aten::movedim.intlist", "aten::moveaxis.int",
             "aten::moveaxis.intlist"},
            movedim);
  table.add({"aten::squeeze", "aten::squeeze.dim", "aten::squeeze.dims"},
            squeeze);
  table.add("aten::unsqueeze", unsqueezeRule);
  table.add({"aten::expand", "aten::broadcast_to"}, expand);
  table.add("aten::expand_as", expandAs);
  table.add("aten::as_strided", asStrided);
  table.add("aten::broadcast_tensors", broadcastTensors);
  table.add({"aten::meshgrid", "aten::meshgrid.indexing"}, meshgrid);
}
