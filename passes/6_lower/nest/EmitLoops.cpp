// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: the loops over a kernel's results.
#include "passes/6_lower/nest/NestEmitter.h"
#include "passes/6_lower/nest/VectorAxis.h"

#include "dialects/lc/IR/BodyBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile::nest {

/// Elements of a flat kernel that one iteration of the parallel loop computes.
static constexpr int64_t flatChunk = 4096;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

SmallVector<Value>
NestEmitter::loop(Value low, Value high, Value step, ArrayRef<Value> carried,
                  function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(
      b, low, high, step, carried,
      [&](OpBuilder &, Location loc, Value iv, ValueRange args) {
        SmallVector<Value> next = body(iv, args);
        scf::YieldOp::create(b, loc, next);
      });
  return SmallVector<Value>(op.getResults());
}

void NestEmitter::innerLoop(AffineExpr size,
                            function_ref<void(AffineExpr)> body) {
  int64_t n = target.lanes();
  std::optional<int64_t> known = lc::getConstant(size);
  AffineExpr whole = simplified(size.floorDiv(n) * n);
  auto run = [&](Value iv, Value lanes) {
    Scope scope;
    scope.mask = lanes;
    withScope(std::move(scope), [&] {
      unsigned id = addAxis(iv, size, scopes.size() - 1, /*lanes=*/true);
      scopes.back()->vectorAxis = id;
      body(axis(id));
      return 0;
    });
  };
  if (!lc::isConstant(whole, 0))
    loop(indexConstant(0), index(whole), indexConstant(n), {},
         [&](Value iv, ValueRange) -> SmallVector<Value> {
           run(iv, {});
           return {};
         });
  if (known && *known % n == 0)
    return;
  auto tail = [&](OpBuilder &, Location loc) {
    Value start = index(whole);
    Value left = arith::SubIOp::create(b, index(size), start);
    AffineExpr lane = axis(addAxis(indexConstant(0), {}, 0, /*lanes=*/true));
    Value lanes = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                        indexVector(lane), broadcast(left));
    run(start, lanes);
    scf::YieldOp::create(b, loc);
  };
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index(whole),
                                     index(size));
  scf::IfOp::create(b, some, tail);
}

/// A kernel that only computes elementwise over tensors of one number of
/// elements needs one loop, whatever the dimensions are.
bool NestEmitter::flattens(ArrayRef<Value> roots) {
  AffineExpr total = lc::numElements(lc::getDims(roots[0]), ctx);
  auto sameOrOne = [&](Value v) {
    AffineExpr n = lc::numElements(lc::getDims(v), ctx);
    return lc::provablyEqual(n, total) || lc::isConstant(n, 1);
  };
  for (Value root : roots)
    if (!lc::provablyEqual(lc::numElements(lc::getDims(root), ctx), total))
      return false;
  for (Operation &op : kernel.function.front().without_terminator()) {
    if (!isa<lc::Elementwise, lc::ReshapeOp, lc::FullOp, lc::ConstantOp,
             lc::ExpandOp, lc::SizeOp>(op))
      return false;
    if (!llvm::all_of(op.getOperands(), sameOrOne) ||
        !sameOrOne(op.getResult(0)))
      return false;
  }
  return llvm::all_of(kernel.function.getArguments(), sameOrOne);
}

void NestEmitter::parallel(AffineExpr extent, Schedule &schedule,
                           function_ref<void(AffineExpr)> body) {
  schedule.extent = extent;
  loop(kernel.begin, kernel.end, indexConstant(1), {},
       [&](Value iv, ValueRange) -> SmallVector<Value> {
         withScope(Scope(), [&] {
           body(axis(addAxis(iv, extent, scopes.size() - 1)));
           return 0;
         });
         return {};
       });
}

