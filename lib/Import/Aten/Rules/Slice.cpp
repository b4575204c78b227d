// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that take parts of tensors, put parts into tensors, or put
// tensors together.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Start and number of elements of x[start:end:step] along a dimension.
struct Part {
  AffineExpr start, count;
  int64_t step = 1;
};

Part partOf(AtenCall &call, AffineExpr size) {
  Part part;
  part.step = call.integer("step", 1);
  AffineExpr start = call.size("start"), end = call.size("end");
  if (!size)
    call.refuse("the size of the dimension is not known");
  if (part.step < 1)
    call.refuse("expected a positive step, found " + Twine(part.step));
  if (call.refused())
    return part;
  AffineExpr zero = call.constant(0);
  auto clamped = [&](AffineExpr index) {
    index = fromFront(call, index, size);
    return minOf(call, maxOf(call, index, zero), size);
  };
  part.start = start ? clamped(start) : zero;
  end = end ? clamped(end) : size;
  AffineExpr length = maxOf(call, lc::simplify(end - part.start), zero);
  part.count = lc::simplify(length.ceilDiv(part.step));
  return part;
}

void slice(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.rankOf(x) == 0)
    return call.refuse("a tensor of rank 0 has no slices");
  Part part = partOf(call, lc::getDims(x)[dim]);
  call.result(call.slice(x, dim, part.start, part.count, part.step));
}

void sliceScatter(AtenCall &call) {
  Value x = call.tensor("self"), src = call.tensor("src");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  lc::Dims dims = lc::getDims(x);
  if (dims.empty())
    return call.refuse("a tensor of rank 0 has no slices");
  Part part = partOf(call, dims[dim]);
  if (call.refused())
    return;
  dims[dim] = part.count;
  src = call.broadcastTo(call.convert(src, call.elementOf(x)), dims);
  call.result(call.make<lc::InsertSliceOp>(
      x, src, dim, lc::DimsAttr::get({part.start}, call.b.getContext()),
      part.step));
}

/// The one place along `dim` that `index` names, as a slice of size 1.
Value oneOf(AtenCall &call, Value x, int64_t dim, const Datum &index) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(x);
  AffineExpr place = index.size(call.b.getContext());
  if (index.isTensor())
    place = sizeInTensor(call, index.value());
  if (place)
    return call.slice(x, dim, fromFront(call, place, dims[dim]),
                      call.constant(1));
  Value start = scalar(call, index, call.i64());
  dims[dim] = call.constant(1);
  return call.makeTyped<lc::DynamicSliceOp>(
      lc::makeTensorType(dims, call.elementOf(x)), x, start, dim);
}

void select(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  if (call.rankOf(x) == 0)
    return call.refuse("a tensor of rank 0 has no parts");
  int64_t dim = call.dim("dim", call.rankOf(x));
  call.result(dropDim(call, oneOf(call, x, dim, call.get("index")), dim));
}

void selectScatter(AtenCall &call) {
  Value x = call.tensor("self"), src = call.tensor("src");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  lc::Dims dims = lc::getDims(x);
  if (dims.empty() || call.refused())
    return call.refuse("a tensor of rank 0 has no parts");
  src = unsqueeze(call, call.convert(src, call.elementOf(x)), dim);
  const Datum &index = call.get("index");
  if (AffineExpr place = index.size(call.b.getContext()))
    return call.result(call.make<lc::InsertSliceOp>(
        x, src, dim,
        lc::DimsAttr::get({fromFront(call, place, dims[dim])},
                          call.b.getContext())));
  call.result(call.make<lc::DynamicUpdateSliceOp>(
      x, src, scalar(call, index, call.i64()), dim));
}

void narrow(AtenCall &call) {
  Value x = call.tensor("self");
  AffineExpr count = call.size("length");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  const Datum &start = call.get("start");
  if (AffineExpr place = start.size(call.b.getContext()))
    return call.result(
        call.slice(x, dim, fromFront(call, place, lc::getDims(x)[dim]), count));
  lc::Dims dims = lc::getDims(x);
  dims[dim] = count;
  call.result(call.makeTyped<lc::DynamicSliceOp>(
      lc::makeTensorType(dims, call.elementOf(x)), x,
      scalar(call, start, call.i64()), dim));
}

/// Consecutive slices of these sizes.
void splitInto(AtenCall &call, Value x, int64_t dim,
               ArrayRef<AffineExpr> sizes) {
  AffineExpr start = call.constant(0);
  Datum::List parts;
  for (AffineExpr size : sizes) {
    parts.push_back(call.slice(x, dim, start, size));
    start = lc::simplify(start + size);
  }
  if (!call.refused() && lc::provablyDifferent(start, lc::getDims(x)[dim]))
    call.refuse("the parts do not fill the dimension");
  call.result(parts);
}

