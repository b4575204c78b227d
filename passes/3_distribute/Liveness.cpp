// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is alive where in a block.
#include "passes/3_distribute/Liveness.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "passes/3_distribute/OperationCost.h"

using namespace mlir;

namespace lcompile {

bool isAtHand(Value v) {
  Operation *def = v.getDefiningOp();
  return !def || def->getNumOperands() == 0;
}

Liveness::Liveness(Block &block) {
  for (Operation &op : block) {
    place[&op] = int64_t(ops.size());
    ops.push_back(&op);
  }
  llvm::DenseMap<Value, int64_t> lastUse;
  for (Operation *op : ops)
    op->walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        if (Value root = lc::viewedValue(v); root.getParentBlock() == &block)
          lastUse[root] = place[op];
    });
  for (Operation *op : ops)
    if (!isa<lc::View>(op))
      for (Value v : op->getResults())
        if (auto last = lastUse.find(v); last != lastUse.end() && !isAtHand(v))
          all.push_back({v, place[op], last->second, tensorBytes(v.getType())});
}

SmallVector<double> Liveness::bytes() const {
  SmallVector<double> alive(ops.size() + 1, 0);
  for (const Range &range : all) {
    alive[range.first] += range.bytes;
    alive[range.last] -= range.bytes;
  }
  for (size_t i = 1; i < alive.size(); ++i)
    alive[i] += alive[i - 1];
  alive.pop_back();
  return alive;
}

} // namespace lcompile
