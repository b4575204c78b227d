// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operands of library calls as strided views of memory.
#include "passes/6_lower/cpu/LibraryView.h"

#include "mlir/IR/TypeUtilities.h"
#include "passes/6_lower/nest/IndexMath.h"

using namespace mlir;

namespace lcompile {

static AffineExpr number(Value v, int64_t n) {
  return lc::constant(v.getContext(), n);
}

FailureOr<LibraryTensor> LibraryViews::view(Value v, bool broadcast) {
  LibraryTensor t;
  t.element = getElementTypeOrSelf(v);
  t.dims = lc::getDims(v);
  nest::Bounds bounds;
  bounds.symbols.assign(symbols.begin(), symbols.end());
  SmallVector<AffineExpr> place;
  for (auto [i, size] : llvm::enumerate(t.dims)) {
    if (!size)
      return failure();
    bounds.sizes.push_back(size);
    place.push_back(getAffineDimExpr(i, v.getContext()));
  }
  while (inside(v)) {
    auto op = v.getDefiningOp<lc::View>();
    SmallVector<AffineExpr> source;
    if (!op || failed(op.mapToSource(place, source)))
      return failure();
    place.clear();
    for (AffineExpr expr : source)
      place.push_back(nest::simplify(expr, bounds));
    v = op->getOperand(0);
  }
  t.base = v;
  AffineExpr linear = nest::simplify(
      nest::linearize(place, lc::getDims(v), v.getContext()), bounds);
  for (size_t i = 0; i < t.dims.size(); ++i) {
    AffineExpr stride = nest::symbolicStride(linear, i, bounds);
    if (!stride)
      return failure();
    if (lc::isConstant(t.dims[i], 1)) {
      stride = number(v, 1); // never used; set below
    } else if (lc::isConstant(stride, 0)) {
      if (!broadcast)
        return failure();
      t.dims[i] = number(v, 1);
    } else if (auto c = lc::getConstant(stride); c && *c < 0) {
      return failure();
    }
    t.strides.push_back(stride);
  }
  // Dimensions of size 1 get the stride that a dense tensor would have.
  for (size_t i = t.dims.size(); i-- > 0;)
    if (lc::isConstant(t.dims[i], 1))
      t.strides[i] = i + 1 == t.dims.size()
                         ? number(v, 1)
                         : lc::simplify(t.strides[i + 1] * t.dims[i + 1]);
  SmallVector<AffineExpr> zeros(t.dims.size(), number(v, 0));
  t.offset = lc::simplify(linear.replaceDims(zeros));
  return t;
}

LibraryTensor denseView(Value v) {
  LibraryTensor t;
  t.base = v;
  t.element = getElementTypeOrSelf(v);
  t.dims = lc::getDims(v);
  t.strides.assign(t.dims.size(), number(v, 1));
  for (size_t i = t.dims.size(); i-- > 1;)
    t.strides[i - 1] = lc::simplify(t.strides[i] * t.dims[i]);
  t.offset = number(v, 0);
  return t;
}

LogicalResult mergeLeading(LibraryTensor &t) {
  while (t.dims.size() > 2) {
    bool one = lc::isConstant(t.dims[0], 1);
    if (!one && !lc::provablyEqual(t.strides[0], t.strides[1] * t.dims[1]))
      return failure();
    t.dims[1] = lc::simplify(t.dims[0] * t.dims[1]);
    t.dims.erase(t.dims.begin());
    t.strides.erase(t.strides.begin());
  }
  return success();
}

bool isMatrix(const LibraryTensor &t) {
  size_t n = t.dims.size();
  return lc::isConstant(t.strides[n - 1], 1) ||
         lc::isConstant(t.strides[n - 2], 1);
}

void swapLast(LibraryTensor &t) {
  size_t n = t.dims.size();
  std::swap(t.dims[n - 1], t.dims[n - 2]);
  std::swap(t.strides[n - 1], t.strides[n - 2]);
}

void putChannelsFirst(LibraryTensor &t, bool channelsLast) {
  if (!channelsLast)
    return;
  std::rotate(t.dims.begin() + 1, t.dims.end() - 1, t.dims.end());
  std::rotate(t.strides.begin() + 1, t.strides.end() - 1, t.strides.end());
}

void splitGroups(LibraryTensor &weights, int64_t groups) {
  if (groups == 1)
    return;
  AffineExpr g = number(weights.base, groups);
  AffineExpr each = lc::simplify(weights.dims[0].floorDiv(g));
  AffineExpr stride = weights.strides[0];
  weights.dims[0] = each;
  weights.dims.insert(weights.dims.begin(), g);
  weights.strides.insert(weights.strides.begin(), lc::simplify(stride * each));
}

} // namespace lcompile
