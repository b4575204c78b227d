// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that repeat, reorder or mask the elements of a tensor.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Each dimension i repeated counts[i] times as a whole.
Value repeated(AtenCall &call, Value x, ArrayRef<AffineExpr> counts) {
  if (call.refused())
    return {};
  lc::Dims own = lc::getDims(x), split, full, merged;
  own.insert(own.begin(), counts.size() - own.size(), call.constant(1));
  for (auto [size, count] : llvm::zip(own, counts)) {
    split.append({call.constant(1), size});
    full.append({count, size});
    merged.push_back(size ? size * count : AffineExpr());
  }
  // The result is no view of x, though it is built from views.
  return copyOf(
      call, call.reshape(call.expand(call.reshape(x, split), full), merged));
}

void repeat(AtenCall &call) {
  Value x = call.tensor("self");
  lc::Dims counts = call.sizes(call.has("dims") ? "dims" : "repeats");
  if (call.refused())
    return;
  size_t rank = call.rankOf(x);
  if (counts.size() < rank) { // tile counts from the last dimension
    if (!call.has("dims"))
      return call.refuse("expected at least " + Twine(rank) + " repeats");
    counts.insert(counts.begin(), rank - counts.size(), call.constant(1));
  }
  call.result(repeated(call, x, counts));
}

void repeatInterleave(AtenCall &call) {
  Value x = call.tensor("self");
  AffineExpr count = call.size("repeats");
  if (call.refused())
    return;
  if (!call.has("dim"))
    x = call.reshape(x, {product(call, lc::getDims(x))});
  int64_t dim = call.dim("dim", call.rankOf(x));
  lc::Dims dims = lc::getDims(x), narrow = dims, wide, merged = dims;
  narrow.insert(narrow.begin() + dim + 1, call.constant(1));
  wide = narrow;
  wide[dim + 1] = count;
  merged[dim] = dims[dim] ? dims[dim] * count : AffineExpr();
  call.result(copyOf(
      call, call.reshape(call.expand(call.reshape(x, narrow), wide), merged)));
}

void flip(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  SmallVector<int64_t> dims = call.integers("dims");
  if (!dims.empty())
    dims = call.dims("dims", call.rankOf(x));
  if (!dims.empty())
    x = call.make<lc::FlipOp>(x, dims);
  call.result(copyOf(call, x));
}

template <int64_t dim> void flipDim(AtenCall &call) { // flipud, fliplr
  Value x = call.tensor("self");
  if (!call.refused() && call.rankOf(x) <= dim)
    call.refuse("expected rank " + Twine(dim + 1) + " or more");
  call.result(copyOf(call, call.make<lc::FlipOp>(x, ArrayRef<int64_t>(dim))));
}

Value rolled(AtenCall &call, Value x, int64_t dim, AffineExpr shift) {
  if (call.refused())
    return {};
  AffineExpr size = lc::getDims(x)[dim];
  if (size && lc::isConstant(size, 0))
    return x;
  if (!size || boundsOf(call, size).min < 1) {
    call.refuse("the size of the rolled dimension may be 0");
    return {};
  }
  AffineExpr moved = lc::simplify(shift % size);
  AffineExpr start = lc::simplify(size - moved);
  return concat(call,
                {call.slice(x, dim, start, moved),
                 call.slice(x, dim, call.constant(0), start)},
                dim);
}

void roll(AtenCall &call) {
  Value x = call.tensor("self");
  lc::Dims shifts = call.sizes("shifts");
  SmallVector<int64_t> dims = call.integers("dims");
  if (call.refused())
    return;
  if (dims.empty()) {
    if (shifts.size() != 1)
      return call.refuse("expected one shift for the flattened tensor");
    lc::Dims own = lc::getDims(x);
    Value flat = call.reshape(x, {product(call, own)});
    flat = rolled(call, flat, 0, shifts[0]);
    return call.result(call.refused() ? Value() : call.reshape(flat, own));
  }
  if (dims.size() != shifts.size())
    return call.refuse("expected a shift for each dimension");
  for (auto [dim, shift] : llvm::zip(dims, shifts)) {
    dim = dim < 0 ? dim + call.rankOf(x) : dim;
    if (dim < 0 || dim >= call.rankOf(x))
      return call.refuse("expected dimensions of the tensor");
    x = rolled(call, x, dim, shift);
    if (call.refused())
      return;
  }
  call.result(x);
}