LogicalResult NestEmitter::emitMap(ArrayRef<Value> roots, Schedule &schedule) {
  // A root that updates a part of its operand runs over the part.
  SmallVector<Value> values, buffers;
  SmallVector<std::function<Place(Place)>> places;
  for (auto [root, buffer] : llvm::zip_equal(roots, kernel.outputs)) {
    buffers.push_back(buffer);
    places.push_back([](Place place) { return place; });
    auto update = root.getDefiningOp<lc::DynamicUpdateSliceOp>();
    if (!update) {
      values.push_back(root);
      continue;
    }
    unsigned dim = update.getDim();
    AffineExpr room = lc::getDims(update.getDest())[dim] -
                      lc::getDims(update.getSource())[dim] + 1;
    AffineExpr start =
        dataIndex(update.getStart(), {}, simplified(room), /*wrap=*/true);
    if (!start)
      return failure();
    values.push_back(update.getSource());
    places.back() = [dim, start](Place place) {
      place[dim] = place[dim] + start;
      return place;
    };
  }
  lc::Dims sizes = lc::getDims(values[0]);
  for (Value v : values)
    for (auto [x, y] : llvm::zip(lc::getDims(v), sizes))
      if (typeOf(v).getRank() != int64_t(sizes.size()) ||
          lc::provablyDifferent(x, y))
        return kernel.function.emitError(
            "expected the results of a kernel to have one shape");

  auto storeAll = [&](Place place) {
    // All are computed before any is stored: a result may lie where an operand
    // of another one does.
    SmallVector<Value> computed;
    for (Value v : values)
      computed.push_back(eval(v, place));
    for (auto [i, v] : llvm::enumerate(computed))
      store(v, buffers[i], typeOf(roots[i]), places[i](place));
  };
  flat = flattens(values) && values == SmallVector<Value>(roots);
  schedule.flat = flat;
  if (kernel.box) {
    if (flat)
      sizes = {lc::numElements(sizes, ctx)};
    bool single = !flat && llvm::any_of(values, reducesRows);
    overGrid(sizes, single ? -1 : int(sizes.size()) - 1, schedule, storeAll);
    return failure(failed);
  }
  if (flat) {
    AffineExpr total = lc::numElements(sizes, ctx);
    AffineExpr chunk = lc::constant(ctx, flatChunk);
    schedule.work = chunk;
    if (auto n = lc::getConstant(total); n && *n <= flatChunk)
      chunk = schedule.work = total;
    parallel(lc::simplify(total.ceilDiv(chunk)), schedule, [&](AffineExpr p) {
      Value start = index(p * chunk);
      Value left = arith::SubIOp::create(b, index(total), start);
      Value count = arith::MinSIOp::create(b, left, index(chunk));
      AffineExpr first = axis(addAxis(start, {}, scopes.size() - 1));
      AffineExpr length = chunk;
      if (!lc::isConstant(simplified(total % chunk), 0))
        length = axis(addAxis(count, {}, scopes.size() - 1));
      innerLoop(length, [&](AffineExpr i) { storeAll({first + i}); });
    });
    return failure(failed);
  }

  // Parallel over all dimensions but the one that vectors run along.
  int inner = chooseVectorAxis(values, kernel.symbols, target.lanes());
  if (reducesColumns(values, inner))
    return emitColumns(values, schedule);
  AffineExpr extent = lc::constant(ctx, 1);
  for (auto [i, size] : llvm::enumerate(sizes))
    if (int(i) != inner)
      extent = extent * size;
  extent = lc::simplify(extent);
  schedule.work = inner < 0 ? lc::constant(ctx, 1) : sizes[inner];
  for (Value v : kernel.function.getArguments()) { // reductions read more
    AffineExpr n = lc::numElements(lc::getDims(v), ctx);
    auto inputs = lc::getConstant(n), iterations = lc::getConstant(extent);
    auto work = lc::getConstant(schedule.work);
    if (inputs && iterations && work && *iterations > 0 &&
        *inputs / *iterations > *work)
      schedule.work = lc::constant(ctx, *inputs / *iterations);
  }
  parallel(extent, schedule, [&](AffineExpr p) {
    Place place = placeOf(p, sizes, inner);
    if (inner < 0)
      return storeAll(place);
    innerLoop(sizes[inner], [&](AffineExpr i) {
      Place full = place;
      full[inner] = i;
      storeAll(full);
    });
  });
  return failure(failed);
}

