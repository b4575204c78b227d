// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When collectives start and when the program waits for them.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/StateUpdates.h"
#include "passes/3_distribute/OperationCost.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_SCHEDULECOLLECTIVES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

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

/// A gather of what the step begins with: it can start whenever it is wanted.
bool isOfState(ccl::StartOp start) {
  return start.getKind() == ccl::Kind::all_gather &&
         llvm::all_of(start.getInputs(), llvm::IsaPred<BlockArgument>);
}

/// Two clocks, of the kernels and of the link, that go on from operation to
/// operation.
struct Clocks {
  double rate; // of the link
  double now = 0, link = 0;
  double computing = 0, moving = 0, waiting = 0; // seconds so far
  llvm::DenseMap<Operation *, double> arrival;   // by start

  Clocks(double rate) : rate(rate) {}

  void pass(Operation *op) {
    if (isa<ccl::StartOp>(op)) {
      double seconds = transferSeconds(op, rate);
      moving += seconds;
      link = std::max(link, now) + seconds;
      arrival[op] = link;
    } else if (auto wait = dyn_cast<ccl::WaitOp>(op)) {
      double there = arrival.lookup(wait.getFuture().getDefiningOp());
      waiting += std::max(0.0, there - now);
      now = std::max(now, there);
    } else {
      double seconds = computeSeconds(op);
      computing += seconds;
      now += seconds;
    }
  }
};

/// Puts the operations of a block into an order in which collectives run beside
/// kernels. Clocks go on as operations are put down. What does not depend on
/// collectives keeps its order; what follows from one (the update of
/// parameters) is put where its wait should not have to wait any more.
class Timeline {
public:
  Timeline(Block &block, double rate) : block(block), clocks(rate) {}

  void run() {
    findDependents();
    auto function = cast<func::FuncOp>(block.getParentOp());
    auto isUpdate = [&](Operation *op) { return dependents.contains(op); };
    updates = lc::findWriters(function);
    readers = lc::findReaders(function, isUpdate);
    helpers = lc::findUpdateHelpers(function, isUpdate);
    SmallVector<Operation *> others;
    for (Operation &op : block.without_terminator()) {
      bool follows = dependents.contains(&op);
      if (!follows && !helpers.contains(&op))
        others.push_back(&op);
      else if (follows && !isa<ccl::WaitOp>(op))
        followers.push_back(&op);
      if (auto start = dyn_cast<ccl::StartOp>(op); start && follows)
        starts.push_back(start);
    }
    for (Operation *op : others)
      left += computeSeconds(op);
    startReady();
    for (Operation *op : others) {
      left -= computeSeconds(op);
      put(op);
      startReady();
      takeDone(/*atEnd=*/false);
    }
    takeDone(/*atEnd=*/true);
    for (Operation &op : block.without_terminator())
      if (!done.contains(&op))
        put(&op); // helpers that only the end wants
    Operation *end = block.getTerminator();
    for (Operation *op : order)
      op->moveBefore(end);
  }

private:
  /// What collectives give, except gathered states, and all that follows.
  void findDependents() {
    for (Operation &op : block.without_terminator()) {
      auto start = dyn_cast<ccl::StartOp>(op);
      bool follows = start && !isOfState(start);
      op.walk([&](Operation *inner) {
        for (Value v : inner->getOperands())
          follows |= dependents.contains(v.getDefiningOp());
      });
      if (follows)
        dependents.insert(&op);
    }
  }

