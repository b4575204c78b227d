// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of pooling and interpolation.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {
RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

/// One dimension over which windows slide: window i begins at i * stride.
struct Sliding {
  int64_t dim, kernel, stride, dilation;
};

/// `v` with these numbers of elements added (or taken away) at spatial ends.
Value padded(GradientBuilder &g, Value v, ArrayRef<int64_t> low,
             ArrayRef<int64_t> high, double value) {
  SmallVector<int64_t> before(2, 0), after(2, 0);
  before.append(low.begin(), low.end());
  after.append(high.begin(), high.end());
  return g.make<PadOp>(v, before, after, PadMode::constant, APFloat(value));
}

/// What each window has at its place `k`.
Value atPlace(GradientBuilder &g, Value v, const Sliding &s, int64_t k,
              AffineExpr windows) {
  Dims dims = getDims(v);
  dims[s.dim] = windows;
  MLIRContext *ctx = g.b.getContext();
  return g.make<SliceOp>(
      makeTensorType(dims, typeOf(v).getElementType()), v, s.dim,
      DimsAttr::get({constant(ctx, k * s.dilation)}, ctx), s.stride);
}

/// The other way round: values of windows, where their place `k` is, in `size`
/// zeros.
Value toPlace(GradientBuilder &g, Value v, const Sliding &s, int64_t k,
              AffineExpr size) {
  Dims dims = getDims(v);
  dims[s.dim] = size;
  MLIRContext *ctx = g.b.getContext();
  Value zeros = g.full(0, makeTensorType(dims, typeOf(v).getElementType()));
  return g.make<InsertSliceOp>(
      zeros, v, s.dim, DimsAttr::get({constant(ctx, k * s.dilation)}, ctx),
      s.stride);
}

Value sumOverPlaces(GradientBuilder &g, const Sliding &s,
                    llvm::function_ref<Value(int64_t k)> at) {
  Value total;
  for (int64_t k = 0; k < s.kernel; ++k) {
    Value v = at(k);
    total = total ? g.add(total, v) : v;
  }
  return total;
}

SmallVector<int64_t> negative(ArrayRef<int64_t> numbers) {
  return llvm::map_to_vector(numbers, [](int64_t n) { return -n; });
}

/// Calls `visit` for every place of a window, in the order of memory.
void forEachPlace(ArrayRef<Sliding> dims,
                  llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> place(dims.size(), 0);
  for (;;) {
    visit(place);
    int64_t d = dims.size();
    while (d-- > 0 && ++place[d] == dims[d].kernel)
      place[d] = 0;
    if (d < 0)
      return;
  }
}

/// y = v M along `dim`, where M [size of dim, columns] is known.
Value alongDim(GradientBuilder &g, Value v, int64_t dim, int64_t columns,
               llvm::function_ref<double(int64_t row, int64_t column)> entry) {
  int64_t rank = typeOf(v).getRank(), rows = typeOf(v).getDimSize(dim);
  auto element = cast<FloatType>(typeOf(v).getElementType());
  SmallVector<APFloat> numbers;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      APFloat n(entry(i, j));
      bool inexact;
      n.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &inexact);
      numbers.push_back(n);
    }
  Value matrix = g.make<ConstantOp>(DenseElementsAttr::get(
      RankedTensorType::get({rows, columns}, element), numbers));
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[dim], perm[rank - 1]);
  Location loc = g.b.getLoc();
  Value turned = lc::permute(g.b, loc, v, perm);
  return lc::permute(g.b, loc, g.make<MatmulOp>(turned, matrix, Value()), perm);
}
} // namespace

LogicalResult MaxPoolOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), dy = g.of(getResult());
  if (!g.wants(x))
    return success();
  SmallVector<Sliding> dims;
  for (auto [i, kernel] : llvm::enumerate(getKernel()))
    dims.push_back({int64_t(i) + 2, kernel, getStride()[i], getDilation()[i]});
  Dims windows = getDims(getResult());
  Value wide = padded(g, x, getPadLow(), getPadHigh(),
                      -std::numeric_limits<double>::infinity());
  // The first of the largest takes it all; NaN is largest.
  Value best, which;
  int64_t count = 0;
  auto windowType = withElement(typeOf(dy), g.b.getI32Type());
  forEachPlace(dims, [&](ArrayRef<int64_t> place) {
    Value v = wide;
    for (auto [s, k] : llvm::zip(dims, place))
      v = atPlace(g, v, s, k, windows[s.dim]);
    Value number = g.full(count++, windowType);
    if (!best) {
      best = v;
      which = number;
      return;
    }
    Value wins = g.make<OrOp>(g.less(best, v), g.make<IsNanOp>(v));
    best = g.where(wins, v, best);
    which = g.where(wins, number, which);
  });
  count = 0;
  Value sum;
  Dims sizes = getDims(wide);
  forEachPlace(dims, [&](ArrayRef<int64_t> place) {
    Value v = g.where(g.equal(which, double(count++)), dy, g.zeros(dy));
    for (auto [s, k] : llvm::zip(dims, place))
      v = toPlace(g, v, s, k, sizes[s.dim]);
    sum = sum ? g.add(sum, v) : v;
  });
  g.give(x, padded(g, sum, negative(getPadLow()), negative(getPadHigh()), 0));
  return success();
}

