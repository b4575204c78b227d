// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: kernels whose members form a grid.
#include "passes/6_lower/nest/NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile::nest {

/// Rows of vectors, or vectors of a single row, in one member: independent
/// chains of operations.
static constexpr int64_t memberRows = 4;

/// True when a row has to be in one member: something reduces it whose result
/// all of its elements see.
static bool needsWholeRows(func::FuncOp function) {
  return llvm::any_of(function.front(), [](Operation &op) {
    auto dims = op.getAttrOfType<DenseI64ArrayAttr>("dims");
    if (!dims || dims.empty() || op.getNumOperands() == 0 ||
        !isa<lc::SumOp, lc::MeanOp, lc::ProdOp, lc::AmaxOp, lc::AminOp,
             lc::AnyOp, lc::AllOp>(op))
      return false;
    auto input = cast<RankedTensorType>(op.getOperand(0).getType());
    return dims.asArrayRef().back() == input.getRank() - 1;
  });
}

void NestEmitter::overGrid(ArrayRef<AffineExpr> sizes, int inner,
                           Schedule &schedule, function_ref<void(Place)> body) {
  Place place(sizes.size(), lc::constant(ctx, 0));
  bool wholeRows = inner >= 0 && needsWholeRows(kernel.function);
  // Dimensions of the grid: that of the vectors, then from the innermost.
  SmallVector<int> order;
  if (inner >= 0 && !wholeRows)
    order.push_back(inner);
  for (int i = sizes.size() - 1; i >= 0; --i)
    if (i != inner && !lc::isConstant(sizes[i], 1))
      order.push_back(i);

  auto run = [&](Value low, Value high, int i, int gridDim, int64_t tile,
                 function_ref<void()> inside) {
    bool lanes = i == inner;
    loop(low, high, indexConstant(lanes ? target.lanes() : 1), {},
         [&](Value iv, ValueRange) -> SmallVector<Value> {
           withScope(Scope(), [&] {
             unsigned id = addAxis(iv, sizes[i], scopes.size() - 1, lanes);
             axes[id].gridDim = gridDim;
             axes[id].tile = tile;
             if (lanes)
               scopes.back()->vectorAxis = id;
             place[i] = axis(id);
             inside();
             return 0;
           });
           return {};
         });
  };
  auto row = [&] {
    if (!wholeRows)
      return body(place);
    run(indexConstant(0), index(sizes[inner]), inner, -1, 0,
        [&] { body(place); });
  };
  if (order.empty()) { // one element or row
    schedule.grid = {lc::constant(ctx, 1)};
    return row();
  }
  // What is repeated along rows moves out of the loops over them: the vectors'
  // dimension is the outermost loop, the rows' the innermost.
  SmallVector<unsigned> loops = {0};
  for (unsigned dim = order.size() - 1; dim > 0; --dim)
    loops.push_back(dim);
  unsigned rows = order.size() > 1 ? 1 : 0;
  schedule.grid.resize(order.size());
  std::function<void(unsigned)> over = [&](unsigned level) {
    if (level == loops.size())
      return row();
    unsigned dim = loops[level];
    int i = order[dim];
    int64_t step = i == inner ? target.lanes() : 1;
    int64_t tile = step * (dim == rows ? memberRows : 1);
    if (auto known = lc::getConstant(sizes[i]))
      tile = std::min(tile, (*known + step - 1) / step * step);
    schedule.grid[dim] = simplified(sizes[i].ceilDiv(tile));
    auto [first, behind] = kernel.box(dim);
    Value low = arith::MulIOp::create(b, first, indexConstant(tile));
    Value high = arith::MulIOp::create(b, behind, indexConstant(tile));
    // The last member may have less: what is stored behind the end of a row is
    // dropped, other rows are not there.
    if (step == 1 && !lc::isConstant(simplified(sizes[i] % tile), 0))
      high = arith::MinSIOp::create(b, high, index(sizes[i]));
    run(low, high, i, dim, tile, [&] { over(level + 1); });
  };
  over(0);
}

namespace {
/// Values of an expression over the members.
struct Values {
  int dim = -1; // of the grid
  int64_t scale = 0;
  AffineExpr low, high;
};
} // namespace

static std::optional<Values> plus(const Values &x, const Values &y) {
  if (x.dim >= 0 && y.dim >= 0 && x.dim != y.dim)
    return std::nullopt;
  return Values{std::max(x.dim, y.dim), x.scale + y.scale, x.low + y.low,
                x.high + y.high};
}

static Values times(const Values &x, int64_t factor) {
  Values result{x.dim, x.scale * factor, x.low * factor, x.high * factor};
  if (factor < 0)
    std::swap(result.low, result.high);
  return result;
}

std::optional<MemberRange> NestEmitter::memberRange(AffineExpr expr) {
  std::function<std::optional<Values>(AffineExpr)> of =
      [&](AffineExpr e) -> std::optional<Values> {
    if (auto dim = dyn_cast<AffineDimExpr>(e)) {
      const Axis &axis = axes[dim.getPosition()];
      AffineExpr size = bounds.sizes[dim.getPosition()];
      AffineExpr zero = lc::constant(ctx, 0);
      if (axis.gridDim >= 0)
        return Values{axis.gridDim, axis.tile, zero,
                      lc::constant(ctx, axis.tile - 1)};
      if (axis.opaque || !size)
        return std::nullopt;
      if (axis.lanes) { // the last vector is read whole
        int64_t n = target.lanes();
        size = size.ceilDiv(n) * n;
      }
      return Values{-1, 0, zero, size - 1};
    }
    auto binary = dyn_cast<AffineBinaryOpExpr>(e);
    if (!binary)
      return Values{-1, 0, e, e};
    std::optional<Values> l = of(binary.getLHS()), r = of(binary.getRHS());
    if (!l || !r)
      return std::nullopt;
    if (e.getKind() == AffineExprKind::Add)
      return plus(*l, *r);
    std::optional<int64_t> factor = lc::getConstant(binary.getRHS());
    if (!factor)
      return std::nullopt;
    switch (e.getKind()) {
    case AffineExprKind::Mul:
      return times(*l, *factor);
    case AffineExprKind::FloorDiv:
      if (l->scale % *factor)
        return std::nullopt;
      return Values{l->dim, l->scale / *factor, l->low.floorDiv(*factor),
                    l->high.floorDiv(*factor)};
    case AffineExprKind::Mod: {
      std::optional<int64_t> low = lc::getConstant(lc::simplify(l->low)),
                             high = lc::getConstant(lc::simplify(l->high));
      if (l->scale % *factor == 0 && low && high && *low >= 0 &&
          *high < *factor)
        return Values{-1, 0, l->low, l->high};
      return Values{-1, 0, lc::constant(ctx, 0),
                    lc::constant(ctx, *factor - 1)};
    }
    default:
      return std::nullopt;
    }
  };
  std::optional<Values> values = of(simplified(expr));
  if (!values)
    return std::nullopt;
  return MemberRange{unsigned(std::max(values->dim, 0)), values->scale,
                     lc::simplify(values->low), lc::simplify(values->high)};
}

} // namespace lcompile::nest
