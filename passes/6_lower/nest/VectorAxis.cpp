// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Along which dimension of its results a kernel's vectors run.
#include "passes/6_lower/nest/VectorAxis.h"

#include "dialects/lc/IR/LcOps.h"
#include "passes/6_lower/nest/IndexMath.h"

using namespace mlir;

namespace lcompile::nest {

/// What one vector costs when its lanes lie apart, in units of a plain access.
static constexpr double gatherCost = 8, scatterCost = 10;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

/// The reductions that feed `v` through elementwise operations and views, at
/// the results' places: whether any of them reduces the operand's last
/// dimension.
bool reducesRows(Value v) {
  while (Operation *op = v.getDefiningOp()) {
    if (isa<lc::Elementwise, lc::View>(op)) {
      // An expanded reduction is computed once, outside the inner loop.
      if (isa<lc::ExpandOp>(op))
        return false;
      Value next;
      for (Value operand : op->getOperands()) {
        Operation *def = operand.getDefiningOp();
        if (def && !isa<lc::FullOp, lc::ConstantOp, lc::ExpandOp>(def)) {
          next = operand;
          break;
        }
      }
      if (!next)
        return false;
      v = next;
      continue;
    }
    if (isa<lc::SumOp, lc::MeanOp, lc::AmaxOp, lc::AminOp, lc::ProdOp,
            lc::AnyOp, lc::AllOp>(op)) {
      auto dims = cast<DenseI64ArrayAttr>(op->getAttr("dims")).asArrayRef();
      return !dims.empty() &&
             dims.back() == typeOf(op->getOperand(0)).getRank() - 1;
    }
    return false;
  }
  return false;
}

namespace {

/// Follows places through elementwise operations and views to the kernel's
/// inputs.
class AccessCost {
public:
  AccessCost(const Bounds &bounds, unsigned axis)
      : bounds(bounds), axis(axis) {}

  double of(Value v, ArrayRef<AffineExpr> place) {
    if (isa<BlockArgument>(v))
      return at(v, place, gatherCost);
    if (!seen.insert(v).second)
      return 0;
    Operation *op = v.getDefiningOp();
    double cost = 0;
    if (isa<lc::Elementwise>(op)) {
      for (Value operand : op->getOperands())
        cost += of(operand, place);
    } else if (auto view = dyn_cast<lc::View>(op)) {
      SmallVector<AffineExpr> source;
      if (succeeded(view.mapToSource(place, source)))
        cost = of(op->getOperand(0), source);
    }
    return cost;
  }

  double at(Value v, ArrayRef<AffineExpr> place, double apart) {
    AffineExpr offset =
        simplify(linearize(place, lc::getDims(v), v.getContext()), bounds);
    std::optional<int64_t> stride = strideAlong(offset, axis, bounds);
    return stride == 0 || stride == 1 ? 1 : apart;
  }

private:
  const Bounds &bounds;
  unsigned axis;
  llvm::DenseSet<Value> seen;
};

} // namespace

int chooseVectorAxis(ArrayRef<Value> roots, ArrayRef<lc::SymbolAttr> symbols,
                     unsigned lanes) {
  if (llvm::any_of(roots, reducesRows))
    return -1;
  Bounds bounds;
  bounds.symbols.assign(symbols.begin(), symbols.end());
  SmallVector<AffineExpr> place;
  lc::Dims sizes = lc::getDims(roots[0]);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    place.push_back(getAffineDimExpr(i, roots[0].getContext()));
    bounds.sizes.push_back(size);
  }
  int best = -1;
  double least = 0;
  // From the innermost: it wins where there is no difference.
  for (unsigned i = sizes.size(); i-- > 0;) {
    if (lc::isConstant(sizes[i], 1))
      continue;
    double cost = 0;
    AccessCost access(bounds, i);
    for (Value root : roots)
      cost += access.at(root, place, scatterCost) + access.of(root, place);
    if (std::optional<int64_t> n = lc::getConstant(sizes[i]); n && *n > 0)
      cost *= double((*n + lanes - 1) / lanes * lanes) / *n;
    if (best < 0 || cost < least) {
      best = i;
      least = cost;
    }
  }
  return best;
}

} // namespace lcompile::nest
