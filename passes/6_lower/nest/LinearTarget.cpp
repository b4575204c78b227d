// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Machines whose memory is a line of elements.
#include "passes/6_lower/nest/LinearTarget.h"

#include "passes/6_lower/nest/IndexMath.h"

using namespace mlir;

namespace lcompile::nest {

static AffineExpr offsetOf(NestIndices &nest, const MemoryPlace &place) {
  return nest.simplified(
      linearize(place.at, place.sizes, nest.builder().getContext()));
}

Value LinearTarget::load(NestIndices &nest, const MemoryPlace &from) {
  ImplicitLocOpBuilder &b = nest.builder();
  AffineExpr offset = offsetOf(nest, from);
  if (!nest.isVector(offset))
    return loadScalar(b, from.buffer, nest.index(offset), from.element);
  if (nest.laneStride(offset) == 1)
    return loadVector(b, from.buffer, nest.index(offset), from.element,
                      nest.mask());
  return gather(b, from.buffer, nest.indexVector(offset), from.element,
                nest.mask());
}

void LinearTarget::store(NestIndices &nest, Value value,
                         const MemoryPlace &to) {
  ImplicitLocOpBuilder &b = nest.builder();
  AffineExpr offset = offsetOf(nest, to);
  if (!nest.isVector(offset))
    storeScalar(b, value, to.buffer, nest.index(offset));
  else if (nest.laneStride(offset) == 1)
    storeVector(b, value, to.buffer, nest.index(offset), nest.mask());
  else
    scatter(b, value, to.buffer, nest.indexVector(offset), nest.mask());
}

} // namespace lcompile::nest
