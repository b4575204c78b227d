// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What may be computed in one generated kernel.
#include "passes/5_partition/FusionRules.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile;

/// Costs nothing to compute again: a change of place or a number.
bool lcompile::isFree(Operation *op) {
  return isa<lc::View, lc::FullOp, lc::IotaOp, lc::SizeOp>(op) ||
         (isa<lc::ConstantOp>(op) &&
          isa<SplatElementsAttr>(cast<lc::ConstantOp>(op).getValue()));
}

bool lcompile::isShift(Operation *op) {
  if (!isa<lc::AddOp, lc::SubOp, lc::MulOp>(op))
    return false;
  auto isRepeated = [](Value v) {
    while (isa_and_nonnull<lc::PermuteOp, lc::ReshapeOp>(v.getDefiningOp()))
      v = v.getDefiningOp()->getOperand(0);
    return isa_and_nonnull<lc::ExpandOp, lc::FullOp>(v.getDefiningOp());
  };
  return isRepeated(op->getOperand(0)) || isRepeated(op->getOperand(1));
}

static bool isReduction(Operation *op) {
  return isa<lc::SumOp, lc::ProdOp, lc::MeanOp, lc::AmaxOp, lc::AminOp,
             lc::AnyOp, lc::AllOp, lc::ArgmaxOp, lc::ArgminOp>(op);
}

/// Goes along a dimension in order.
static bool isAlongLine(Operation *op) {
  return isa<lc::CumsumOp, lc::CumprodOp, lc::CumargmaxOp, lc::CumargminOp,
             lc::ArgsortOp, lc::ScatterOp>(op);
}

/// Reads its operands at places of its own; fusing a producer that computes
/// would compute an element once for each read.
static bool rereads(Operation *op) {
  return isa<lc::MaxPoolOp, lc::AvgPoolOp, lc::AdaptiveAvgPoolOp, lc::GatherOp,
             lc::IndexSelectOp, lc::ResizeOp>(op) ||
         isAlongLine(op);
}

/// Has to stand at the root of its kernel.
static bool isRootOnly(Operation *op) {
  return isAlongLine(op) || isa<lc::DynamicUpdateSliceOp>(op);
}

/// Writes a part of the memory of operand 0, which has to be a tensor of its
/// own.
bool lcompile::updates(Operation *op, Value operand) {
  return isa<lc::ScatterOp, lc::DynamicUpdateSliceOp>(op) &&
         op->getOperand(0) == operand;
}

bool lcompile::canGenerate(Operation *op) {
  return op->getDialect() &&
         op->getDialect()->getNamespace() ==
             lc::LcDialect::getDialectNamespace() &&
         !lc::isContraction(op) &&
         !isa<lc::ParameterOp, lc::ItemOp, lc::ScalarOp, lc::SdpaOp,
              lc::FenceOp>(op) &&
         !(isa<lc::ConstantOp>(op) && !isFree(op));
}

/// A reshape that only adds or takes away dimensions of size 1.
static bool isUnitReshape(Operation *op) {
  auto essential = [](Value v) {
    lc::Dims dims = lc::getDims(v);
    llvm::erase_if(dims, [](AffineExpr e) { return lc::isConstant(e, 1); });
    return dims;
  };
  return essential(op->getOperand(0)) == essential(op->getResult(0));
}

/// True when every use of the reduced value in `group` sits behind an expand
/// along the reduced dimensions, or is not in a reduction at all: then it is
/// computed once for each of its elements.
static bool fusesReduction(Operation *reduction, const Group &group) {
  auto dims = reduction->getAttrOfType<DenseI64ArrayAttr>("dims");
  if (!dims) // arg-reductions are slow loops: alone
    return false;
  int64_t rank =
      cast<RankedTensorType>(reduction->getOperand(0).getType()).getRank();
  // Only reductions over the last dimensions are rows.
  ArrayRef<int64_t> list = dims.asArrayRef();
  for (size_t i = 0; i < list.size(); ++i)
    if (list[i] != rank - int64_t(list.size()) + int64_t(i))
      return false;
  lc::Dims kept = lc::getDims(reduction->getOperand(0));
  kept.resize(rank - list.size());
  // The kernel's rows must be the reduction's rows.
  for (Operation *op : group) {
    if (isa<lc::FullOp, lc::IotaOp, lc::SizeOp, lc::ConstantOp>(op))
      continue;
    if (isReduction(op) && op->getAttr("dims") != reduction->getAttr("dims"))
      return false;
    if (rereads(op) ||
        isa<lc::ConcatOp, lc::PadOp, lc::PermuteOp, lc::FlipOp>(op))
      return false;
    if (isa<lc::ReshapeOp>(op) && !isUnitReshape(op))
      return false;
  }
  return true;
}

