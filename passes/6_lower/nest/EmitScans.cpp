// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: operations that go along a dimension in order. One
// iteration of the parallel loop is one line along it.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace lcompile::nest {

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

LogicalResult NestEmitter::emitLines(
    ArrayRef<AffineExpr> sizes, unsigned dim, Schedule &schedule,
    function_ref<void(function_ref<Place(AffineExpr)>)> body) {
  AffineExpr extent = lc::constant(ctx, 1);
  for (auto [i, size] : llvm::enumerate(sizes))
    if (i != dim)
      extent = extent * size;
  schedule.extent = lc::simplify(extent);
  schedule.work = sizes[dim];
  loop(kernel.begin, kernel.end, indexConstant(1), {},
       [&](Value iv, ValueRange) -> SmallVector<Value> {
         withScope(Scope(), [&] {
           Place place(sizes.size(), lc::constant(ctx, 0));
           AffineExpr rest =
               axis(addAxis(iv, schedule.extent, scopes.size() - 1));
           for (int i = sizes.size() - 1; i >= 0; --i) {
             if (i == int(dim))
               continue;
             place[i] = axis(addAxis(index(simplified(rest % sizes[i])),
                                     sizes[i], scopes.size() - 1));
             rest = rest.floorDiv(sizes[i]);
           }
           body([&](AffineExpr at) {
             Place full(place);
             full[dim] = at;
             return full;
           });
           return 0;
         });
         return {};
       });
  return failure(failed);
}

/// Running sums and products: of f32 in f64, as PyTorch does.
LogicalResult NestEmitter::emitScan(Operation *op, Combine kind,
                                    Schedule &schedule) {
  Value input = op->getOperand(0);
  unsigned dim = cast<IntegerAttr>(op->getAttr("dim")).getInt();
  lc::Dims sizes = lc::getDims(input);
  Type compute = lc::computeType(typeOf(input).getElementType());
  bool widen = typeOf(input).getElementType().isF32();
  Type carried = widen ? Type(b.getF64Type()) : compute;
  return emitLines(sizes, dim, schedule, [&](auto at) {
    loop(indexConstant(0), index(sizes[dim]), indexConstant(1),
         {identity(kind, carried)},
         [&](Value i, ValueRange state) -> SmallVector<Value> {
           return withScope(Scope(), [&]() -> SmallVector<Value> {
             Place place = at(axis(addAxis(i, sizes[dim], scopes.size() - 1)));
             Value v = eval(input, place);
             if (!v)
               return SmallVector<Value>(state);
             if (widen)
               v = arith::ExtFOp::create(b, carried, v);
             Value next = combine(kind, state[0], v);
             Value stored =
                 widen ? Value(arith::TruncFOp::create(b, compute, next))
                       : next;
             store(stored, kernel.outputs[0], typeOf(op->getResult(0)), place);
             return {next};
           });
         });
  });
}

/// Places of the largest or smallest so far.
LogicalResult NestEmitter::emitPlaceScan(Operation *op, bool isMax,
                                         Schedule &schedule) {
  Value input = op->getOperand(0);
  unsigned dim = cast<IntegerAttr>(op->getAttr("dim")).getInt();
  lc::Dims sizes = lc::getDims(input);
  Type compute = lc::computeType(typeOf(input).getElementType());
  lc::BodyBuilder body(b);
  return emitLines(sizes, dim, schedule, [&](auto at) {
    loop(indexConstant(0), index(sizes[dim]), indexConstant(1),
         {body.constantOf(compute, 0), indexConstant(0)},
         [&](Value i, ValueRange state) -> SmallVector<Value> {
           return withScope(Scope(), [&]() -> SmallVector<Value> {
             Place place = at(axis(addAxis(i, sizes[dim], scopes.size() - 1)));
             Value v = eval(input, place);
             if (!v)
               return SmallVector<Value>(state);
             // The last of equals, and the last NaN.
             Value best = state[0];
             auto isNan = [&](Value x) -> Value {
               return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
             };
             Value worse = isMax ? body.less(v, best) : body.less(best, v);
             if (body.isFloat(v)) {
               worse = arith::OrIOp::create(b, worse, isNan(best));
               worse = arith::SelectOp::create(b, isNan(v),
                                               body.number(0, worse), worse);
             }
             Value isFirst = body.equal(i, indexConstant(0));
             Value better = arith::OrIOp::create(
                 b, isFirst,
                 arith::XOrIOp::create(b, worse, body.number(1, worse)));
             Value where = body.select(better, i, state[1]);
             store(where, kernel.outputs[0], typeOf(op->getResult(0)), place);
             return {body.select(better, v, best), where};
           });
         });
  });
}

