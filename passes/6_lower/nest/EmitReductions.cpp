// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: reductions, pooling and arg-reductions.
//
// Where the result is one number a lane, all reduced axes are plain loops with
// a vector accumulator. Where it is one number, the innermost reduced axis runs
// over vectors with several accumulators, which are combined once at the end.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "dialects/lc/IR/WindowShape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile::nest {

/// Independent accumulators of a horizontal reduction: they hide the latency of
/// the addition.
static constexpr int64_t accumulatorCount = 4;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

Value NestEmitter::identity(Combine kind, Type type) {
  lc::BodyBuilder body(b);
  Type element = getElementTypeOrSelf(type);
  auto extreme = [&](bool low) -> Value {
    TypedAttr attr;
    if (auto f = dyn_cast<FloatType>(element))
      attr = b.getFloatAttr(f, APFloat::getInf(f.getFloatSemantics(), low));
    else
      attr = b.getIntegerAttr(
          element,
          low ? APInt::getSignedMinValue(element.getIntOrFloatBitWidth())
              : APInt::getSignedMaxValue(element.getIntOrFloatBitWidth()));
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, attr));
    return arith::ConstantOp::create(b, attr);
  };
  switch (kind) {
  case Combine::sum:
  case Combine::logicalOr:
    return body.constantOf(type, 0);
  case Combine::product:
  case Combine::logicalAnd:
    return body.constantOf(type, 1);
  case Combine::max:
    return extreme(true);
  case Combine::min:
    return extreme(false);
  }
  llvm_unreachable("not a reduction");
}

Value NestEmitter::combine(Combine kind, Value x, Value y) {
  lc::BodyBuilder body(b);
  switch (kind) {
  case Combine::sum:
    return body.add(x, y);
  case Combine::product:
    return body.mul(x, y);
  case Combine::max:
    return body.max(x, y);
  case Combine::min:
    return body.min(x, y);
  case Combine::logicalOr:
    return arith::OrIOp::create(b, x, y);
  case Combine::logicalAnd:
    return arith::AndIOp::create(b, x, y);
  }
  llvm_unreachable("not a reduction");
}

SmallVector<Value> NestEmitter::reduceLanes(const Reduction &reduction,
                                            Place &place,
                                            ArrayRef<Value> accumulators) {
  int64_t n = target.lanes(), unrolled = n * accumulators.size();
  AffineExpr size = reduction.sizes.back();
  std::optional<int64_t> known = lc::getConstant(size);
  SmallVector<Value> state(accumulators);
  Type type = vectorOf(reduction.compute);
  auto element = [&](Value lane) -> Value {
    unsigned id = addAxis(lane, size, scopes.size() - 1, /*lanes=*/true);
    scopes.back()->vectorAxis = id;
    place.push_back(axis(id));
    Value v = reduction.element(place);
    place.pop_back();
    return v ? broadcast(v) : identity(reduction.kind, type);
  };
  AffineExpr whole = simplified(size.floorDiv(unrolled) * unrolled);
  if (!lc::isConstant(whole, 0)) {
    state = loop(indexConstant(0), index(whole), indexConstant(unrolled), state,
                 [&](Value iv, ValueRange carried) {
                   return withScope(Scope(), [&] {
                     SmallVector<Value> next;
                     for (size_t u = 0; u < carried.size(); ++u) {
                       Value lane = iv;
                       if (u)
                         lane =
                             arith::AddIOp::create(b, iv, indexConstant(u * n));
                       next.push_back(
                           combine(reduction.kind, carried[u], element(lane)));
                     }
                     return next;
                   });
                 });
  }
  if (known && *known % unrolled == 0)
    return state;
  // What is left, masked, into the first accumulator.
  SmallVector<Value> rest =
      loop(index(whole), index(size), indexConstant(n), {state[0]},
           [&](Value iv, ValueRange carried) -> SmallVector<Value> {
             Scope scope;
             if (!known || *known % n) {
               Value left = arith::SubIOp::create(b, index(size), iv);
               scope.mask = arith::CmpIOp::create(
                   b, arith::CmpIPredicate::slt,
                   indexVector(
                       axis(addAxis(indexConstant(0), {}, 0, /*lanes=*/true))),
                   broadcast(left));
             }
             Value lanes = scope.mask;
             return withScope(std::move(scope), [&]() -> SmallVector<Value> {
               Value v = element(iv);
               if (lanes)
                 v = arith::SelectOp::create(b, lanes, v,
                                             identity(reduction.kind, type));
               return {combine(reduction.kind, carried[0], v)};
             });
           });
  state[0] = rest[0];
  return state;
}