/// True when elementwise operations and views alone lead from `op` to an
/// insertion of `group`.
static bool isInserted(Operation *op, const Group &group) {
  llvm::SetVector<Operation *> behind;
  auto follow = [&](Operation *from) {
    for (Operation *user : from->getUsers())
      if (group.contains(user))
        behind.insert(user);
  };
  follow(op);
  for (size_t i = 0; i < behind.size(); ++i) {
    if (isa<lc::InsertSliceOp>(behind[i]))
      return true;
    if (isa<lc::Elementwise, lc::View>(behind[i]))
      follow(behind[i]);
  }
  return false;
}

/// Follows views from `user`: whether what consumes the value in the end
/// computes each of its elements once.
static bool allowsProducer(Operation *user, Operation *op, const Group &group) {
  if (!group.contains(user))
    return true;
  if (rereads(user))
    return false;
  if (isa<lc::ExpandOp>(user)) {
    // Repeated along outer dimensions it would be computed again in each row;
    // along inner ones it moves out of the loop.
    lc::Dims from = lc::getDims(user->getOperand(0)),
             to = lc::getDims(user->getResult(0));
    bool seenReal = false;
    for (size_t i = from.size(); i-- > 0;) {
      bool repeated = lc::isConstant(from[i], 1) && !lc::isConstant(to[i], 1);
      if (!lc::isConstant(from[i], 1))
        seenReal = true;
      if (repeated && seenReal)
        return false;
    }
  }
  if (isa<lc::View>(user))
    for (Operation *next : user->getResult(0).getUsers())
      if (!allowsProducer(next, op, group))
        return false;
  return true;
}

bool lcompile::canJoin(Operation *op, const Group &group) {
  if (isFree(op))
    return true;
  if (isRootOnly(op))
    return false;
  // An operation that computes must not feed one that reads elements twice.
  for (Operation *user : op->getResult(0).getUsers())
    if (!allowsProducer(user, op, group))
      return false;
  if (isReduction(op))
    return fusesReduction(op, group);
  // What several insertions move to places of their own would be computed for
  // each of them.
  if (!op->hasOneUse() && isInserted(op, group))
    return false;
  return isa<lc::Elementwise>(op) ||
         isa<lc::IndexSelectOp, lc::GatherOp, lc::ConcatOp, lc::PadOp,
             lc::DynamicSliceOp, lc::InsertSliceOp>(op);
}

/// True when the kernel of `group` may store `op` as a result of its own: it
/// computes both, element by element, in one place, and whoever else reads
/// `op` comes behind the kernel.
bool lcompile::canBeResult(Operation *op, const Group &group) {
  Operation *root = group.front();
  lc::Dims dims = lc::getDims(op->getResult(0));
  llvm::SetVector<Operation *> behind;
  behind.insert(op);
  for (size_t i = 0; i < behind.size(); ++i) {
    Operation *next = behind[i];
    if (!isa<lc::Elementwise>(next) || lc::getDims(next->getResult(0)) != dims)
      return false;
    for (Operation *user : next->getUsers())
      if (group.contains(user))
        behind.insert(user);
  }
  if (!behind.contains(root))
    return false;
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
    return group.contains(user) || root->isBeforeInBlock(ancestor);
  });
}

static DenseI64ArrayAttr columnDims(const Group &group) {
  Operation *root = group.empty() ? nullptr : group.front();
  if (!root || !isReduction(root) || isa<lc::ArgmaxOp, lc::ArgminOp>(root))
    return {};
  auto dims = root->getAttrOfType<DenseI64ArrayAttr>("dims");
  auto rank = cast<RankedTensorType>(root->getOperand(0).getType()).getRank();
  return !dims.empty() && dims[dims.size() - 1] != rank - 1 ? dims : nullptr;
}

bool lcompile::canWalkTogether(const Group &later, const Group &earlier) {
  DenseI64ArrayAttr dims = columnDims(later);
  if (!dims || dims != columnDims(earlier))
    return false;
  Operation *root = later.front(), *other = earlier.front();
  lc::Dims sizes = lc::getDims(root->getOperand(0));
  if (sizes != lc::getDims(other->getOperand(0)) ||
      lc::getDims(root->getResult(0)) != lc::getDims(other->getResult(0)) ||
      !other->isBeforeInBlock(root))
    return false;
  auto inputs = [&](const Group &group) {
    llvm::DenseSet<Value> values;
    for (Operation *op : group)
      for (Value v : op->getOperands())
        if (!group.contains(v.getDefiningOp()) && lc::getDims(v) == sizes)
          values.insert(v);
    return values;
  };
  llvm::DenseSet<Value> read = inputs(later);
  if (llvm::none_of(inputs(earlier), [&](Value v) { return read.contains(v); }))
    return false;
  return llvm::all_of(other->getUsers(), [&](Operation *user) {
    return root->isBeforeInBlock(
        other->getBlock()->findAncestorOpInBlock(*user));
  });
}