/// A quarter turn in the plane of two dimensions, k times.
void rot90(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t turns = ((call.integer("k", 1) % 4) + 4) % 4;
  SmallVector<int64_t> dims = call.integers("dims");
  if (call.refused())
    return;
  if (dims.empty())
    dims = {0, 1};
  for (int64_t &dim : dims)
    dim += dim < 0 ? call.rankOf(x) : 0;
  if (dims.size() != 2 || dims[0] == dims[1] ||
      llvm::any_of(dims,
                   [&](int64_t d) { return d < 0 || d >= call.rankOf(x); }))
    return call.refuse("expected two different dimensions");
  SmallVector<int64_t> both = dims;
  llvm::sort(both);
  if (turns == 2)
    x = call.make<lc::FlipOp>(x, both);
  else if (turns)
    x = swapDims(call,
                 call.make<lc::FlipOp>(x, ArrayRef<int64_t>(dims[turns == 1])),
                 dims[0], dims[1]);
  call.result(copyOf(call, x));
}

//===----------------------------------------------------------------------===//
// Blocks, windows, masks
//===----------------------------------------------------------------------===//

template <bool down> void pixelShuffle(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t r = call.integer(down ? "downscale_factor" : "upscale_factor");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x), lead = rank - 3;
  if (rank < 3 || r < 1)
    return call.refuse("expected rank 3 or more and a positive factor");
  lc::Dims dims = lc::getDims(x);
  if (llvm::is_contained(ArrayRef(dims).take_back(3), AffineExpr()))
    return call.refuse("the sizes of the last dimensions are not known");
  AffineExpr c = dims[lead], h = dims[lead + 1], w = dims[lead + 2];
  AffineExpr factor = call.constant(r);
  lc::Dims split(dims.begin(), dims.begin() + lead), merged = split;
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, lead));
  auto place = [&](std::initializer_list<int64_t> order) {
    for (int64_t i : order)
      perm.push_back(lead + i);
  };
  if (down) {
    AffineExpr oh = quotient(call, h, factor), ow = quotient(call, w, factor);
    split.append({c, oh, factor, ow, factor});
    place({0, 2, 4, 1, 3});
    merged.append({c * (r * r), oh, ow});
  } else {
    AffineExpr oc = quotient(call, c, call.constant(r * r));
    split.append({oc, factor, factor, h, w});
    place({0, 3, 1, 4, 2});
    merged.append({oc, h * r, w * r});
  }
  Value result = call.reshape(x, split);
  result = call.permute(result, perm);
  if (!call.refused())
    call.result(copyOf(call, call.reshape(result, merged)));
}

void unfold(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t size = call.integer("size"), step = call.integer("step", 1);
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x), dim = call.dim("dimension", rank);
  if (rank == 0 || size < 1 || step < 1)
    return call.refuse("expected a dimension and positive size and step");
  AffineExpr total = lc::getDims(x)[dim];
  if (!total)
    return call.refuse("the size of the dimension is not known");
  AffineExpr count =
      lc::simplify(lc::simplify(total - size).floorDiv(step) + 1);
  lc::Dims grid = {count, call.constant(size)};
  Value starts = call.expand(
      unsqueeze(call, iota(call, count, call.i64(), 0, step), 1), grid);
  Value places = call.make<lc::AddOp>(starts, placesAlong(call, grid, 1));
  // [.., count, size, ..] with the window last.
  Value windows = call.make<lc::IndexSelectOp>(x, places, dim);
  call.result(moveDim(call, windows, dim + 1, rank));
}

template <lc::CompareKind keep> void triangle(AtenCall &call) {
  Value x = call.tensor("self");
  AffineExpr diagonal = call.size("diagonal");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  if (rank < 2)
    return call.refuse("expected a matrix");
  lc::Dims dims = lc::getDims(x), plane = {dims[rank - 2], dims[rank - 1]};
  Value row = placesAlong(call, plane, 0), column = placesAlong(call, plane, 1);
  if (diagonal)
    row = call.make<lc::AddOp>(
        row, call.materialize(Datum(diagonal), plane, call.i64()));
  Value inside = call.make<lc::CompareOp>(keep, column, row);
  call.result(call.make<lc::WhereOp>(call.broadcastTo(inside, dims), x,
                                     call.full(dims, call.elementOf(x), 0)));
}

void diagonal(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t offset = call.integer("offset", 0);
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  int64_t dim1 = call.dim("dim1", rank, 0), dim2 = call.dim("dim2", rank, 1);
  if (rank < 2 || dim1 == dim2)
    return call.refuse("expected two different dimensions");
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  llvm::erase_if(perm, [&](int64_t d) { return d == dim1 || d == dim2; });
  perm.append({dim1, dim2});
  lc::Dims dims = lc::getDims(x);
  auto rows = lc::getConstant(dims[dim1]),
       columns = lc::getConstant(dims[dim2]);
  if (!rows || !columns)
    return call.refuse("the sizes of the matrix are not known");
  int64_t count =
      std::max<int64_t>(0, offset >= 0 ? std::min(*rows, *columns - offset)
                                       : std::min(*rows + offset, *columns));
  int64_t start = offset >= 0 ? offset : -offset * *columns;
  x = call.permute(x, perm);
  lc::Dims flat = lc::getDims(x);
  flat.pop_back_n(2);
  flat.push_back(call.constant(*rows * *columns));
  call.result(call.slice(call.reshape(x, flat), rank - 2,
                         call.constant(count ? start : 0), call.constant(count),
                         *columns + 1));
}

