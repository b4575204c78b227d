// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns in-place writes into values.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "passes/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/TypeSwitch.h"

namespace lcompile {
#define GEN_PASS_DEF_FUNCTIONALIZE
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The tensors of one block and the memory they share. A tensor is a chain of
/// views over a base; the base has a current value.
class Aliases {
public:
  /// What `v` holds now, given that `base` holds `current`.
  Value rebuild(ImplicitLocOpBuilder &b, Value v, Value base, Value current) {
    if (v == base)
      return current;
    Operation *view = v.getDefiningOp();
    Value source = rebuild(b, view->getOperand(0), base, current);
    Operation *copy = b.clone(*view);
    copy->setOperand(0, source);
    return copy->getResult(0);
  }

  /// The value of `base` after `v`, a chain of views over it, was set to
  /// `value`.
  FailureOr<Value> writeThrough(ImplicitLocOpBuilder &b, Value v, Value base,
                                Value current, Value value) {
    if (v == base)
      return value;
    Operation *view = v.getDefiningOp();
    Value source = view->getOperand(0);
    Type type = source.getType();
    FailureOr<Value> inner =
        TypeSwitch<Operation *, FailureOr<Value>>(view)
            .Case([&](lc::ReshapeOp) -> FailureOr<Value> {
              return Value(lc::ReshapeOp::create(b, type, value));
            })
            .Case([&](lc::PermuteOp op) -> FailureOr<Value> {
              SmallVector<int64_t> inverse(op.getPerm().size());
              for (auto [i, p] : llvm::enumerate(op.getPerm()))
                inverse[p] = i;
              return Value(lc::PermuteOp::create(b, type, value, inverse));
            })
            .Case([&](lc::SliceOp op) -> FailureOr<Value> {
              Value whole = rebuild(b, source, base, current);
              return Value(lc::InsertSliceOp::create(b, type, whole, value,
                                                     op.getDim(), op.getStart(),
                                                     op.getStep()));
            })
            .Default([](Operation *) { return failure(); });
    if (failed(inner))
      return failure();
    return writeThrough(b, source, base, current, *inner);
  }
};

struct FunctionalizePass
    : lcompile::impl::FunctionalizeBase<FunctionalizePass> {
  void runOnOperation() override {
    SmallVector<Block *> blocks;
    bool any = false;
    getOperation()->walk([&](lc::OverwriteOp) { any = true; });
    if (!any)
      return;
    getOperation()->walk([&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks)
      if (failed(run(*block)))
        return signalPassFailure();
  }

  LogicalResult run(Block &block) {
    Aliases aliases;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto write = dyn_cast<lc::OverwriteOp>(op);
      if (!write)
        continue;
      Value base = lc::viewedValue(write.getDest());
      if (base.getParentBlock() != &block) {
        write.emitError(
            "cannot write in place to a tensor from outside of this "
            "branch or loop");
        return failure();
      }
      ImplicitLocOpBuilder b(write.getLoc(), write);
      FailureOr<Value> next = aliases.writeThrough(b, write.getDest(), base,
                                                   base, write.getSource());
      if (failed(next)) {
        write.emitError("cannot write in place through an expanded tensor");
        return failure();
      }
      replaceLater(write, base, *next, aliases);
      write.erase();
    }
    return success();
  }

  /// Whatever reads `base` or a view of it after `write` reads `next` instead.
  void replaceLater(Operation *write, Value base, Value next,
                    Aliases &aliases) {
    Block *block = write->getBlock();
    auto isLater = [&](Operation *user) {
      Operation *ancestor = block->findAncestorOpInBlock(*user);
      return ancestor && write->isBeforeInBlock(ancestor);
    };
    // Views that exist already are built again from the new value when they are
    // used later; views that are made later follow their operand.
    SmallVector<Value> work = {base};
    ImplicitLocOpBuilder b(write->getLoc(), write);
    while (!work.empty()) {
      Value v = work.pop_back_val();
      bool usedLater = false;
      for (Operation *user : v.getUsers()) {
        if (isLater(user))
          usedLater = true;
        else if (isa<lc::View>(user) && user->getBlock() == block)
          work.push_back(user->getResult(0));
      }
      if (!usedLater)
        continue;
      Value fresh = aliases.rebuild(b, v, base, next);
      v.replaceUsesWithIf(
          fresh, [&](OpOperand &use) { return isLater(use.getOwner()); });
    }
  }
};

} // namespace