SmallVector<Value> NestEmitter::reduceLoops(const Reduction &reduction,
                                            Place &place,
                                            ArrayRef<Value> accumulators,
                                            bool lanes) {
  size_t level = place.size();
  if (lanes && level + 1 == reduction.sizes.size())
    return reduceLanes(reduction, place, accumulators);
  if (level == reduction.sizes.size()) {
    Value v = reduction.element(place);
    if (!v)
      return SmallVector<Value>(accumulators);
    if (isa<VectorType>(accumulators[0].getType()))
      v = broadcast(v);
    return {combine(reduction.kind, accumulators[0], v)};
  }
  AffineExpr size = reduction.sizes[level];
  return loop(indexConstant(0), index(size), indexConstant(1), accumulators,
              [&](Value iv, ValueRange carried) {
                return withScope(Scope(), [&] {
                  unsigned id = addAxis(iv, size, scopes.size() - 1);
                  place.push_back(axis(id));
                  auto next = reduceLoops(reduction, place,
                                          SmallVector<Value>(carried), lanes);
                  place.pop_back();
                  return next;
                });
              });
}

Value NestEmitter::reduce(const Reduction &reduction, bool vector) {
  Place place;
  bool lanes = !vector && !reduction.sizes.empty();
  vector |= target.computesInLanes() && !lanes;
  Type type =
      vector || lanes ? Type(vectorOf(reduction.compute)) : reduction.compute;
  int64_t count = 1;
  if (lanes) {
    std::optional<int64_t> size = lc::getConstant(reduction.sizes.back());
    count = !size || *size >= accumulatorCount * target.lanes()
                ? accumulatorCount
                : 1;
  }
  SmallVector<Value> initial(count, identity(reduction.kind, type));
  SmallVector<Value> result = reduceLoops(reduction, place, initial, lanes);
  Value total = result[0];
  for (Value v : llvm::drop_begin(result))
    total = combine(reduction.kind, total, v);
  return lanes ? target.reduce(b, reduction.kind, total) : total;
}

NestEmitter::Reduction NestEmitter::describeReduction(Operation *op,
                                                      ArrayRef<AffineExpr> at) {
  Value input = op->getOperand(0);
  auto reduced = cast<DenseI64ArrayAttr>(op->getAttr("dims")).asArrayRef();
  bool keepdim = op->hasAttr("keepdim");
  lc::Dims sizes = lc::getDims(input);
  Reduction r;
  r.compute = lc::computeType(typeOf(input).getElementType());
  r.kind = TypeSwitch<Operation *, Combine>(op)
               .Case([](lc::ProdOp) { return Combine::product; })
               .Case([](lc::AmaxOp) { return Combine::max; })
               .Case([](lc::AminOp) { return Combine::min; })
               .Case([](lc::AnyOp) { return Combine::logicalOr; })
               .Case([](lc::AllOp) { return Combine::logicalAnd; })
               .Default([](Operation *) { return Combine::sum; });
  for (int64_t dim : reduced)
    r.sizes.push_back(sizes[dim]);
  r.element = [this, input, reduced, keepdim,
               place = Place(at)](ArrayRef<AffineExpr> inner) {
    Place source;
    size_t next = 0, outer = 0;
    for (int64_t i = 0, rank = typeOf(input).getRank(); i < rank; ++i) {
      if (llvm::is_contained(reduced, i)) {
        source.push_back(inner[next++]);
        outer += keepdim;
      } else {
        source.push_back(place[outer++]);
      }
    }
    return eval(input, source);
  };
  return r;
}

Value NestEmitter::reduceOp(Operation *op, ArrayRef<AffineExpr> place) {
  return finishReduction(op,
                         reduce(describeReduction(op, place), isVector(place)));
}