/// Matrices with the last dimension on a diagonal and zeros elsewhere.
void embedDiagonal(AtenCall &call, int64_t offset, int64_t dim1, int64_t dim2) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x) + 1;
  dim1 += dim1 < 0 ? rank : 0;
  dim2 += dim2 < 0 ? rank : 0;
  if (rank < 2 || dim1 == dim2 || std::min(dim1, dim2) < 0 ||
      std::max(dim1, dim2) >= rank)
    return call.refuse("expected two different dimensions");
  SmallVector<int64_t> low(rank - 1, 0), high(rank - 1, 0);
  high.back() = std::abs(offset);
  if (offset)
    x = call.make<lc::PadOp>(x, low, high, lc::PadMode::constant, APFloat(0.0));
  if (call.refused())
    return;
  // Rows count the elements above the main diagonal, columns below it.
  AffineExpr size = lc::getDims(x).back();
  lc::Dims plane = {size, size}, dims = lc::getDims(x);
  dims.push_back(size);
  Value row = placesAlong(call, plane, 0), column = placesAlong(call, plane, 1);
  Value on = call.make<lc::CompareOp>(
      lc::CompareKind::eq, column,
      withNumber<lc::AddOp>(call, row, static_cast<double>(offset)));
  x = call.expand(unsqueeze(call, x, offset >= 0 ? rank - 1 : rank - 2), dims);
  x = call.make<lc::WhereOp>(call.broadcastTo(on, dims), x,
                             call.full(dims, call.elementOf(x), 0));
  SmallVector<int64_t> perm;
  for (int64_t i = 0, next = 0; i < rank; ++i)
    perm.push_back(i == dim1 ? rank - 2 : i == dim2 ? rank - 1 : next++);
  call.result(call.permute(x, perm));
}

void diagEmbed(AtenCall &call) {
  embedDiagonal(call, call.integer("offset"), call.integer("dim1", -2),
                call.integer("dim2", -1));
}

void diag(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  int64_t offset = call.integer("diagonal");
  if (call.rankOf(x) == 1)
    return embedDiagonal(call, offset, 0, 1);
  call.args.push_back({"offset", Datum(offset)});
  diagonal(call);
}

void trace(AtenCall &call) {
  diagonal(call);
  if (call.refused())
    return;
  Value line = call.results.back().value();
  call.results.clear();
  Type element = call.elementOf(line);
  line = call.convert(line, isa<IntegerType>(element) ? call.i64() : element);
  call.result(call.make<lc::SumOp>(line, ArrayRef<int64_t>(0), false));
}

void diff(AtenCall &call) {
  Value x = call.tensor("self");
  int64_t times = call.integer("n", 1);
  Value before = call.tensorOrNull("prepend"),
        after = call.tensorOrNull("append");
  if (call.refused())
    return;
  if (call.rankOf(x) == 0)
    return call.refuse("expected rank 1 or more");
  int64_t dim = call.dim("dim", call.rankOf(x), -1);
  SmallVector<Value> parts;
  for (Value v : {before, x, after})
    if (v)
      parts.push_back(v);
  x = concat(call, parts, dim);
  for (int64_t i = 0; i < times && !call.refused(); ++i) {
    AffineExpr size = lc::getDims(x)[dim];
    if (!size || boundsOf(call, size).min < 1)
      return call.refuse("the dimension may be empty");
    AffineExpr count = lc::simplify(size - 1);
    Value high = call.slice(x, dim, call.constant(1), count);
    Value low = call.slice(x, dim, call.constant(0), count);
    x = call.elementOf(x).isInteger(1) ? call.make<lc::XorOp>(high, low)
                                       : call.make<lc::SubOp>(high, low);
  }
  call.result(x);
}

} // namespace

void lcompile::import::addArrangeRules(AtenTable &table) {
  table.add({"aten::repeat", "aten::tile"}, repeat);
  table.add("aten::repeat_interleave.self_int", repeatInterleave);
  table.add("aten::flip", flip);
  table.add("aten::flipud", flipDim<0>);
  table.add("aten::fliplr", flipDim<1>);
  table.add("aten::roll", roll);
  table.add("aten::pixel_shuffle", pixelShuffle<false>);
  table.add("aten::pixel_unshuffle", pixelShuffle<true>);
  table.add("aten::unfold", unfold);
  table.add("aten::tril", triangle<lc::CompareKind::le>);
  table.add("aten::triu", triangle<lc::CompareKind::ge>);
  table.add("aten::diagonal", diagonal);
  table.add("aten::diff", diff);
  table.add("aten::rot90", rot90);
  table.add("aten::diag_embed", diagEmbed);
  table.add("aten::diag", diag);
  table.add("aten::trace", trace);
}
