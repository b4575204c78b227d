// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where each buffer lies in the arena.
#include "passes/6_lower/host/ArenaPlan.h"

#include <map>

using namespace mlir;

namespace lcompile {

/// Stands for a symbol without an upper bound when slots are ordered.
static constexpr int64_t typicalSize = 1024;

ArenaPlan planArena(ArrayRef<ArenaSlot> slots,
                    ArrayRef<lc::SymbolAttr> symbols) {
  SmallVector<int64_t> values;
  for (lc::SymbolAttr symbol : symbols)
    values.push_back(symbol.getMax() == std::numeric_limits<int64_t>::max()
                         ? std::max(symbol.getMin(), typicalSize)
                         : symbol.getMax());
  size_t n = slots.size();
  SmallVector<int64_t> size(n), offset(n, 0);
  for (size_t i = 0; i < n; ++i)
    size[i] = lc::evaluate(slots[i].bytes, values);
  auto conflict = [&](size_t x, size_t y) {
    return slots[x].begin <= slots[y].end && slots[y].begin <= slots[x].end;
  };

  // Largest first; each into the lowest gap between those it lives with.
  SmallVector<unsigned> bySize = llvm::to_vector(llvm::seq<unsigned>(0, n));
  llvm::sort(bySize, [&](unsigned x, unsigned y) {
    return std::pair(-size[x], x) < std::pair(-size[y], y);
  });
  SmallVector<unsigned> placed;
  ArenaPlan plan;
  plan.below.resize(n);
  plan.bytes = 0;
  for (unsigned i : bySize) {
    SmallVector<unsigned> others;
    for (unsigned p : placed)
      if (conflict(i, p))
        others.push_back(p);
    llvm::sort(others,
               [&](unsigned x, unsigned y) { return offset[x] < offset[y]; });
    int64_t at = 0;
    for (unsigned p : others) {
      if (at + size[i] <= offset[p])
        break;
      at = std::max(at, offset[p] + size[p]);
    }
    offset[i] = at;
    plan.bytes = std::max(plan.bytes, at + size[i]);
    placed.push_back(i);
  }

  // Keep the order, forget the numbers.
  plan.order = llvm::to_vector(llvm::seq<unsigned>(0, n));
  llvm::sort(plan.order, [&](unsigned x, unsigned y) {
    return std::pair(offset[x], x) < std::pair(offset[y], y);
  });
  for (size_t k = 0; k < n; ++k)
    for (size_t m = 0; m < k; ++m)
      if (conflict(plan.order[k], plan.order[m]))
        plan.below[plan.order[k]].push_back(plan.order[m]);

  // The path that makes the arena as tall as it is.
  SmallVector<int64_t> start(n, 0);
  SmallVector<int> under(n, -1);
  int top = -1;
  int64_t height = -1;
  for (unsigned i : plan.order) {
    for (unsigned p : plan.below[i])
      if (start[p] + size[p] > start[i]) {
        start[i] = start[p] + size[p];
        under[i] = p;
      }
    if (start[i] + size[i] > height) {
      height = start[i] + size[i];
      top = i;
    }
  }
  plan.bytes = std::max<int64_t>(height, 0);
  for (; top >= 0; top = under[top])
    plan.tallest.push_back(top);

  std::map<unsigned, int64_t> change;
  for (size_t i = 0; i < n; ++i) {
    change[slots[i].begin] += size[i];
    change[slots[i].end + 1] -= size[i];
  }
  plan.sizes = size;
  plan.starts = start;
  plan.liveBytes = 0;
  int64_t live = 0;
  for (auto [step, delta] : change)
    plan.liveBytes = std::max(plan.liveBytes, live += delta);
  return plan;
}

int64_t arenaBytes(const ArenaPlan &plan, ArrayRef<ArenaSlot> slots,
                   ArrayRef<int64_t> symbols) {
  SmallVector<int64_t> top(slots.size(), 0);
  int64_t height = 0;
  for (unsigned i : plan.order) {
    int64_t start = 0;
    for (unsigned below : plan.below[i])
      start = std::max(start, top[below]);
    top[i] = start + lc::evaluate(slots[i].bytes, symbols);
    height = std::max(height, top[i]);
  }
  return height;
}

} // namespace lcompile
