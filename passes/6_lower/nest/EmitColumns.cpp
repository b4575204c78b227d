// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: reductions over the rows of columns that lie side by
// side, like a batch norm's statistics.
//
// Several vectors of columns run down the rows together: a row is read in whole
// lines of memory, and independent sums hide the latency of the addition. All
// results of the kernel share one walk over the rows.
#include "passes/6_lower/nest/NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace lcompile::nest {

/// Accumulators of one walk: half of the registers of the widest machines.
static constexpr int64_t accumulators = 16;
/// Vectors of a row that are read together: two pages of them gain nothing.
static constexpr int64_t mostVectors = 8;

static DenseI64ArrayAttr dimsOf(Operation *op) {
  return op->getAttrOfType<DenseI64ArrayAttr>("dims");
}

bool NestEmitter::reducesColumns(ArrayRef<Value> roots, int inner) {
  Operation *first = roots[0].getDefiningOp();
  for (Value root : roots) {
    Operation *op = root.getDefiningOp();
    if (!isa_and_nonnull<lc::SumOp, lc::ProdOp, lc::MeanOp, lc::AmaxOp,
                         lc::AminOp, lc::AnyOp, lc::AllOp>(op))
      return false;
    lc::Dims sizes = lc::getDims(op->getOperand(0));
    ArrayRef<int64_t> dims = dimsOf(op).asArrayRef();
    if (dims.empty() || dims.back() == int64_t(sizes.size()) - 1 ||
        dimsOf(op) != dimsOf(first) ||
        sizes != lc::getDims(first->getOperand(0)))
      return false;
  }
  return inner >= 0 && inner + 1 == int(lc::getDims(roots[0]).size());
}

SmallVector<Value> NestEmitter::reduceTogether(ArrayRef<Reduction> reductions,
                                               Place &place,
                                               ArrayRef<Value> initial) {
  size_t level = place.size(), levels = reductions[0].sizes.size();
  SmallVector<Value> totals(initial);
  if (level == levels) {
    for (auto [r, total] : llvm::zip_equal(reductions, totals))
      if (Value v = r.element(place))
        total = combine(r.kind, total, broadcast(v));
    return totals;
  }
  AffineExpr size = reductions[0].sizes[level];
  return loop(indexConstant(0), index(size), indexConstant(1), totals,
              [&](Value iv, ValueRange carried) {
                return withScope(Scope(), [&] {
                  place.push_back(axis(addAxis(iv, size, scopes.size() - 1)));
                  // Each loop has sums of its own: long ones lose fewer digits.
                  bool last = level + 1 == levels;
                  auto next = reduceTogether(reductions, place,
                                             last ? SmallVector<Value>(carried)
                                                  : identities(reductions));
                  if (!last)
                    for (auto [r, v, before] :
                         llvm::zip_equal(reductions, next, carried))
                      v = combine(r.kind, before, v);
                  place.pop_back();
                  return next;
                });
              });
}

SmallVector<Value> NestEmitter::identities(ArrayRef<Reduction> reductions) {
  return llvm::map_to_vector(reductions, [&](const Reduction &r) {
    return identity(r.kind, vectorOf(r.compute));
  });
}

void NestEmitter::storeColumns(ArrayRef<Value> roots, ArrayRef<Place> places) {
  SmallVector<Reduction> reductions;
  for (const Place &place : places)
    for (Value root : roots)
      reductions.push_back(describeReduction(root.getDefiningOp(), place));
  Place inner;
  SmallVector<Value> totals =
      reduceTogether(reductions, inner, identities(reductions));
  for (auto [i, total] : llvm::enumerate(totals)) {
    size_t r = i % roots.size();
    store(finishReduction(roots[r].getDefiningOp(), total), kernel.outputs[r],
          cast<RankedTensorType>(roots[r].getType()), places[i / roots.size()]);
  }
}

LogicalResult NestEmitter::emitColumns(ArrayRef<Value> roots,
                                       Schedule &schedule) {
  lc::Dims sizes = lc::getDims(roots[0]);
  AffineExpr columns = sizes.back();
  std::optional<int64_t> known = lc::getConstant(columns);
  int64_t n = target.lanes();
  int64_t vectors = std::min<int64_t>(
      mostVectors, std::max<int64_t>(accumulators / roots.size(), 1));
  while (vectors > 1 && known && vectors * n > *known)
    vectors /= 2;
  int64_t width = vectors * n;
  sizes.back() = simplified(columns.ceilDiv(width));
  AffineExpr rows = lc::constant(ctx, 1);
  for (AffineExpr size :
       describeReduction(roots[0].getDefiningOp(), sizes).sizes)
    rows = rows * size;
  schedule.work = simplified(rows * width);
  parallel(lc::numElements(sizes, ctx), schedule, [&](AffineExpr p) {
    Place outer = placeOf(p, sizes, /*without=*/-1);
    AffineExpr first = outer.back() * width;
    auto at = [&](AffineExpr column) {
      Place place = outer;
      place.back() = column;
      return place;
    };
    /// Runs `body` with an axis for the lanes that begin at `start`.
    auto inLanes = [&](Value start, Value mask,
                       function_ref<void(AffineExpr)> body) {
      Scope scope;
      scope.mask = mask;
      withScope(std::move(scope), [&] {
        unsigned id = addAxis(start, columns, scopes.size() - 1, true);
        scopes.back()->vectorAxis = id;
        body(axis(id));
        return 0;
      });
    };
    auto whole = [&] {
      inLanes(index(first), {}, [&](AffineExpr column) {
        SmallVector<Place> places;
        for (int64_t v = 0; v < vectors; ++v)
          places.push_back(at(column + v * n));
        storeColumns(roots, places);
      });
    };
    if (known && *known % width == 0)
      return whole();
    // The last columns, a vector at a time.
    auto rest = [&] {
      loop(index(first), index(columns), indexConstant(n), {},
           [&](Value iv, ValueRange) -> SmallVector<Value> {
             Value left = arith::SubIOp::create(b, index(columns), iv);
             AffineExpr lane =
                 axis(addAxis(indexConstant(0), {}, 0, /*lanes=*/true));
             Value mask =
                 arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                       indexVector(lane), broadcast(left));
             inLanes(iv, mask, [&](AffineExpr column) {
               storeColumns(roots, {at(column)});
             });
             return {};
           });
    };
    auto branch = [&](function_ref<void()> body) {
      return [&, body](OpBuilder &, Location loc) {
        withScope(Scope(), [&] {
          body();
          return 0;
        });
        scf::YieldOp::create(b, loc);
      };
    };
    Value end = index(simplified(first + width));
    Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, end,
                                       index(columns));
    scf::IfOp::create(b, fits, branch(whole), branch(rest));
  });
  return failure(failed);
}

} // namespace lcompile::nest
