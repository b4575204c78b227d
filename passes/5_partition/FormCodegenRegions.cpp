// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Groups what is left after the library into fused kernels.
#include "passes/5_partition/RegionBuilder.h"
#include "passes/Passes.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

namespace lcompile {
#define GEN_PASS_DEF_FORMCODEGENREGIONS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

using Group = llvm::SetVector<Operation *>;

/// Costs nothing to compute again: a change of place or a number.
bool isFree(Operation *op) {
  return isa<lc::View, lc::FullOp, lc::IotaOp, lc::SizeOp>(op) ||
         (isa<lc::ConstantOp>(op) &&
          isa<SplatElementsAttr>(cast<lc::ConstantOp>(op).getValue()));
}

bool isReduction(Operation *op) {
  return isa<lc::SumOp, lc::ProdOp, lc::MeanOp, lc::AmaxOp, lc::AminOp,
             lc::AnyOp, lc::AllOp, lc::ArgmaxOp, lc::ArgminOp>(op);
}

/// Goes along a dimension in order.
bool isAlongLine(Operation *op) {
  return isa<lc::CumsumOp, lc::CumprodOp, lc::CumargmaxOp, lc::CumargminOp,
             lc::ArgsortOp, lc::ScatterOp>(op);
}

/// Reads its operands at places of its own; fusing a producer that computes
/// would compute an element once for each read.
bool rereads(Operation *op) {
  return isa<lc::MaxPoolOp, lc::AvgPoolOp, lc::AdaptiveAvgPoolOp, lc::GatherOp,
             lc::IndexSelectOp, lc::ResizeOp>(op) ||
         isAlongLine(op);
}

/// Has to stand at the root of its kernel.
bool isRootOnly(Operation *op) {
  return isAlongLine(op) || isa<lc::DynamicUpdateSliceOp>(op);
}

/// Writes a part of the memory of operand 0, which has to be a tensor of its
/// own.
bool updates(Operation *op, Value operand) {
  return isa<lc::ScatterOp, lc::DynamicUpdateSliceOp>(op) &&
         op->getOperand(0) == operand;
}

bool canGenerate(Operation *op) {
  return op->getDialect() &&
         op->getDialect()->getNamespace() ==
             lc::LcDialect::getDialectNamespace() &&
         !isa<lc::ParameterOp, lc::ItemOp, lc::ScalarOp, lc::MatmulOp,
              lc::ConvOp, lc::ConvTransposeOp, lc::ConvGradInputOp,
              lc::ConvGradWeightOp, lc::SdpaOp>(op) &&
         !(isa<lc::ConstantOp>(op) && !isFree(op));
}

struct FormCodegenRegionsPass
    : lcompile::impl::FormCodegenRegionsBase<FormCodegenRegionsPass> {
  void runOnOperation() override {
    SmallVector<Block *> blocks;
    getOperation()->walk([&](Block *block) {
      if (!isa<kernel::RegionOp>(block->getParentOp()))
        blocks.push_back(block);
    });
    for (Block *block : blocks)
      form(*block);
  }

  /// True when every use of the reduced value in `group` sits behind an expand
  /// along the reduced dimensions, or is not in a reduction at all: then it is
  /// computed once for each of its elements.
  bool fusesReduction(Operation *reduction, const Group &group) {
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

  /// A reshape that only adds or takes away dimensions of size 1.
  static bool isUnitReshape(Operation *op) {
    auto essential = [](Value v) {
      lc::Dims dims = lc::getDims(v);
      llvm::erase_if(dims, [](AffineExpr e) { return lc::isConstant(e, 1); });
      return dims;
    };
    return essential(op->getOperand(0)) == essential(op->getResult(0));
  }

  bool canJoin(Operation *op, const Group &group) {
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
  bool allowsProducer(Operation *user, Operation *op, const Group &group) {
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

  /// A scatter must not read, behind views, what it is writing over: it gets a
  /// copy.
  void separate(Block &block) {
    for (auto scatter :
         llvm::make_early_inc_range(block.getOps<lc::ScatterOp>()))
      for (OpOperand *operand :
           {&scatter.getIndicesMutable(), &scatter.getSourceMutable()}) {
        Value base = operand->get();
        auto isView = [](Operation *op) {
          return isa_and_nonnull<lc::View>(op);
        };
        while (base != scatter.getDest() && isView(base.getDefiningOp()))
          base = base.getDefiningOp()->getOperand(0);
        if (base != scatter.getDest())
          continue;
        OpBuilder b(scatter);
        operand->set(lc::ConvertOp::create(
            b, scatter.getLoc(), operand->get().getType(), operand->get()));
      }
  }

  void form(Block &block) {
    separate(block);
    llvm::DenseMap<Operation *, unsigned> groupOf;
    std::vector<Group> groups;
    std::vector<SmallVector<Value>> results;
    SmallVector<Operation *> order;
    for (Operation &op : llvm::reverse(block))
      if (canGenerate(&op))
        order.push_back(&op);
    for (Operation *op : order) {
      if (op->use_empty())
        continue;
      // The groups of the users; -1: someone outside needs the value in memory.
      llvm::SmallSetVector<int, 4> users;
      for (Operation *user : op->getResult(0).getUsers()) {
        auto it = groupOf.find(user);
        bool outside = it == groupOf.end() || updates(user, op->getResult(0));
        users.insert(outside ? -1 : int(it->second));
      }
      if (users.size() == 1 && users[0] >= 0 && canJoin(op, groups[users[0]])) {
        groups[users[0]].insert(op);
        groupOf[op] = users[0];
        continue;
      }
      // Free operations are copied into each group that uses them, and stay for
      // the others.
      if (isFree(op) && !users.contains(-1)) {
        for (int g : users)
          copyInto(op, g, groups, groupOf);
        op->erase();
        continue;
      }
      // A reshape for somebody outside is a change of type, not a kernel.
      if (isa<lc::ReshapeOp>(op))
        continue;
      groups.push_back({});
      groups.back().insert(op);
      groupOf[op] = groups.size() - 1;
      results.resize(groups.size());
      results.back().push_back(op->getResult(0));
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      Operation *last = results[i][0].getDefiningOp();
      wrapInRegion(groups[i], results[i], kernel::Unit::cpu_codegen, last);
    }
  }

  static void copyInto(Operation *op, int g, std::vector<Group> &groups,
                       llvm::DenseMap<Operation *, unsigned> &groupOf) {
    OpBuilder b(op);
    Operation *copy = b.clone(*op);
    op->getResult(0).replaceUsesWithIf(copy->getResult(0), [&](OpOperand &use) {
      auto it = groupOf.find(use.getOwner());
      return it != groupOf.end() && int(it->second) == g;
    });
    groups[g].insert(copy);
    groupOf[copy] = g;
  }
};

} // namespace
