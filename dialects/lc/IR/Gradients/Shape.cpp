// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of views and rearrangements: every element goes back to its place.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

LogicalResult ReshapeOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(),
           g.make<ReshapeOp>(getInput().getType(), g.of(getResult())));
  return success();
}

LogicalResult ExpandOp::differentiate(GradientBuilder &g) {
  if (!g.wants(getInput()))
    return success();
  Dims from = getDims(getInput()), to = getDims(getResult());
  SmallVector<int64_t> repeated;
  for (auto [i, sizes] : llvm::enumerate(llvm::zip_equal(from, to)))
    if (std::get<0>(sizes) != std::get<1>(sizes))
      repeated.push_back(i);
  g.give(getInput(), g.sum(g.of(getResult()), repeated, /*keepdim=*/true));
  return success();
}

LogicalResult PermuteOp::differentiate(GradientBuilder &g) {
  if (!g.wants(getInput()))
    return success();
  SmallVector<int64_t> back(getPerm().size());
  for (auto [i, p] : llvm::enumerate(getPerm()))
    back[p] = i;
  g.give(getInput(), lc::permute(g.b, g.b.getLoc(), g.of(getResult()), back));
  return success();
}

LogicalResult SliceOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(),
           g.make<InsertSliceOp>(g.zeros(getInput()), g.of(getResult()),
                                 getDim(), getStart(), getStep()));
  return success();
}

LogicalResult FlipOp::differentiate(GradientBuilder &g) {
  if (g.wants(getInput()))
    g.give(getInput(), g.make<FlipOp>(g.of(getResult()), getDims()));
  return success();
}

LogicalResult DetachOp::differentiate(GradientBuilder &) { return success(); }

LogicalResult ConcatOp::differentiate(GradientBuilder &g) {
  AffineExpr start = constant(getContext(), 0);
  for (Value input : getInputs()) {
    AffineExpr size = lc::getDims(input)[getDim()];
    if (!size)
      return emitError("cannot differentiate a concatenation of unknown sizes");
    if (g.wants(input))
      g.give(input,
             g.make<SliceOp>(input.getType(), g.of(getResult()), getDim(),
                             DimsAttr::get({simplify(start)}, getContext())));
    start = start + size;
  }
  return success();
}

LogicalResult InsertSliceOp::differentiate(GradientBuilder &g) {
  Value dy = g.of(getResult());
  if (g.wants(getDest()))
    g.give(getDest(), g.make<InsertSliceOp>(dy, g.zeros(getSource()), getDim(),
                                            getStart(), getStep()));
  if (g.wants(getSource()))
    g.give(getSource(), g.make<SliceOp>(getSource().getType(), dy, getDim(),
                                        getStart(), getStep()));
  return success();
}
