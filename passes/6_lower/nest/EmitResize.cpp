// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: interpolation to other sizes.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace lcompile::nest {

/// The places along dimension `i` of the window that `at` reads, computed as
/// torch.nn.functional.interpolate does: in the element's compute type.
SmallVector<NestEmitter::Corner> NestEmitter::cornersOf(lc::ResizeOp op,
                                                        unsigned i,
                                                        AffineExpr at,
                                                        AffineExpr size) {
  lc::BodyBuilder body(b);
  bool lanes = isVector(at);
  auto number = [&](AffineExpr e) { return lanes ? indexVector(e) : index(e); };
  auto like = [&](Type element) {
    return lanes ? Type(vectorOf(element)) : element;
  };
  Type real = like(lc::computeType(op.getType().getElementType()));
  double scale = op.getScales()[i];
  bool nearest = op.getMode() == lc::ResizeMode::nearest;
  Value x = arith::SIToFPOp::create(b, real, number(at));
  Value factor = body.number(scale, x), half = body.number(0.5, x);
  Value source;
  if (nearest || op.getAlignCorners())
    source = body.mul(x, factor);
  else
    source =
        body.atLeast(body.sub(body.mul(body.add(x, half), factor), half), 0);
  Value whole = arith::FPToSIOp::create(b, like(target.indexType(ctx)), source);
  Value last = number(simplified(size - 1));
  Value low = body.min(whole, last);
  auto place = [&](Value v) {
    return axis(addAxis(v, size, scopes.size() - 1, /*lanes=*/false, lanes));
  };
  if (nearest)
    return {{place(low), {}}};
  Value rest = body.sub(source, arith::SIToFPOp::create(b, real, low));
  Value high = body.min(body.add(low, body.number(1, low)), last);
  return {{place(low), body.sub(body.number(1, rest), rest)},
          {place(high), rest}};
}

Value NestEmitter::resize(lc::ResizeOp op, ArrayRef<AffineExpr> place) {
  lc::Dims sizes = lc::getDims(op.getInput());
  unsigned first = op.getChannelsLast() ? 1 : 2, spatial = sizes.size() - 2;
  SmallVector<SmallVector<Corner>> corners;
  for (unsigned i = 0; i < spatial; ++i) {
    AffineExpr at = place[first + i];
    corners.push_back(inScope(
        scopeOf(at), [&] { return cornersOf(op, i, at, sizes[first + i]); }));
  }
  lc::BodyBuilder body(b);
  auto combined = [&](Value x, Value y, bool product) {
    if (isa<VectorType>(x.getType()) || isa<VectorType>(y.getType())) {
      x = broadcast(x);
      y = broadcast(y);
    }
    return product ? body.mul(x, y) : body.add(x, y);
  };
  Place source(place);
  std::function<Value(unsigned)> from = [&](unsigned i) -> Value {
    if (i == spatial)
      return eval(op.getInput(), source);
    Value total;
    for (const Corner &corner : corners[i]) {
      source[first + i] = corner.at;
      Value v = from(i + 1);
      if (!v)
        return {};
      if (corner.weight)
        v = combined(v, corner.weight, /*product=*/true);
      total = total ? combined(total, v, /*product=*/false) : v;
    }
    return total;
  };
  return from(0);
}

} // namespace lcompile::nest
