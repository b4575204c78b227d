// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where sharded parameters are whole.
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_UNSHARDPLACEMENT
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct UnshardPlacementPass
    : lcompile::impl::UnshardPlacementBase<UnshardPlacementPass> {
  using UnshardPlacementBase::UnshardPlacementBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    // The first result is the loss: what comes behind it is the backward
    // program.
    Operation *end = function.front().getTerminator();
    Operation *loss =
        end->getNumOperands() ? end->getOperand(0).getDefiningOp() : nullptr;
    for (zero::UnshardOp unshard :
         llvm::to_vector(function.front().getOps<zero::UnshardOp>()))
      place(unshard, release ? loss : nullptr);
  }

  /// Operations of the outermost block that use `v`, or hold one that does, in
  /// the order of the program.
  static SmallVector<Operation *> usersOf(Value v, Block &block) {
    llvm::SetVector<Operation *> users;
    for (Operation *user : v.getUsers())
      users.insert(block.findAncestorOpInBlock(*user));
    SmallVector<Operation *> sorted = users.takeVector();
    llvm::sort(sorted, [](Operation *x, Operation *y) {
      return x->isBeforeInBlock(y);
    });
    return sorted;
  }

  static void place(zero::UnshardOp unshard, Operation *boundary) {
    Block &block = *unshard->getBlock();
    SmallVector<Operation *> users = usersOf(unshard.getResult(), block);
    if (users.empty())
      return unshard.erase();
    Operation *second = nullptr, *last = nullptr;
    for (Operation *user : users) {
      bool isBehind = boundary && boundary->isBeforeInBlock(user);
      if (isBehind && !second)
        second = user;
      if (!isBehind)
        last = user;
    }
    if (second && last) {
      OpBuilder b(second);
      Operation *again = b.clone(*unshard);
      unshard.getResult().replaceUsesWithIf(
          again->getResult(0), [&](OpOperand &use) {
            Operation *user = block.findAncestorOpInBlock(*use.getOwner());
            return boundary->isBeforeInBlock(user);
          });
      b.setInsertionPointAfter(last);
      zero::ReleaseOp::create(b, unshard.getLoc(), unshard.getResult());
    }
    unshard->moveBefore(users[0]);
  }
};

} // namespace