/// An index into nothing is an error before anything is read: the loop does not
/// run.
void NestEmitter::failOnEmptyTables() {
  auto check = [&](Value indices, AffineExpr room) {
    room = simplified(room);
    if (lc::boundsOf(room, kernel.symbols).min >= 1)
      return;
    Value zero = indexConstant(0);
    Value bad =
        arith::CmpIOp::create(b, arith::CmpIPredicate::sle, index(room), zero);
    AffineExpr count = lc::numElements(lc::getDims(indices), ctx);
    Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt,
                                       index(simplified(count)), zero);
    bad = arith::AndIOp::create(b, bad, some);
    Value begins = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                         kernel.begin, kernel.end);
    kernel.failIf(b, arith::AndIOp::create(b, bad, begins), zero);
    kernel.end = arith::SelectOp::create(b, bad, kernel.begin, kernel.end);
  };
  for (Operation &operation : kernel.function.front()) {
    auto sizeOf = [](Value v, unsigned dim) { return lc::getDims(v)[dim]; };
    llvm::TypeSwitch<Operation *>(&operation)
        .Case<lc::IndexSelectOp, lc::GatherOp>([&](auto op) {
          check(op.getIndices(), sizeOf(op.getInput(), op.getDim()));
        })
        .Case([&](lc::ScatterOp op) {
          check(op.getIndices(), sizeOf(op.getDest(), op.getDim()));
        })
        .Case([&](lc::DynamicSliceOp op) {
          check(op.getStart(), sizeOf(op.getInput(), op.getDim()) -
                                   sizeOf(op.getResult(), op.getDim()) + 1);
        })
        .Case([&](lc::DynamicUpdateSliceOp op) {
          check(op.getStart(), sizeOf(op.getDest(), op.getDim()) -
                                   sizeOf(op.getSource(), op.getDim()) + 1);
        });
  }
}

FailureOr<Schedule> NestEmitter::emit() {
  SmallVector<Value> roots(
      kernel.function.front().getTerminator()->getOperands());
  failOnEmptyTables();
  Schedule schedule;
  auto isEmpty = [&](Value v) {
    return lc::isConstant(lc::numElements(lc::getDims(v), ctx), 0);
  };
  if (llvm::all_of(roots, isEmpty)) {
    schedule.extent = lc::constant(ctx, 0);
    schedule.work = lc::constant(ctx, 1);
    return schedule;
  }
  Operation *root = roots[0].getDefiningOp();
  LogicalResult result =
      llvm::TypeSwitch<Operation *, LogicalResult>(root)
          .Case([&](lc::CumsumOp op) {
            return emitScan(op, Combine::sum, schedule);
          })
          .Case([&](lc::CumprodOp op) {
            return emitScan(op, Combine::product, schedule);
          })
          .Case([&](lc::CumargmaxOp op) {
            return emitPlaceScan(op, /*isMax=*/true, schedule);
          })
          .Case([&](lc::CumargminOp op) {
            return emitPlaceScan(op, /*isMax=*/false, schedule);
          })
          .Case([&](lc::ArgsortOp op) { return emitArgsort(op, schedule); })
          .Case([&](lc::ScatterOp op) { return emitScatter(op, schedule); })
          .Case([&](lc::SdpaOp op) { return emitAttention(op, schedule); })
          .Default([&](Operation *) -> LogicalResult {
            FailureOr<Contraction> contraction = findContraction();
            if (mlir::failed(contraction))
              return failure();
            if (contraction->result)
              return emitContraction(*contraction, roots[0], schedule);
            return emitMap(roots, schedule);
          });
  if (mlir::failed(result))
    return failure();
  return schedule;
}

} // namespace lcompile::nest
