// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recomputation of activations (checkpointing): what the backward program needs
// of the forward program is computed again instead of kept.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "mlir/IR/IRMapping.h"
#include "passes/3_distribute/OperationCost.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_REMATERIALIZE
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Costs nothing to have: it is made where it is read, or it stays anyway.
bool isAtHand(Value v) {
  Operation *def = v.getDefiningOp();
  return !def || def->getNumOperands() == 0;
}

bool canRepeat(Operation *op) {
  return isa_and_nonnull<lc::LcDialect>(op->getDialect()) &&
         op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
         !isa<lc::FenceOp, lc::ItemOp, lc::ScalarOp>(op);
}

class Rematerializer {
public:
  Rematerializer(Block &block, double keep) : block(block), keep(keep) {}

  void run() {
    number();
    findPeak();
    if (saved.empty())
      return;
    choose();
    repeat();
  }

private:
  struct Saved {
    Value value;
    double bytes;
  };

  void number() {
    for (Operation &op : block) {
      place[&op] = int64_t(ops.size());
      ops.push_back(&op);
    }
    for (Operation *op : ops)
      op->walk([&](Operation *inner) {
        for (Value v : inner->getOperands())
          if (Value root = lc::viewedValue(v); root.getParentBlock() == &block)
            lastUse[root] = place[op];
      });
  }

  /// What is alive where most is.
  void findPeak() {
    SmallVector<double> change(ops.size() + 1, 0);
    auto forAll = [&](auto visit) {
      for (Operation *op : ops)
        if (!isa<lc::View>(op))
          for (Value v : op->getResults())
            if (!isAtHand(v) && lastUse.contains(v))
              visit(v, place[op], lastUse[v], tensorBytes(v.getType()));
    };
    forAll([&](Value, int64_t first, int64_t last, double bytes) {
      change[first] += bytes;
      change[last] -= bytes;
    });
    double live = 0, most = -1;
    for (size_t i = 0; i < ops.size(); ++i) {
      live += change[i];
      if (live > most) {
        most = live;
        peak = int64_t(i);
      }
    }
    forAll([&](Value v, int64_t first, int64_t last, double bytes) {
      // What the function gives must be there at its end.
      if (first <= peak && last > peak && last + 1 < int64_t(ops.size())) {
        saved.push_back({v, bytes});
        isSaved.insert(v);
      }
    });
  }

  bool isKept(Value v) {
    Value root = lc::viewedValue(v);
    return isAtHand(root) || root.getParentBlock() != &block ||
           (isSaved.contains(root) && !dropped.contains(root));
  }

  /// The operations, beyond those in `repeated`, that make `v` of what is kept.
  /// False when it cannot be made again, or only by too many.
  bool collect(Value v, llvm::SetVector<Operation *> &chain) {
    constexpr size_t longest = 256;
    Operation *def = v.getDefiningOp();
    if (repeated.contains(def) || chain.contains(def))
      return true;
    if (!canRepeat(def) || place[def] > peak || chain.size() > longest)
      return false;
    chain.insert(def);
    return llvm::all_of(def->getOperands(), [&](Value operand) {
      return isKept(operand) || collect(operand, chain);
    });
  }

  /// What gives most bytes for its time goes first, until enough is gone.
  void choose() {
    double total = 0;
    for (const Saved &s : saved)
      total += s.bytes;
    double left = total;
    while (left > keep * total) {
      const Saved *best = nullptr;
      double bestScore = 0;
      llvm::SetVector<Operation *> bestChain;
      for (const Saved &s : saved) {
        llvm::SetVector<Operation *> chain;
        if (dropped.contains(s.value))
          continue;
        dropped.insert(s.value); // its own memory is no source
        bool good = collect(s.value, chain);
        dropped.erase(s.value);
        if (!good)
          continue;
        double seconds = 1e-9;
        for (Operation *op : chain)
          seconds += computeSeconds(op);
        if (s.bytes / seconds > bestScore) {
          best = &s;
          bestScore = s.bytes / seconds;
          bestChain = std::move(chain);
        }
      }
      if (!best)
        return;
      dropped.insert(best->value);
      repeated.insert(bestChain.begin(), bestChain.end());
      left -= best->bytes;
    }
  }

  /// The value as the operations from `before` on see it.
  Value again(Value v, Operation *before) {
    if (Value known = map.lookupOrNull(v))
      return known;
    if (isKept(v))
      return v;
    Operation *def = v.getDefiningOp();
    SmallVector<Value> operands;
    bool isFresh = false;
    for (Value operand : def->getOperands()) {
      operands.push_back(again(operand, before));
      isFresh |= operands.back() != operand;
    }
    OpBuilder b(before);
    // Nothing may find that it has been computed already. Weights stay as they
    // are where something else can be fenced.
    if (!isFresh) {
      auto computed = llvm::find_if(
          operands, [](Value v) { return !isAtHand(lc::viewedValue(v)); });
      Value &one = computed == operands.end() ? operands.front() : *computed;
      one = fence(one, b);
    }
    Operation *copy = b.clone(*def);
    copy->setOperands(operands);
    for (auto [old, fresh] :
         llvm::zip_equal(def->getResults(), copy->getResults()))
      map.map(old, fresh);
    return map.lookup(v);
  }

  Value fence(Value v, OpBuilder &b) {
    Value &known = fences[v];
    if (!known)
      known = lc::FenceOp::create(b, v.getLoc(), v,
                                  b.getI64IntegerAttr(int64_t(fences.size())));
    return known;
  }

  void repeat() {
    for (int64_t i = peak + 1; i < int64_t(ops.size()); ++i)
      ops[i]->walk([&](Operation *inner) {
        for (OpOperand &operand : inner->getOpOperands()) {
          Value root = lc::viewedValue(operand.get());
          if (dropped.contains(root))
            operand.set(again(operand.get(), ops[i]));
        }
      });
  }

  Block &block;
  double keep;
  SmallVector<Operation *> ops;
  llvm::DenseMap<Operation *, int64_t> place;
  llvm::DenseMap<Value, int64_t> lastUse; // of roots
  int64_t peak = 0;
  SmallVector<Saved> saved; // alive behind the peak
  llvm::DenseSet<Value> isSaved, dropped;
  llvm::DenseSet<Operation *> repeated;
  IRMapping map; // to what is computed again
  llvm::DenseMap<Value, Value> fences;
};

struct RematerializePass
    : lcompile::impl::RematerializeBase<RematerializePass> {
  using RematerializeBase::RematerializeBase;

  void runOnOperation() override {
    if (keep >= 1)
      return;
    // Forward and backward program are in the function, or in its loop over
    // batches: where most operations are.
    Block *largest = &getOperation().front();
    getOperation().walk([&](Block *block) {
      if (block->getOperations().size() > largest->getOperations().size())
        largest = block;
    });
    Rematerializer(*largest, keep).run();
  }
};

} // namespace