Value NestEmitter::finishReduction(Operation *op, Value total) {
  auto mean = dyn_cast<lc::MeanOp>(op);
  if (!mean)
    return total;
  lc::BodyBuilder body(b);
  AffineExpr count = lc::constant(ctx, 1);
  for (int64_t dim : mean.getDims())
    count = count * lc::getDims(mean.getInput())[dim];
  count = lc::simplify(count);
  // A product with a constant is within an ulp of the quotient; sizes that are
  // not powers of two divide, so that the result is the one PyTorch gives.
  if (auto n = lc::getConstant(count))
    return body.div(total, body.number(double(*n), total));
  Value n = arith::SIToFPOp::create(b, getElementTypeOrSelf(total.getType()),
                                    index(count));
  return body.div(total, isa<VectorType>(total.getType()) ? broadcast(n) : n);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

Value NestEmitter::pool(Operation *op, ArrayRef<AffineExpr> place) {
  Value input = op->getOperand(0);
  bool last = op->hasAttr("channels_last");
  bool isMax = isa<lc::MaxPoolOp>(op);
  lc::BodyBuilder body(b);
  Type compute = lc::computeType(typeOf(input).getElementType());
  lc::Dims sizes = lc::getDims(input);
  unsigned first = last ? 1 : 2, spatial = sizes.size() - 2;
  bool vector = isVector(place);
  auto list = [&](StringRef name) {
    return cast<DenseI64ArrayAttr>(op->getAttr(name)).asArrayRef();
  };
  Reduction r{isMax ? Combine::max : Combine::sum, compute, {}, {}};
  SmallVector<AffineExpr> starts, steps; // of each window: start + i * step
  Value count;                           // elements in the window, for means
  auto times = [&](AffineExpr size) {
    Value n = isVector(size) ? indexVector(size) : index(size);
    Type type = isVector(size) ? Type(vectorOf(compute)) : compute;
    n = arith::SIToFPOp::create(b, type, n);
    if (count &&
        isa<VectorType>(count.getType()) != isa<VectorType>(n.getType())) {
      count = broadcast(count);
      n = broadcast(n);
    }
    count = count ? body.mul(count, n) : n;
  };
  /// min(x, bound) or max(x, bound) as an axis of its own.
  auto limited = [&](AffineExpr x, AffineExpr bound, bool atMost) {
    x = simplified(x);
    if (atMost ? provablyBelow(x, bound + 1, bounds)
               : provablyNotNegative(simplified(x - bound), bounds))
      return x;
    bool lanes = isVector(x);
    Value v = lanes ? indexVector(x) : index(x);
    Value limit = lanes ? indexVector(bound) : index(bound);
    Value result = atMost ? body.min(v, limit) : body.max(v, limit);
    return axis(addAxis(result, {}, scopes.size() - 1, false, lanes));
  };
  bool adaptive = isa<lc::AdaptiveAvgPoolOp>(op);
  AffineExpr zero = lc::constant(ctx, 0);
  for (unsigned i = 0; i < spatial; ++i) {
    AffineExpr at = place[first + i], size = sizes[first + i];
    if (adaptive) {
      int64_t out = list("output")[i];
      AffineExpr start = simplified((at * size).floorDiv(out));
      AffineExpr end = simplified(((at + 1) * size + (out - 1)).floorDiv(out));
      starts.push_back(start);
      steps.push_back(lc::constant(ctx, 1));
      // Windows differ by one in size: the longest, tested below.
      r.sizes.push_back(simplified((size + (out - 1)).floorDiv(out) + 1));
      if (auto n = lc::getConstant(size); n && *n % out == 0)
        r.sizes.back() = lc::constant(ctx, *n / out);
      times(simplified(end - start));
      continue;
    }
    int64_t low = list("pad_low")[i], high = list("pad_high")[i];
    int64_t kernel = list("kernel")[i], stride = list("stride")[i];
    int64_t dilation = isMax ? list("dilation")[i] : 1;
    starts.push_back(simplified(at * stride - low));
    steps.push_back(lc::constant(ctx, dilation));
    r.sizes.push_back(lc::constant(ctx, kernel));
    if (isMax)
      continue;
    AffineExpr start = starts.back();
    bool countPad = op->hasAttr("count_include_pad");
    if ((low == 0 && high == 0)) {
      times(lc::constant(ctx, kernel));
    } else if (countPad) {
      // The window may hang over the padding when it was rounded up.
      AffineExpr end = limited(start + kernel, simplified(size + low), true);
      times(simplified(end - start));
    } else {
      AffineExpr end = limited(start + kernel, size, true);
      times(simplified(end - limited(start, zero, false)));
    }
  }
  double fill = isMax ? -std::numeric_limits<double>::infinity() : 0;
  r.element = [&](ArrayRef<AffineExpr> inner) -> Value {
    Place source(place);
    Value inside;
    for (unsigned i = 0; i < spatial; ++i) {
      AffineExpr at = simplified(starts[i] + inner[i] * steps[i]);
      source[first + i] = at;
      Value c;
      if (adaptive) {
        int64_t out = list("output")[i];
        AffineExpr o = place[first + i], size = sizes[first + i];
        auto n = lc::getConstant(size);
        if (!n || *n % out)
          c = inRange(at, zero,
                      simplified(((o + 1) * size + (out - 1)).floorDiv(out)));
      } else {
        c = inRange(at, zero, sizes[first + i]);
      }
      if (!c)
        continue;
      if (inside &&
          isa<VectorType>(c.getType()) != isa<VectorType>(inside.getType())) {
        c = broadcast(c);
        inside = broadcast(inside);
      }
      inside = inside ? Value(arith::AndIOp::create(b, inside, c)) : c;
    }
    bool lanes = vector || isVector(inner);
    return guarded(
        inside, compute, lanes, [&] { return eval(input, source); },
        [&] { return body.constantOf(compute, fill); });
  };
  Value total = reduce(r, vector);
  if (isMax)
    return total;
  if (!adaptive)
    if (auto divisor = cast<lc::AvgPoolOp>(op).getDivisor())
      count = body.constantOf(compute, double(*divisor));
  if (isa<VectorType>(total.getType()))
    count = broadcast(count);
  else if (isa<VectorType>(count.getType()))
    total = broadcast(total);
  return body.div(total, count);
}

//===----------------------------------------------------------------------===//
// argmax, argmin
//===----------------------------------------------------------------------===//

Value NestEmitter::argReduce(Operation *op, ArrayRef<AffineExpr> place) {
  Value input = op->getOperand(0);
  bool isMax = isa<lc::ArgmaxOp>(op);
  int64_t dim = cast<IntegerAttr>(op->getAttr("dim")).getInt();
  bool keepdim = op->hasAttr("keepdim");
  AffineExpr size = lc::getDims(input)[dim];
  Type compute = lc::computeType(typeOf(input).getElementType());
  bool vector = isVector(place);
  auto wide = [&](Value v) { return vector ? broadcast(v) : v; };
  Value best = wide(identity(isMax ? Combine::max : Combine::min, compute));
  Value where = wide(indexConstant(0)),
        seen = wide(lc::BodyBuilder(b).constantOf(b.getI1Type(), 0));
  auto result = loop(
      indexConstant(0), index(size), indexConstant(1), {best, where, seen},
      [&](Value iv, ValueRange state) -> SmallVector<Value> {
        return withScope(Scope(), [&]() -> SmallVector<Value> {
          Place source;
          AffineExpr at = axis(addAxis(iv, size, scopes.size() - 1));
          for (size_t i = 0, outer = 0; i < lc::getDims(input).size(); ++i) {
            if (int64_t(i) == dim) {
              source.push_back(at);
              outer += keepdim;
            } else {
              source.push_back(place[outer++]);
            }
          }
          Value v = eval(input, source);
          if (!v)
            return SmallVector<Value>(state);
          v = wide(v);
          lc::BodyBuilder body(b);
          Value better =
              isMax ? body.less(state[0], v) : body.less(v, state[0]);
          if (body.isFloat(v)) { // the first NaN wins
            Value isNan =
                arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, v, v);
            Value had = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO,
                                              state[0], state[0]);
            Value first = arith::AndIOp::create(
                b, isNan, arith::XOrIOp::create(b, had, body.number(1, had)));
            better = arith::OrIOp::create(b, better, first);
          }
          // The very first element counts even when it is the identity.
          better = arith::OrIOp::create(
              b, better,
              arith::XOrIOp::create(b, state[2], body.number(1, state[2])));
          return {body.select(better, v, state[0]),
                  body.select(better, wide(iv), state[1]),
                  body.number(1, state[2])};
        });
      });
  return result[1];
}

} // namespace lcompile::nest
