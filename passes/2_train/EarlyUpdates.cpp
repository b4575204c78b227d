// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Updates states as soon as their gradients are there.
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/Passes.h"

#include "llvm/ADT/SetVector.h"

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
    findReaders();
    for (Operation *op : updates)
      moveUp(op);
    for (Operation *op : helpers) // those that read come first
      moveDown(op);
  }

private:
  /// Updates are what follows from a gradient. What they need beside gradients
  /// follows from states and numbers alone.
  void findUpdates() {
    for (OpOperand &operand : end->getOpOperands())
      if (Operation *op = operand.get().getDefiningOp())
        if (auto alias = aliasOf(operand.getOperandNumber()))
          writes[op].push_back(function.getArgument(alias.getInt()));
    llvm::DenseSet<Operation *> fromStates;
    for (Operation &op : block.without_terminator()) {
      bool isGradient = isa<zero::ReduceGradOp>(op);
      bool canMove = isGradient || isMemoryEffectFree(&op);
      bool isUpdate = isGradient, stays = true;
      forOperands(&op, [&](Value v) {
        Operation *def = v.getDefiningOp();
        isUpdate |= updates.contains(def);
        stays &= def ? fromStates.contains(def) : isState(v);
      });
      if (isUpdate && canMove)
        updates.insert(&op);
      else if (stays && canMove)
        fromStates.insert(&op);
    }
    for (Operation &op : llvm::reverse(block.without_terminator())) {
      if (!fromStates.contains(&op))
        continue;
      bool isRead = false, onlyByUpdates = true;
      for (Operation *user : op.getUsers()) {
        Operation *here = block.findAncestorOpInBlock(*user);
        bool isUpdate = updates.contains(here) || helpers.contains(here);
        isRead |= isUpdate;
        onlyByUpdates &= isUpdate || here == end;
      }
      if (isRead && onlyByUpdates)
        helpers.insert(&op);
    }
  }

  /// States, and numbers that are given to the step, such as its rate.
  bool isState(Value v) {
    auto argument = cast<BlockArgument>(v);
    return cast<RankedTensorType>(v.getType()).getRank() == 0 ||
           function.getArgAttr(argument.getArgNumber(),
                               lc::LcDialect::stateAttrName);
  }

  /// The input that an output updates.
  IntegerAttr aliasOf(unsigned output) {
    return function.getResultAttrOfType<IntegerAttr>(
        output, lc::LcDialect::aliasAttrName);
  }

  /// The operands of `op` and of what it holds, from outside of it.
  void forOperands(Operation *op, llvm::function_ref<void(Value)> visit) {
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        if (v.getParentBlock() == &block)
          visit(v);
    });
  }

  /// Who reads each state beside its own update: it must be over before.
  void findReaders() {
    for (BlockArgument argument : block.getArguments())
      for (Operation *user : argument.getUsers()) {
        Operation *here = block.findAncestorOpInBlock(*user);
        if (here != end && !helpers.contains(here))
          readers[argument].insert(here);
      }
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
    for (Value state : writes.lookup(op))
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
  llvm::DenseMap<Operation *, SmallVector<Value>> writes; // states
  llvm::DenseMap<Value, llvm::SetVector<Operation *>> readers;
  llvm::DenseMap<Operation *, Operation *> tails;
};

struct EarlyUpdatesPass : lcompile::impl::EarlyUpdatesBase<EarlyUpdatesPass> {
  using EarlyUpdatesBase::EarlyUpdatesBase;

  void runOnOperation() override { Mover(getOperation()).run(); }
};

} // namespace
