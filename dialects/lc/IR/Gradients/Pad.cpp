// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradient of padding: what was added goes, to the elements that it repeated;
// what was taken away had no influence.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {

/// One dimension of the input, of `size` elements, with `low` and `high`
/// elements more in front and behind.
struct Edge {
  int64_t dim, low, high;
  AffineExpr size;
};

/// The gradient without what was added, with zeros where something was taken
/// away.
Value middle(GradientBuilder &g, Value dy, ArrayRef<Edge> edges) {
  SmallVector<int64_t> low(getDims(dy).size(), 0), high = low;
  for (const Edge &e : edges) {
    low[e.dim] = -e.low;
    high[e.dim] = -e.high;
  }
  return g.make<PadOp>(dy, low, high, PadMode::constant, APFloat(0.0));
}

/// `count` elements from `start` on.
Value taken(GradientBuilder &g, Value dy, const Edge &e, AffineExpr start,
            int64_t count) {
  MLIRContext *ctx = g.b.getContext();
  Dims dims = getDims(dy);
  dims[e.dim] = constant(ctx, count);
  Type element = cast<RankedTensorType>(dy.getType()).getElementType();
  return g.make<SliceOp>(makeTensorType(dims, element), dy, e.dim,
                         DimsAttr::get({simplify(start)}, ctx), 1);
}

/// The gradient with respect to the input of one dimension's padding.
Value folded(GradientBuilder &g, Value dy, PadMode mode, const Edge &e) {
  MLIRContext *ctx = g.b.getContext();
  Value dx = middle(g, dy, e);
  auto addAt = [&](Value part, AffineExpr start) {
    dx = g.add(dx,
               g.make<InsertSliceOp>(g.zeros(dx), part, e.dim,
                                     DimsAttr::get({simplify(start)}, ctx), 1));
  };
  auto fold = [&](Value part, AffineExpr replicated, AffineExpr reflected,
                  AffineExpr wrapped) {
    if (mode == PadMode::replicate)
      addAt(g.sum(part, {e.dim}, /*keepdim=*/true), replicated);
    else if (mode == PadMode::reflect)
      addAt(g.make<FlipOp>(part, ArrayRef(e.dim)), reflected);
    else
      addAt(part, wrapped);
  };
  AffineExpr zero = constant(ctx, 0);
  if (e.low > 0)
    fold(taken(g, dy, e, zero, e.low), zero, zero + 1, e.size - e.low);
  if (e.high > 0)
    fold(taken(g, dy, e, e.size + e.low, e.high), e.size - 1,
         e.size - 1 - e.high, zero);
  return dx;
}

} // namespace

LogicalResult PadOp::differentiate(GradientBuilder &g) {
  if (!g.wants(getInput()))
    return success();
  SmallVector<Edge> edges;
  for (auto [dim, size] : llvm::enumerate(lc::getDims(getInput())))
    if (getLow()[dim] || getHigh()[dim])
      edges.push_back({int64_t(dim), getLow()[dim], getHigh()[dim], size});
  Value dx = g.of(getResult());
  if (getMode() == PadMode::constant) {
    dx = middle(g, dx, edges);
  } else {
    for (const Edge &edge : edges) {
      if (!edge.size)
        return emitError("cannot differentiate padding that repeats elements "
                         "of a dimension of unknown size");
      dx = folded(g, dx, getMode(), edge);
    }
  }
  g.give(getInput(), dx);
  return success();
}
