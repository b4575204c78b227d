// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where sharded parameters are whole.
#include "dialects/lc/IR/LcDialect.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/3_distribute/Liveness.h"
#include "passes/3_distribute/OperationCost.h"
#include "passes/Passes.h"
#include "llvm/ADT/BitVector.h"

namespace lcompile {
#define GEN_PASS_DEF_UNSHARDPLACEMENT
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Operations of the outermost block that use `v`, or hold one that does, in
/// the order of the program.
SmallVector<Operation *> usersOf(Value v, Block &block) {
  llvm::SetVector<Operation *> users;
  for (Operation *user : v.getUsers())
    users.insert(block.findAncestorOpInBlock(*user));
  SmallVector<Operation *> sorted = users.takeVector();
  llvm::sort(sorted,
             [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  return sorted;
}

/// A parameter that is gathered for the forward and again for the backward
/// program.
struct Twice {
  zero::UnshardOp forward;
  zero::ReleaseOp release;
  zero::UnshardOp backward;
};

/// Puts the gather in front of the first user, and a second one in front of the
/// first behind `loss`.
std::optional<Twice> place(zero::UnshardOp unshard, Operation *loss) {
  Block &block = *unshard->getBlock();
  SmallVector<Operation *> users = usersOf(unshard.getResult(), block);
  if (users.empty()) {
    unshard.erase();
    return std::nullopt;
  }
  unshard->moveBefore(users[0]);
  auto isBehind = [&](Operation *user) {
    return loss && loss->isBeforeInBlock(user);
  };
  auto second = llvm::find_if(users, isBehind);
  if (second == users.begin() || second == users.end())
    return std::nullopt;
  OpBuilder b(*second);
  auto again = cast<zero::UnshardOp>(b.clone(*unshard));
  unshard.getResult().replaceUsesWithIf(again.getResult(), [&](OpOperand &use) {
    return isBehind(block.findAncestorOpInBlock(*use.getOwner()));
  });
  b.setInsertionPointAfter(*std::prev(second));
  auto release =
      zero::ReleaseOp::create(b, unshard.getLoc(), unshard.getResult());
  return Twice{unshard, release, again};
}

/// Which parameters stay whole between forward and backward program, so that as
/// many bytes as possible need not be gathered again.
///
/// What is kept is alive from its release to its second gather. These spans lie
/// in each other, as the backward program goes the other way: in the order of
/// releases, what is alive at any place are the first k, or fewer where it is
/// not so. For each k there is thus one bound of bytes, and sums that can be
/// reached with the first k follow from those with one less.
class Keeper {
public:
  /// No more than `spare` bytes beyond what is alive most.
  Keeper(Block &block, ArrayRef<Twice> candidates, int64_t spare)
      : candidates(candidates) {
    Liveness liveness(block);
    llvm::sort(this->candidates, [](const Twice &x, const Twice &y) {
      return x.release->isBeforeInBlock(y.release);
    });
    for (Twice &twice : this->candidates)
      bytes.push_back(tensorBytes(twice.forward.getResult().getType()));
    findBounds(liveness, double(spare));
  }

  void run() {
    SmallVector<llvm::BitVector> reached = reach();
    int sum = reached.back().find_last();
    for (size_t k = candidates.size(); k-- > 0;) {
      if (reached[k].test(sum))
        continue; // reached without this one
      sum -= units(k);
      candidates[k].backward.replaceAllUsesWith(
          candidates[k].forward.getResult());
      candidates[k].backward.erase();
      candidates[k].release.erase();
    }
  }

private:
  void findBounds(const Liveness &liveness, double spare) {
    double total = std::accumulate(bytes.begin(), bytes.end(), 0.0);
    bounds.assign(candidates.size() + 1, total);
    SmallVector<double> alive = liveness.bytes();
    double most = *std::max_element(alive.begin(), alive.end());
    // How many spans are open at most, by what has been opened and not all of
    // the first k closed.
    for (auto [at, now] : llvm::enumerate(alive)) {
      size_t open = 0;
      for (auto [k, twice] : llvm::enumerate(candidates))
        if (liveness.placeOf(twice.release) <= int64_t(at) &&
            int64_t(at) < liveness.placeOf(twice.backward))
          open = k + 1;
      bounds[open] = std::min(bounds[open], std::max(0.0, most + spare - now));
    }
    double largest = *std::max_element(bounds.begin(), bounds.end());
    unit = std::max(1.0, std::ceil(largest / cells));
  }

  int units(size_t k) const { return int(std::ceil(bytes[k] / unit)); }

  /// For each k, the sums, in units, that subsets of the first k have.
  SmallVector<llvm::BitVector> reach() const {
    int limit = int(*std::max_element(bounds.begin(), bounds.end()) / unit);
    llvm::BitVector sums(limit + 1);
    sums.set(0);
    SmallVector<llvm::BitVector> reached = {sums};
    for (size_t k = 0; k < candidates.size(); ++k) {
      llvm::BitVector with = sums;
      if (units(k) <= limit)
        with <<= units(k);
      else
        with.reset();
      sums |= with;
      if (int bound = int(bounds[k + 1] / unit); bound < limit)
        sums.reset(bound + 1, limit + 1);
      reached.push_back(sums);
    }
    return reached;
  }

  // Exact to one part of so many of the bound.
  static constexpr double cells = 65536;

  SmallVector<Twice> candidates;
  SmallVector<double> bytes;  // of each
  SmallVector<double> bounds; // of the sum of what is kept of the first k
  double unit = 1;            // bytes of a cell
};

struct UnshardPlacementPass
    : lcompile::impl::UnshardPlacementBase<UnshardPlacementPass> {
  using UnshardPlacementBase::UnshardPlacementBase;

  void runOnOperation() override {
    Block &block = getOperation().front();
    // The first result is the loss: what comes behind it is the backward
    // program.
    Operation *end = block.getTerminator();
    Operation *loss =
        end->getNumOperands() ? end->getOperand(0).getDefiningOp() : nullptr;
    SmallVector<Twice> candidates;
    for (zero::UnshardOp unshard :
         llvm::to_vector(block.getOps<zero::UnshardOp>()))
      if (std::optional<Twice> twice = place(unshard, loss))
        candidates.push_back(*twice);
    if (spare >= 0 && !candidates.empty())
      Keeper(block, candidates, spare).run();
  }
};

} // namespace