/// Heap sort of places, in the memory of the result. Places break ties, which
/// makes the order total and the sort stable.
LogicalResult NestEmitter::emitArgsort(lc::ArgsortOp op, Schedule &schedule) {
  Value input = op.getInput();
  unsigned dim = op.getDim();
  lc::Dims sizes = lc::getDims(input);
  bool descending = op.getDescending();
  lc::BodyBuilder body(b);
  Value buffer = kernel.outputs[0];
  RankedTensorType type = typeOf(op.getResult());
  using Values = SmallVector<Value>;

  return emitLines(sizes, dim, schedule, [&](auto at) {
    auto place = [&](Value i) {
      return at(axis(addAxis(i, sizes[dim], scopes.size() - 1)));
    };
    auto read = [&](Value i) { return load(buffer, type, place(i)); };
    auto write = [&](Value i, Value v) { store(v, buffer, type, place(i)); };
    auto key = [&](Value i) -> Value {
      Value v = eval(input, place(i));
      if (v)
        return v;
      Type element = lc::computeType(typeOf(input).getElementType());
      return body.constantOf(element, 0); // keep the IR whole
    };
    // NaN is the largest.
    auto less = [&](Value x, Value y) -> Value {
      if (!body.isFloat(x))
        return typeOf(input).getElementType().isInteger(1)
                   ? Value(arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                                 x, y))
                   : body.less(x, y);
      Value known = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, x, x);
      Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, y, y);
      return arith::OrIOp::create(b, body.less(x, y),
                                  arith::AndIOp::create(b, known, nan));
    };
    auto before = [&](Value i, Value j) -> Value {
      Value x = key(i), y = key(j);
      if (descending)
        std::swap(x, y);
      Value tie = arith::XOrIOp::create(b, less(y, x),
                                        body.constantOf(b.getI1Type(), 1));
      tie = arith::AndIOp::create(b, tie, body.less(i, j));
      return arith::OrIOp::create(b, less(x, y), tie);
    };
    auto branch = [&](Value condition, function_ref<Values()> yes,
                      function_ref<Values()> no) -> Values {
      auto fill = [&](function_ref<Values()> build) {
        return [&, build](OpBuilder &, Location loc) {
          scf::YieldOp::create(b, loc, withScope(Scope(), build));
        };
      };
      return Values(
          scf::IfOp::create(b, condition, fill(yes), fill(no)).getResults());
    };

    Value zero = indexConstant(0), one = indexConstant(1),
          n = index(sizes[dim]);
    Value two = indexConstant(2);
    loop(zero, n, one, {}, [&](Value i, ValueRange) -> Values {
      withScope(Scope(), [&] {
        write(i, i);
        return 0;
      });
      return {};
    });
    // The first half of the steps builds the heap, the others take its top.
    Value half = arith::DivUIOp::create(b, n, two);
    Value steps = arith::AddIOp::create(b, half, body.sub(n, one));
    steps = body.max(steps, zero);
    loop(zero, steps, one, {}, [&](Value step, ValueRange) -> Values {
      return withScope(Scope(), [&]() -> Values {
        Value builds = body.less(step, half);
        Value last = body.sub(body.sub(n, one), body.sub(step, half));
        Values part = branch(
            builds,
            [&]() -> Values {
              return {body.sub(body.sub(half, one), step), n};
            },
            [&]() -> Values {
              Value top = read(zero), bottom = read(last);
              write(zero, bottom);
              write(last, top);
              return {zero, last};
            });
        Value start = part[0], end = part[1];
        Value moved = read(start);
        // Moves children up until `moved` is not before the next one.
        auto sift = scf::WhileOp::create(
            b, SmallVector<Type>(3, target.indexType(ctx)), ValueRange{start},
            [&](OpBuilder &, Location loc, ValueRange state) {
              Values next = withScope(Scope(), [&]() -> Values {
                Value hole = state[0];
                Value left = body.add(body.mul(hole, two), one);
                return branch(
                    body.less(left, end),
                    [&]() -> Values {
                      Value right = body.add(left, one);
                      right = body.select(body.less(right, end), right, left);
                      Value l = read(left), r = read(right);
                      Value takesRight = before(l, r);
                      Value child = body.select(takesRight, right, left);
                      Value v = body.select(takesRight, r, l);
                      return {before(moved, v), child, v, hole};
                    },
                    [&]() -> Values {
                      return {body.constantOf(b.getI1Type(), 0), zero, zero,
                              hole};
                    });
              });
              scf::ConditionOp::create(b, loc, next[0],
                                       ArrayRef(next).drop_front());
            },
            [&](OpBuilder &, Location loc, ValueRange state) {
              withScope(Scope(), [&] {
                write(state[2], state[1]);
                return 0;
              });
              scf::YieldOp::create(b, loc, state[0]);
            });
        write(sift.getResult(2), moved);
        return {};
      });
    });
  });
}

/// How an element that is written joins the one that is there; none: it
/// replaces it.
static std::optional<Combine> combineOf(lc::ScatterKind kind) {
  switch (kind) {
  case lc::ScatterKind::replace:
    return std::nullopt;
  case lc::ScatterKind::add:
    return Combine::sum;
  case lc::ScatterKind::mul:
    return Combine::product;
  case lc::ScatterKind::maximum:
    return Combine::max;
  case lc::ScatterKind::minimum:
    return Combine::min;
  }
  llvm_unreachable("not a kind of scatter");
}

/// Writes the elements of the source in order; the result holds dest already.
LogicalResult NestEmitter::emitScatter(lc::ScatterOp op, Schedule &schedule) {
  unsigned dim = op.getDim();
  lc::Dims counts = lc::getDims(op.getIndices());
  AffineExpr size = lc::getDims(op.getDest())[dim];
  Value buffer = kernel.outputs[0];
  RankedTensorType type = typeOf(op.getResult());
  std::optional<Combine> combining = combineOf(op.getKind());
  return emitLines(counts, dim, schedule, [&](auto at) {
    loop(indexConstant(0), index(counts[dim]), indexConstant(1), {},
         [&](Value i, ValueRange) -> SmallVector<Value> {
           withScope(Scope(), [&] {
             Place place = at(axis(addAxis(i, counts[dim], scopes.size() - 1)));
             AffineExpr to = dataIndex(op.getIndices(), place, size, false);
             Value v = eval(op.getSource(), place);
             if (!to || !v)
               return failed = true;
             Place target = at(to);
             if (combining)
               v = combine(*combining, load(buffer, type, target), v);
             store(v, buffer, type, target);
             return false;
           });
           return {};
         });
  });
}

} // namespace lcompile::nest
