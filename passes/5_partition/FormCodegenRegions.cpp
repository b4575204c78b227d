// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Groups what is left after the library into fused kernels.
#include "passes/5_partition/FusionRules.h"
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

  /// The one group among the users of a value that is needed in memory, too.
  static int groupOfOthers(const llvm::SmallSetVector<int, 4> &users) {
    if (users.size() != 2 || !users.contains(-1))
      return -1;
    return std::max(users[0], users[1]);
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
      if (int g = groupOfOthers(users); g >= 0 && canBeResult(op, groups[g])) {
        groups[g].insert(op);
        groupOf[op] = g;
        results[g].push_back(op->getResult(0));
        continue;
      }
      // Free operations, and those that cost no more to read, are copied into
      // each group that uses them, and stay for the others.
      bool isCopied =
          !users.contains(-1) &&
          (isFree(op) || (isShift(op) && llvm::all_of(users, [&](int g) {
                            return canJoin(op, groups[g]);
                          })));
      if (isCopied) {
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
    for (size_t later = 0; later < groups.size(); ++later)
      for (size_t earlier = later + 1; earlier < groups.size(); ++earlier)
        if (canWalkTogether(groups[later], groups[earlier])) {
          groups[later].insert_range(groups[earlier]);
          results[later].append(results[earlier]);
          groups[earlier].clear();
        }
    for (size_t i = 0; i < groups.size(); ++i) {
      if (groups[i].empty()) // walks with another one
        continue;
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
