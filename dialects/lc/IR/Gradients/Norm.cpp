// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of normalisations.
#include "dialects/lc/IR/GradientBuilder.h"
#include "dialects/lc/IR/LcOps.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

/// Of (x - mean) * weight / sqrt(var + eps) + bias. The statistics are operands
/// like the others: what computed them has rules of its own.
LogicalResult BatchNormOp::differentiate(GradientBuilder &g) {
  if (getChannelsLast())
    return emitError("cannot differentiate once a layout is chosen");
  Value x = getInput(), dy = g.of(getResult());
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, getDims(x).size()));
  dims.erase(dims.begin() + 1);
  Value rate = g.make<RsqrtOp>(g.add(getVar(), getEps().convertToDouble()));
  Value scale = getWeight() ? g.mul(rate, getWeight()) : rate;
  if (g.wants(x))
    g.give(x, g.mul(dy, g.repeat(scale, dims, x)));
  // Both sums before what is made of them, so that one kernel has both. Around
  // the mean: the sum of dy * x alone would lose digits to it.
  Value total = g.sum(dy, dims, false);
  Value centred = g.sub(x, g.repeat(getMean(), dims, x));
  Value slope = g.sum(g.mul(dy, centred), dims, false);
  if (g.wants(getBias()))
    g.give(getBias(), total);
  if (g.wants(getMean()))
    g.give(getMean(), g.neg(g.mul(total, scale)));
  if (g.wants(getWeight()))
    g.give(getWeight(), g.mul(slope, rate));
  if (g.wants(getVar()))
    g.give(getVar(), g.mul(g.mul(slope, g.mul(scale, g.square(rate))), -0.5));
  return success();
}