LogicalResult AvgPoolOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), dy = g.of(getResult());
  if (!g.wants(x))
    return success();
  // By what each window is divided: sums of ones along each dimension.
  Dims windows = getDims(getResult()), sizes = getDims(x);
  MLIRContext *ctx = g.b.getContext();
  Value divisor;
  if (getDivisor()) {
    divisor = g.full(double(*getDivisor()), dy);
  } else {
    Dims narrow(windows.size(), constant(ctx, 1));
    for (auto [i, kernel] : llvm::enumerate(getKernel())) {
      Sliding s{int64_t(i) + 2, kernel, getStride()[i], 1};
      Dims line(narrow);
      int64_t low = getPadLow()[i], high = getPadHigh()[i];
      int64_t counted = getCountIncludePad() ? low : 0;
      line[s.dim] = simplify(sizes[s.dim] + 2 * counted);
      Value ones = g.full(1, makeTensorType(line, typeOf(x).getElementType()));
      SmallVector<int64_t> before(getKernel().size(), 0), after(before);
      before[i] = low - counted;
      after[i] = high - counted;
      ones = padded(g, ones, before, after, 0);
      Value count = sumOverPlaces(g, s, [&](int64_t k) {
        return atPlace(g, ones, s, k, windows[s.dim]);
      });
      count = g.make<ExpandOp>(typeOf(dy), count);
      divisor = divisor ? g.mul(divisor, count) : count;
    }
  }
  Value sum = g.div(dy, divisor);
  for (auto [i, kernel] : llvm::enumerate(getKernel())) {
    Sliding s{int64_t(i) + 2, kernel, getStride()[i], 1};
    AffineExpr size = simplify(sizes[s.dim] + getPadLow()[i] + getPadHigh()[i]);
    sum = sumOverPlaces(g, s,
                        [&](int64_t k) { return toPlace(g, sum, s, k, size); });
  }
  g.give(x, padded(g, sum, negative(getPadLow()), negative(getPadHigh()), 0));
  return success();
}

LogicalResult AdaptiveAvgPoolOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), v = g.of(getResult());
  if (!g.wants(x))
    return success();
  for (auto [i, windows] : llvm::enumerate(getOutput())) {
    int64_t dim = i + 2;
    if (windows == 1) { // a mean
      Dims dims = getDims(v);
      dims[dim] = getDims(x)[dim];
      auto type = makeTensorType(dims, typeOf(v).getElementType());
      Value n = g.count(x, dim, type);
      v = g.div(g.make<ExpandOp>(type, v), n);
      continue;
    }
    int64_t size = typeOf(x).getDimSize(dim), count = windows;
    if (ShapedType::isDynamic(size))
      return emitError("cannot differentiate adaptive pooling of a size that "
                       "varies to more than one");
    v = alongDim(g, v, dim, size, [&](int64_t window, int64_t at) {
      int64_t begin = window * size / count,
              end = ((window + 1) * size + count - 1) / count;
      return begin <= at && at < end ? 1.0 / double(end - begin) : 0.0;
    });
  }
  g.give(x, v);
  return success();
}

LogicalResult ResizeOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), v = g.of(getResult());
  if (!g.wants(x))
    return success();
  bool isDouble = typeOf(x).getElementType().isF64();
  // As the forward computes places: in the type of the elements.
  auto rounded = [&](double number) {
    return isDouble ? number : double(float(number));
  };
  for (auto [i, step] : llvm::enumerate(getScales())) {
    int64_t dim = i + 2, size = typeOf(x).getDimSize(dim);
    double scale = rounded(step);
    if (ShapedType::isDynamic(size) || typeOf(v).isDynamicDim(dim))
      return emitError("cannot differentiate interpolation of a size that "
                       "varies");
    v = alongDim(g, v, dim, size, [&](int64_t to, int64_t from) {
      bool plain = getMode() == ResizeMode::nearest || getAlignCorners();
      double source =
          plain ? rounded(double(to) * scale)
                : std::max(
                      rounded(rounded(rounded(double(to) + 0.5) * scale) - 0.5),
                      0.0);
      int64_t low = std::min(int64_t(source), size - 1);
      if (getMode() == ResizeMode::nearest)
        return from == low ? 1.0 : 0.0;
      int64_t high = std::min(low + 1, size - 1);
      double rest = rounded(source - double(low));
      return (from == low ? rounded(1 - rest) : 0) + (from == high ? rest : 0);
    });
  }
  g.give(x, v);
  return success();
}
