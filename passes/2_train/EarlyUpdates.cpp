// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Updates states as soon as their gradients are there.
#include "dialects/lc/IR/StateUpdates.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_EARLYUPDATES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Moves updates of states behind what they wait for.
class Mover {
public:
  explicit Mover(func::FuncOp function)
      : function(function), block(function.front()),
        end(block.getTerminator()) {}

  void run() {
    findUpdates();
    helpers = lc::findUpdateHelpers(
        function, [&](Operation *op) { return updates.contains(op); });
    writers = lc::findWriters(function);
    readers = lc::findReaders(
        function, [&](Operation *op) { return helpers.contains(op); });
    for (Operation *op : updates)
      moveUp(op);
    for (Operation *op : helpers) // those that read come first
      moveDown(op);
  }

private:
  /// What follows from a gradient.
  void findUpdates() {
    for (Operation &op : block.without_terminator()) {
      bool isUpdate = isa<zero::ReduceGradOp>(op);
      forOperands(&op, [&](Value v) {
        isUpdate |=
            isMemoryEffectFree(&op) && updates.contains(v.getDefiningOp());
      });
      if (isUpdate)
        updates.insert(&op);
    }
  }

  /// The operands of `op` and of what it holds, from outside of it.
  void forOperands(Operation *op, llvm::function_ref<void(Value)> visit) {
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        if (v.getParentBlock() == &block)
          visit(v);
    });
  }

  /// What makes the operands, also those of helpers, which come along.
  void waitForOperands(Operation *op,
                       llvm::function_ref<void(Operation *)> wait) {
    forOperands(op, [&](Value v) {
      Operation *def = v.getDefiningOp();
      if (helpers.contains(def))
        waitForOperands(def, wait);
      else
        wait(def);
    });
  }

  void moveUp(Operation *op) {
    Operation *last = nullptr;
    auto wait = [&](Operation *before) {
      if (before && before != op && (!last || last->isBeforeInBlock(before)))
        last = before;
    };
    waitForOperands(op, wait);
    for (Value state : writers.lookup(op))
      for (Operation *reader : readers[state])
        wait(reader);
    if (!last)
      return;
    // Behind what has been put there before it.
    Operation *&tail = tails[last];
    op->moveAfter(tail ? tail : last);
    tail = op;
  }

  void moveDown(Operation *op) {
    Operation *first = nullptr;
    for (Operation *user : op->getUsers()) {
      Operation *here = block.findAncestorOpInBlock(*user);
      if (here != end && (!first || here->isBeforeInBlock(first)))
        first = here;
    }
    op->moveBefore(first);
  }

  func::FuncOp function;
  Block &block;
  Operation *end;
  llvm::SetVector<Operation *> updates; // in the order of the program
  llvm::SetVector<Operation *> helpers; // the other way round
  llvm::DenseMap<Operation *, SmallVector<Value>> writers;
  llvm::DenseMap<Value, llvm::DenseSet<Operation *>> readers;
  llvm::DenseMap<Operation *, Operation *> tails;
};

struct EarlyUpdatesPass : lcompile::impl::EarlyUpdatesBase<EarlyUpdatesPass> {
  using EarlyUpdatesBase::EarlyUpdatesBase;

  void runOnOperation() override { Mover(getOperation()).run(); }
};

} // namespace