/// Parts of `size` elements, the last one with what is left.
void splitBySize(AtenCall &call, Value x, int64_t dim, AffineExpr size) {
  if (call.refused())
    return;
  AffineExpr total = lc::getDims(x)[dim];
  std::optional<int64_t> count;
  if (total && boundsOf(call, size).min >= 1)
    count = lc::getConstant(total == size ? call.constant(1)
                                          : lc::simplify(total.ceilDiv(size)));
  if (!count && total && boundsOf(call, size).min >= 1)
    count = lc::getConstant(quotient(call, total, size));
  if (!count)
    return call.refuse("the number of parts is not known");
  SmallVector<AffineExpr> sizes(std::max<int64_t>(*count, 1), size);
  AffineExpr before =
      lc::simplify(size * static_cast<int64_t>(sizes.size() - 1));
  sizes.back() = lc::simplify(total - before);
  splitInto(call, x, dim, sizes);
}

void split(AtenCall &call) {
  Value x = call.tensor("self");
  bool list = call.get("split_size").isList();
  lc::Dims sizes = call.sizes("split_size");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  list ? splitInto(call, x, dim, sizes) : splitBySize(call, x, dim, sizes[0]);
}

void splitWithSizes(AtenCall &call) {
  Value x = call.tensor("self");
  lc::Dims sizes = call.sizes("split_sizes");
  if (!call.refused())
    splitInto(call, x, call.dim("dim", call.rankOf(x)), sizes);
}

void chunk(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t chunks = call.integer("chunks");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  AffineExpr total = lc::getDims(x)[dim];
  if (chunks < 1 || !total)
    return call.refuse("the number of parts is not known");
  AffineExpr size = lc::simplify(total.ceilDiv(chunks));
  if (lc::isConstant(lc::simplify(total % chunks), 0))
    return splitInto(call, x, dim, SmallVector<AffineExpr>(chunks, size));
  splitBySize(call, x, dim, size);
}

/// The first size % sections parts are one larger than the others; or parts
/// that begin at these indices.
void tensorSplit(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  auto total = lc::getConstant(lc::getDims(x)[dim]);
  if (!total)
    return call.refuse("the size of the dimension is not known");
  SmallVector<int64_t> ends = call.integers("indices");
  if (int64_t sections = call.integer("sections"))
    for (int64_t i = 1; i < sections; ++i)
      ends.push_back(i * (*total / sections) + std::min(i, *total % sections));
  ends.push_back(*total);
  Datum::List parts;
  int64_t start = 0;
  for (int64_t end : ends) {
    end = std::clamp<int64_t>(end < 0 ? end + *total : end, start, *total);
    parts.push_back(
        call.slice(x, dim, call.constant(start), call.constant(end - start)));
    start = end;
  }
  call.result(parts);
}

void unbind(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(x));
  if (call.refused())
    return;
  auto count = lc::getConstant(lc::getDims(x)[dim]);
  if (!count)
    return call.refuse("the number of parts is not known");
  Datum::List parts;
  for (int64_t i = 0; i < *count; ++i)
    parts.push_back(dropDim(call, oneOf(call, x, dim, Datum(i)), dim));
  call.result(parts);
}

/// The tensors of a list in their common element type.
SmallVector<Value> promotedList(AtenCall &call) {
  const Datum &list = call.get("tensors");
  SmallVector<Value> tensors = call.tensors("tensors");
  if (call.refused())
    return {};
  SmallVector<const Datum *> operands;
  for (const Datum &d : list.list())
    operands.push_back(&d);
  Type element = call.promote(operands);
  for (Value &v : tensors)
    v = call.convert(v, element);
  if (tensors.empty())
    call.refuse("expected at least one tensor");
  return tensors;
}

void cat(AtenCall &call) {
  SmallVector<Value> tensors = promotedList(call), parts;
  // PyTorch lets an empty vector stand among tensors of any rank.
  for (Value v : tensors)
    if (v && (call.rankOf(v) != 1 || call.typeOf(v).getDimSize(0) != 0))
      parts.push_back(v);
  if (parts.empty() && !call.refused())
    parts.push_back(tensors[0]);
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(parts[0]));
  Value joined = concat(call, parts, dim);
  call.result(parts.size() == 1 ? copyOf(call, joined) : joined);
}

void stack(AtenCall &call) {
  SmallVector<Value> tensors = promotedList(call);
  if (call.refused())
    return;
  int64_t dim = call.dim("dim", call.rankOf(tensors[0]) + 1);
  for (Value &v : tensors)
    v = unsqueeze(call, v, dim);
  call.result(concat(call, tensors, dim));
}

} // namespace

void lcompile::import::addSliceRules(AtenTable &table) {
  table.add("aten::slice.Tensor", slice);
  table.add("aten::slice_scatter", sliceScatter);
  table.add("aten::select.int", select);
  table.add("aten::select_scatter", selectScatter);
  table.add({"aten::narrow", "aten::narrow.Tensor"}, narrow);
  table.add({"aten::split.Tensor", "aten::split.sizes"}, split);
  table.add({"aten::split_with_sizes", "aten::split_with_sizes_copy"},
            splitWithSizes);
  table.add("aten::chunk", chunk);
  table.add({"aten::tensor_split.sections", "aten::tensor_split.indices"},
            tensorSplit);
  table.add("aten::unbind.int", unbind);
  table.add({"aten::cat", "aten::concat", "aten::concatenate"}, cat);
  table.add("aten::stack", stack);
}
