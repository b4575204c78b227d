// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When collectives start and when the program waits for them.
#include "dialects/ccl/IR/CclDialect.h"
#include "passes/Passes.h"

#include <deque>

namespace lcompile {
#define GEN_PASS_DEF_SCHEDULECOLLECTIVES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Reductions that may be under way: more would keep more gradients in memory.
constexpr size_t maxReductions = 2;

bool isGather(ccl::StartOp start) {
  return start.getKind() == ccl::Kind::all_gather;
}

struct Pair {
  ccl::StartOp start;
  ccl::WaitOp wait;
};

Pair split(Operation *op) {
  auto collective = cast<ccl::Collective>(op);
  OpBuilder b(op);
  auto future = ccl::FutureType::get(op->getContext(),
                                     llvm::to_vector(op->getResultTypes()));
  ccl::RedAttr red;
  if (auto r = collective.getReduction())
    red = ccl::RedAttr::get(op->getContext(), *r);
  auto start = ccl::StartOp::create(
      b, op->getLoc(), future, collective.getKind(), op->getOperands(), red,
      collective.getNames(), collective.getRoot(), IntegerAttr());
  auto wait = ccl::WaitOp::create(b, op->getLoc(), op->getResultTypes(), start);
  op->replaceAllUsesWith(wait);
  op->erase();
  return {start, wait};
}

Operation *firstUser(Operation *op) {
  Operation *first = op->getBlock()->getTerminator();
  for (Operation *user : op->getUsers()) {
    Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
    if (here->isBeforeInBlock(first))
      first = here;
  }
  return first;
}

struct ScheduleCollectivesPass
    : lcompile::impl::ScheduleCollectivesBase<ScheduleCollectivesPass> {
  using ScheduleCollectivesBase::ScheduleCollectivesBase;

  void runOnOperation() override {
    Block &block = getOperation().front();
    SmallVector<Operation *> all;
    bool good = true;
    getOperation().walk([&](Operation *op) {
      if (!isa<ccl::Collective>(op) || isa<ccl::StartOp>(op))
        return;
      all.push_back(op);
      if (op->getBlock() != &block) {
        op->emitError("collectives in branches and loops are not supported: "
                      "ranks could disagree on whether to communicate");
        good = false;
      }
    });
    if (!good)
      return signalPassFailure();
    SmallVector<Pair> pairs;
    for (Operation *op : all)
      pairs.push_back(split(op));
    if (overlap) {
      prefetchGathers(pairs);
      delayWaits(pairs);
    }
    number(block);
  }

private:
  /// Each gather starts before the wait of the one `prefetch` places before it.
  void prefetchGathers(ArrayRef<Pair> pairs) {
    SmallVector<Pair> gathers;
    for (Pair pair : pairs)
      if (isGather(pair.start))
        gathers.push_back(pair);
    for (size_t i = 0; prefetch && i < gathers.size(); ++i) {
      Operation *goal = i >= prefetch
                            ? gathers[i - prefetch].wait.getOperation()
                            : &gathers[i].start->getBlock()->front();
      if (!goal->isBeforeInBlock(gathers[i].start))
        continue;
      // Not before its operands, nor before an earlier start: the order stays.
      for (Value v : gathers[i].start.getInputs())
        if (Operation *def = v.getDefiningOp())
          if (!def->isBeforeInBlock(goal))
            goal = def->getNextNode();
      if (goal->isBeforeInBlock(gathers[i].start))
        gathers[i].start->moveBefore(goal);
    }
  }

  void delayWaits(ArrayRef<Pair> pairs) {
    std::deque<Pair> underWay;
    for (Pair pair : pairs) {
      pair.wait->moveBefore(firstUser(pair.wait));
      if (isGather(pair.start))
        continue;
      underWay.push_back(pair);
      if (underWay.size() <= maxReductions)
        continue;
      Pair oldest = underWay.front();
      underWay.pop_front();
      if (pair.start->isBeforeInBlock(oldest.wait))
        oldest.wait->moveBefore(pair.start);
    }
  }

  static void number(Block &block) {
    Builder b(block.getParentOp()->getContext());
    int64_t ticket = 0;
    for (auto start : block.getOps<ccl::StartOp>())
      start.setTicketAttr(b.getI64IntegerAttr(++ticket));
  }
};

} // namespace
