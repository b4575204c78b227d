// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recomputation of activations (checkpointing): what the backward program needs
// of the forward program is computed again instead of kept.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "mlir/IR/IRMapping.h"
#include "passes/3_distribute/Liveness.h"
#include "passes/3_distribute/OperationCost.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_REMATERIALIZE
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

bool canRepeat(Operation *op) {
  return isa_and_nonnull<lc::LcDialect>(op->getDialect()) &&
         op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
         !isa<lc::FenceOp, lc::ItemOp, lc::ScalarOp>(op);
}

class Rematerializer {
public:
  Rematerializer(Block &block, double keep)
      : block(block), keep(keep), liveness(block) {}

  void run() {
    findPeak();
    if (saved.empty())
      return;
    choose();
    repeat();
  }

private:
  /// What is alive where most is.
  void findPeak() {
    SmallVector<double> alive = liveness.bytes();
    peak = std::max_element(alive.begin(), alive.end()) - alive.begin();
    int64_t end = int64_t(alive.size()) - 1;
    for (const Liveness::Range &range : liveness.ranges()) {
      // What the function gives must be there at its end.
      if (range.first <= peak && range.last > peak && range.last < end) {
        saved.push_back(range);
        isSaved.insert(range.value);
      }
    }
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
    if (!canRepeat(def) || liveness.placeOf(def) > peak ||
        chain.size() > longest)
      return false;
    chain.insert(def);
    return llvm::all_of(def->getOperands(), [&](Value operand) {
      return isKept(operand) || collect(operand, chain);
    });
  }

  /// What gives most bytes for its time goes first, until enough is gone.
  void choose() {
    double total = 0;
    for (const Liveness::Range &s : saved)
      total += s.bytes;
    double left = total;
    while (left > keep * total) {
      const Liveness::Range *best = nullptr;
      double bestScore = 0;
      llvm::SetVector<Operation *> bestChain;
      for (const Liveness::Range &s : saved) {
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
    for (Operation *op : liveness.operations().drop_front(peak + 1))
      op->walk([&](Operation *inner) {
        for (OpOperand &operand : inner->getOpOperands()) {
          Value root = lc::viewedValue(operand.get());
          if (dropped.contains(root))
            operand.set(again(operand.get(), op));
        }
      });
  }

  Block &block;
  double keep;
  Liveness liveness; // of the program as it was
  int64_t peak = 0;
  SmallVector<Liveness::Range> saved; // alive behind the peak
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
