// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: operations whose operands are read at places that
// depend on conditions or on data.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace lcompile::nest {

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

Value NestEmitter::inRange(AffineExpr expr, AffineExpr low, AffineExpr high) {
  expr = simplified(expr);
  bool vector = isVector(expr);
  auto number = [&](AffineExpr e) {
    return vector ? indexVector(e) : index(e);
  };
  Value result;
  auto check = [&](arith::CmpIPredicate predicate, AffineExpr bound) {
    Value c = arith::CmpIOp::create(b, predicate, number(expr),
                                    number(simplified(bound)));
    result = result ? Value(arith::AndIOp::create(b, result, c)) : c;
  };
  if (!provablyNotNegative(simplified(expr - low), bounds))
    check(arith::CmpIPredicate::sge, low);
  if (!provablyBelow(expr, high, bounds))
    check(arith::CmpIPredicate::slt, high);
  return result;
}

Value NestEmitter::guarded(Value condition, Type compute, bool vector,
                           function_ref<Value()> inside,
                           function_ref<Value()> outside) {
  if (!condition)
    return inside();
  auto scoped = [&](Value lanes, function_ref<Value()> build) {
    Scope scope;
    scope.barrier = true;
    scope.mask = lanes;
    Value v = withScope(std::move(scope), build);
    return v && vector ? broadcast(v) : v;
  };
  if (isa<VectorType>(condition.getType())) {
    Value lanes =
        mask() ? Value(arith::AndIOp::create(b, mask(), condition)) : condition;
    Value yes = scoped(lanes, inside), no = scoped(mask(), outside);
    if (!yes || !no)
      return {};
    return arith::SelectOp::create(b, condition, broadcast(yes), broadcast(no));
  }
  bool good = true;
  auto branch = [&](function_ref<Value()> build) {
    return [&, build](OpBuilder &, Location loc) {
      Value v = scoped(mask(), build);
      good &= bool(v);
      if (!v) // keep the IR whole; emission fails in the end
        v = vector ? broadcast(lc::BodyBuilder(b).constantOf(compute, 0))
                   : lc::BodyBuilder(b).constantOf(compute, 0);
      scf::YieldOp::create(b, loc, v);
    };
  };
  auto op = scf::IfOp::create(b, condition, branch(inside), branch(outside));
  return good ? op.getResult(0) : Value();
}

Value NestEmitter::concat(lc::ConcatOp op, ArrayRef<AffineExpr> place) {
  // Operand i holds [starts[i], starts[i + 1]); the last needs no test.
  unsigned dim = op.getDim();
  Type compute = lc::computeType(typeOf(op.getResult()).getElementType());
  bool vector = isVector(place);
  SmallVector<AffineExpr> starts = {lc::constant(ctx, 0)};
  for (Value input : op.getInputs())
    starts.push_back(starts.back() + lc::getDims(input)[dim]);
  std::function<Value(unsigned)> from = [&](unsigned i) -> Value {
    auto here = [&] {
      Place source(place);
      source[dim] = place[dim] - starts[i];
      return eval(op.getInputs()[i], source);
    };
    if (i + 1 == op.getInputs().size())
      return here();
    AffineExpr expr = simplified(place[dim]);
    Value below = arith::CmpIOp::create(
        b, arith::CmpIPredicate::slt,
        isVector(expr) ? indexVector(expr) : index(expr),
        isVector(expr) ? indexVector(simplified(starts[i + 1]))
                       : index(simplified(starts[i + 1])));
    // Lanes of the other operands must not be read behind this one.
    auto rest = [&]() -> Value {
      if (!isa<VectorType>(below.getType()))
        return from(i + 1);
      Value above =
          arith::XOrIOp::create(b, below, lc::BodyBuilder(b).number(1, below));
      Value outer = mask();
      Scope scope;
      scope.barrier = true;
      scope.mask =
          outer ? Value(arith::AndIOp::create(b, outer, above)) : above;
      return withScope(std::move(scope), [&] { return from(i + 1); });
    };
    return guarded(below, compute, vector, here, rest);
  };
  return from(0);
}

Value NestEmitter::pad(lc::PadOp op, ArrayRef<AffineExpr> place) {
  Type compute = lc::computeType(typeOf(op.getResult()).getElementType());
  lc::BodyBuilder body(b);
  Place source(place);
  lc::Dims sizes = lc::getDims(op.getInput());
  Value inside;
  bool vectorCondition = false;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    source[i] = simplified(place[i] - op.getLow()[i]);
    if (op.getLow()[i] == 0 && op.getHigh()[i] == 0)
      continue;
    if (op.getMode() == lc::PadMode::constant) {
      Value c = inRange(source[i], lc::constant(ctx, 0), size);
      if (!c)
        continue;
      if (inside) {
        bool mixed = isa<VectorType>(c.getType()) || vectorCondition;
        inside = mixed ? Value(arith::AndIOp::create(b, broadcast(inside),
                                                     broadcast(c)))
                       : Value(arith::AndIOp::create(b, inside, c));
      } else {
        inside = c;
      }
      vectorCondition = isa<VectorType>(inside.getType());
      continue;
    }
    // The other modes read from elsewhere: the place becomes a number of its
    // own.
    bool vector = isVector(source[i]);
    Value at = vector ? indexVector(source[i]) : index(source[i]);
    Value n = vector ? indexVector(size) : index(size);
    Value zero = body.number(0, at), one = body.number(1, at);
    Value last = body.sub(n, one);
    if (op.getMode() == lc::PadMode::replicate) {
      at = body.max(body.min(at, last), zero);
    } else if (op.getMode() == lc::PadMode::reflect) {
      at = body.make<math::AbsIOp>(at);
      Value beyond = body.less(last, at);
      at = body.select(beyond, body.sub(body.add(last, last), at), at);
    } else {
      Value low = body.less(at, zero);
      at = body.select(low, body.add(at, n), at);
      Value high = body.less(last, at);
      at = body.select(high, body.sub(at, n), at);
    }
    source[i] = axis(addAxis(at, size, scopes.size() - 1, false, vector));
  }
  double fill = op.getValue().convertToDouble();
  return guarded(
      inside, compute, isVector(place),
      [&] { return eval(op.getInput(), source); },
      [&] { return body.constantOf(compute, fill); });
}