  void put(Operation *op) {
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        if (Operation *def = v.getDefiningOp();
            helpers.contains(def) && !done.contains(def))
          put(def);
    });
    done.insert(op);
    order.push_back(op);
    clocks.pass(op);
    if (auto start = dyn_cast<ccl::StartOp>(op))
      if (dependents.contains(op))
        underWay.push_back(start);
  }

  bool isReady(Operation *op) {
    if (done.contains(op))
      return false;
    bool ready = true;
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands()) {
        Operation *def = v.getDefiningOp();
        Operation *here = def ? block.findAncestorOpInBlock(*def) : nullptr;
        ready &= !here || here == op || done.contains(here) ||
                 helpers.contains(here);
      }
    });
    return ready;
  }

  /// An update would need memory of its own while the old value is still read.
  bool wouldCopy(Operation *op) {
    Operation *writer = op;
    if (auto start = dyn_cast<ccl::StartOp>(op))
      writer = *start.getFuture().user_begin();
    auto it = updates.find(writer);
    return it != updates.end() && llvm::any_of(it->second, [&](Value state) {
             return llvm::any_of(readers[state], [&](Operation *reader) {
               return !helpers.contains(reader) && !done.contains(reader);
             });
           });
  }

  /// Starts collectives whose operands are there, in the order of the program.
  void startReady() {
    for (ccl::StartOp start : starts)
      if (isReady(start) && !wouldCopy(start))
        put(start);
  }

  /// Waits for what should be there by now, or at the end for everything, and
  /// does what follows from it. Gathers have nothing behind them but the end.
  void takeDone(bool atEnd) {
    for (bool again = true; again;) {
      again = false;
      for (size_t i = 0; i < underWay.size(); ++i) {
        ccl::StartOp start = underWay[i];
        bool isLast = start.getKind() == ccl::Kind::all_gather;
        if (isLast ? !atEnd || hasReduction() : !atEnd && !shouldBeThere(start))
          continue;
        underWay.erase(underWay.begin() + i);
        put(*start.getFuture().user_begin());
        follow(atEnd);
        again = true;
        break;
      }
      if (atEnd && underWay.empty() && follow(true))
        again = true;
    }
  }

  /// Clocks are rough. Who waits too early stands still; who waits too late
  /// sends what follows late, which does no harm as long as kernels are left to
  /// hide it.
  bool shouldBeThere(ccl::StartOp start) {
    double margin =
        std::min(2 * transferSeconds(start, clocks.rate), 0.2 * left);
    return clocks.arrival.lookup(start) + margin <= clocks.now;
  }

  bool hasReduction() {
    return llvm::any_of(underWay, [](ccl::StartOp start) {
      return start.getKind() != ccl::Kind::all_gather;
    });
  }

  /// Puts down all dependents that can go, waits apart.
  bool follow(bool atEnd) {
    bool any = false;
    for (bool again = true; again;) {
      again = false;
      for (Operation *op : followers)
        if (isReady(op) && (atEnd || !wouldCopy(op))) {
          put(op);
          again = any = true;
        }
    }
    return any;
  }

  Block &block;
  Clocks clocks;
  double left = 0; // seconds of kernels that do not follow from collectives
  llvm::DenseSet<Operation *> dependents, done;
  llvm::SetVector<Operation *> helpers;
  llvm::DenseMap<Operation *, SmallVector<Value>> updates;
  llvm::DenseMap<Value, llvm::DenseSet<Operation *>> readers;
  SmallVector<ccl::StartOp> starts;   // dependents only
  SmallVector<Operation *> followers; // dependents that are no waits
  SmallVector<ccl::StartOp> underWay;
  SmallVector<Operation *> order;
};

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
    if (all.empty())
      return;
    SmallVector<Pair> gathers;
    for (Operation *op : all) {
      Pair pair = split(op);
      if (isOfState(pair.start))
        gathers.push_back(pair);
    }
    if (overlap) {
      prefetchGathers(gathers);
      Timeline(block, double(linkRate)).run();
    }
    number(block);
    estimate(block);
  }

private:
  /// Each gather starts before the wait of the one `prefetch` places before it.
  void prefetchGathers(ArrayRef<Pair> gathers) {
    for (size_t i = 0; prefetch && i < gathers.size(); ++i) {
      ccl::StartOp start = gathers[i].start;
      Operation *goal = &start->getBlock()->front();
      if (i >= prefetch) {
        ccl::WaitOp wait = gathers[i - prefetch].wait;
        goal = wait;
      }
      if (goal->isBeforeInBlock(start))
        start->moveBefore(goal);
    }
  }

  /// Goes through the order once more.
  void estimate(Block &block) {
    Clocks clocks(linkRate);
    for (Operation &op : block)
      clocks.pass(&op);
    Builder b(&getContext());
    getOperation()->setAttr(ccl::CclDialect::estimateAttrName,
                            b.getF64ArrayAttr({clocks.computing, clocks.moving,
                                               clocks.waiting, clocks.rate}));
  }

  static void number(Block &block) {
    Builder b(block.getParentOp()->getContext());
    int64_t ticket = 0;
    for (auto start : block.getOps<ccl::StartOp>())
      start.setTicketAttr(b.getI64IntegerAttr(++ticket));
  }
};

} // namespace
