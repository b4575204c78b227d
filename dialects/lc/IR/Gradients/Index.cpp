// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of reads and writes at places from data.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

namespace {
/// Indices of any shape as one dimension at `dim`, repeated to the shape of
/// `like`.
Value alongDim(GradientBuilder &g, Value indices, int64_t dim, Value like) {
  Dims shape = getDims(like);
  Dims narrow(shape.size(), constant(g.b.getContext(), 1));
  narrow[dim] = shape[dim];
  return g.make<ExpandOp>(withElement(cast<RankedTensorType>(like.getType()),
                                      getElementTypeOrSelf(indices)),
                          lc::reshape(g.b, g.b.getLoc(), indices, narrow));
}

/// Indices below zero count from the end of dimension `dim` of `of`.
Value wrapped(GradientBuilder &g, Value indices, Value of, int64_t dim) {
  auto type = cast<RankedTensorType>(indices.getType());
  Value size = g.count(of, dim, type);
  return g.where(g.less(indices, 0), g.add(indices, size), indices);
}
} // namespace

LogicalResult IndexSelectOp::differentiate(GradientBuilder &g) {
  Value x = getInput();
  if (!g.wants(x))
    return success();
  Dims all = getDims(getResult()), chosen = getDims(getIndices());
  Dims flat(all.begin(), all.begin() + getDim());
  flat.push_back(numElements(chosen, getContext()));
  flat.append(all.begin() + getDim() + chosen.size(), all.end());
  Value dy = lc::reshape(g.b, g.b.getLoc(), g.of(getResult()), flat);
  Value indices = getIndices();
  if (getWrap())
    indices = wrapped(g, indices, x, getDim());
  g.give(x, g.make<ScatterOp>(g.zeros(x), alongDim(g, indices, getDim(), dy),
                              dy, ScatterKind::add, getDim()));
  return success();
}

LogicalResult GatherOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(),
           g.make<ScatterOp>(g.zeros(getInput()), getIndices(),
                             g.of(getResult()), ScatterKind::add, getDim()));
  return success();
}

LogicalResult ScatterOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  bool replaces = getKind() == ScatterKind::replace;
  if (!replaces && getKind() != ScatterKind::add)
    return emitError(
        "cannot differentiate a scatter that multiplies or compares");
  if (g.wants(getSource()) &&
      getSource().getType().getShape() != getIndices().getType().getShape())
    return emitError(
        "cannot differentiate a scatter with more sources than indices");
  if (g.wants(getDest()))
    g.give(getDest(),
           replaces ? g.make<ScatterOp>(dy, getIndices(), g.zeros(getSource()),
                                        ScatterKind::replace, getDim())
                    : dy);
  if (g.wants(getSource()))
    g.give(getSource(), g.make<GatherOp>(dy, getIndices(), getDim()));
  return success();
}

LogicalResult DynamicSliceOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(),
           g.make<DynamicUpdateSliceOp>(g.zeros(getInput()), g.of(getResult()),
                                        getStart(), getDim()));
  return success();
}

LogicalResult DynamicUpdateSliceOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  if (g.wants(getDest()))
    g.give(getDest(), g.make<DynamicUpdateSliceOp>(dy, g.zeros(getSource()),
                                                   getStart(), getDim()));
  if (g.wants(getSource()))
    g.give(getSource(), g.make<DynamicSliceOp>(getSource().getType(), dy,
                                               getStart(), getDim()));
  return success();
}