AffineExpr NestEmitter::dataIndex(Value indices, ArrayRef<AffineExpr> place,
                                  AffineExpr size, bool wrap) {
  Value at = eval(indices, Place(place));
  if (!at)
    return {};
  lc::BodyBuilder body(b);
  bool vector = isa<VectorType>(at.getType());
  Type type = target.indexType(ctx);
  unsigned wanted = type.getIntOrFloatBitWidth(),
           found = getElementTypeOrSelf(at.getType()).getIntOrFloatBitWidth();
  if (vector)
    type = vectorOf(type);
  if (found < wanted)
    at = arith::ExtSIOp::create(b, type, at);
  Value n = vector ? broadcast(index(size)) : index(size);
  Value zero = body.number(0, at);
  if (wrap)
    at = body.select(body.less(at, zero), body.add(at, n), at);
  Value outside = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, at, n);
  Value position =
      index(vector ? lc::constant(ctx, 0)
                   : simplified(linearize(place, lc::getDims(indices), ctx)));
  if (vector) {
    if (Value lanes = mask())
      outside = arith::AndIOp::create(b, outside, lanes);
    outside = target.reduce(b, Combine::logicalOr, outside);
    AffineExpr first =
        flat ? place[0]
             : simplified(linearize(place, lc::getDims(indices), ctx));
    position = index(first);
  }
  kernel.failIf(b, outside, position);
  // Where it failed nothing may be read out of bounds until the kernel returns.
  at = body.max(body.min(at, body.sub(n, body.number(1, at))), zero);
  return axis(addAxis(at, size, scopes.size() - 1, false, vector));
}

Value NestEmitter::indexSelect(lc::IndexSelectOp op,
                               ArrayRef<AffineExpr> place) {
  unsigned dim = op.getDim();
  unsigned count = typeOf(op.getIndices()).getRank();
  AffineExpr size = lc::getDims(op.getInput())[dim];
  AffineExpr at = [&] {
    Place where(place.slice(dim, count));
    unsigned depth = scopeOf(where);
    return inScope(depth, [&] {
      return dataIndex(op.getIndices(), where, size, op.getWrap());
    });
  }();
  if (!at)
    return {};
  Place source(place.take_front(dim));
  source.push_back(at);
  source.append(place.begin() + dim + count, place.end());
  return eval(op.getInput(), source);
}

Value NestEmitter::gather(lc::GatherOp op, ArrayRef<AffineExpr> place) {
  AffineExpr size = lc::getDims(op.getInput())[op.getDim()];
  AffineExpr at = dataIndex(op.getIndices(), place, size, /*wrap=*/false);
  if (!at)
    return {};
  Place source(place);
  source[op.getDim()] = at;
  return eval(op.getInput(), source);
}

Value NestEmitter::dynamicSlice(lc::DynamicSliceOp op,
                                ArrayRef<AffineExpr> place) {
  unsigned dim = op.getDim();
  AffineExpr size = lc::getDims(op.getInput())[dim];
  AffineExpr count = lc::getDims(op.getResult())[dim];
  unsigned depth = scopeOf({});
  AffineExpr start = inScope(depth, [&] {
    return dataIndex(op.getStart(), {}, simplified(size - count + 1),
                     /*wrap=*/false);
  });
  if (!start)
    return {};
  Place source(place);
  source[dim] = place[dim] + start;
  return eval(op.getInput(), source);
}

Value NestEmitter::insertSlice(lc::InsertSliceOp op,
                               ArrayRef<AffineExpr> place) {
  unsigned dim = op.getDim();
  Type compute = lc::computeType(typeOf(op.getResult()).getElementType());
  AffineExpr start = op.getStart().getExprs()[0];
  AffineExpr count = lc::getDims(op.getSource())[dim];
  AffineExpr moved = simplified(place[dim] - start);
  int64_t step = op.getStep();
  AffineExpr at = simplified(moved.floorDiv(step));
  Value inside = inRange(moved, lc::constant(ctx, 0), simplified(count * step));
  if (step != 1) {
    AffineExpr rest = simplified(moved % step);
    Value onStep = inRange(rest, lc::constant(ctx, 0), lc::constant(ctx, 1));
    if (onStep && inside)
      inside = arith::AndIOp::create(b, inside, onStep);
    else if (onStep)
      inside = onStep;
  }
  Place source(place);
  source[dim] = at;
  return guarded(
      inside, compute, isVector(place),
      [&] { return eval(op.getSource(), source); },
      [&] { return eval(op.getDest(), Place(place)); });
}

} // namespace lcompile::nest
