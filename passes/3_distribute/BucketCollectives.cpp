// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts collectives together until they are large enough.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/WeightStore.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_BUCKETCOLLECTIVES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

bool comesBefore(Operation *x, Operation *y) { return x->isBeforeInBlock(y); }

/// The whole tensors' bytes: what is on the wire is a fixed share of them.
int64_t bytesOf(Operation *op) {
  int64_t total = 0;
  for (TypeRange types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())}) {
    int64_t bytes = 0;
    for (Type type : types) {
      auto tensor = cast<RankedTensorType>(type);
      if (tensor.hasStaticShape())
        bytes +=
            tensor.getNumElements() * lc::byteWidth(tensor.getElementType());
    }
    total = std::max(total, bytes);
  }
  return total;
}

/// Whether two collectives differ only in their tensors.
bool areAlike(Operation *x, Operation *y) {
  auto cx = cast<ccl::Collective>(x), cy = cast<ccl::Collective>(y);
  return x->getName() == y->getName() &&
         cx.getReduction() == cy.getReduction() &&
         cx.getRoot() == cy.getRoot() &&
         getElementTypeOrSelf(x->getOperand(0)) ==
             getElementTypeOrSelf(y->getOperand(0));
}

/// Whether a member has an operand of `op` already: gathering a part twice is
/// meant to happen at two times.
bool sharesOperand(ArrayRef<Operation *> members, Operation *op) {
  return llvm::any_of(members, [&](Operation *member) {
    return llvm::any_of(op->getOperands(), [&](Value v) {
      return llvm::is_contained(member->getOperands(), v);
    });
  });
}

/// Collectives that become one.
struct Bucket {
  SmallVector<Operation *> members; // in the order of the program
  int64_t bytes = 0;
};

Operation *firstUser(Operation *op) {
  Operation *first = nullptr;
  for (Operation *user : op->getUsers()) {
    Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
    if (!first || comesBefore(here, first))
      first = here;
  }
  return first;
}

/// Where all operands are there and no result is used yet: at the last member
/// or at the first; null when it is neither.
Operation *placeOf(ArrayRef<Operation *> members) {
  Operation *first = members.front(), *last = members.back();
  if (llvm::all_of(members, [&](Operation *member) {
        Operation *user = firstUser(member);
        return !user || comesBefore(last, user);
      }))
    return last;
  for (Operation *member : members)
    for (Value v : member->getOperands()) {
      Operation *def = v.getDefiningOp();
      if (def && !comesBefore(def, first))
        return nullptr;
    }
  return first;
}

void merge(Bucket &bucket) {
  if (bucket.members.size() < 2)
    return;
  Operation *place = placeOf(bucket.members);
  SmallVector<Value> operands;
  SmallVector<Type> types;
  SmallVector<Attribute> names;
  SmallVector<Location> locations;
  for (Operation *member : bucket.members) {
    llvm::append_range(operands, member->getOperands());
    llvm::append_range(types, member->getResultTypes());
    llvm::append_range(names, cast<ccl::Collective>(member).getNames());
    locations.push_back(member->getLoc());
  }
  OpBuilder b(place);
  OperationState state(b.getFusedLoc(locations), place->getName(), operands,
                       types, place->getAttrs());
  state.attributes.set("names", b.getArrayAttr(names));
  Operation *merged = b.create(state);
  unsigned next = 0;
  for (Operation *member : bucket.members)
    for (Value result : member->getResults())
      result.replaceAllUsesWith(merged->getResult(next++));
  for (Operation *member : bucket.members)
    member->erase();
}

using Order = llvm::DenseMap<Operation *, unsigned>;

/// The number of the last reduction that each operation waits for, from 1; what
/// waits for none is not in it. Updates of one bucket of gradients are there at
/// one time, and their parameters are to be sent before those of the next.
Order lastReductions(Block &block) {
  Order last;
  unsigned count = 0;
  for (Operation &op : block) {
    unsigned number = 0;
    op.walk([&](Operation *inner) {
      for (Value v : inner->getOperands())
        number = std::max(number, last.lookup(v.getDefiningOp()));
    });
    if (auto collective = dyn_cast<ccl::Collective>(op))
      if (collective.getReduction())
        number = ++count;
    if (number)
      last[&op] = number;
  }
  return last;
}

struct BucketCollectivesPass
    : lcompile::impl::BucketCollectivesBase<BucketCollectivesPass> {
  using BucketCollectivesBase::BucketCollectivesBase;

  void runOnOperation() override {
    Block &block = getOperation().front();
    if (!bytes)
      return;
    bucketize(collectives(block, /*reductions=*/true), Order());
    Order order = lastReductions(block);
    SmallVector<Operation *> others = collectives(block, /*reductions=*/false);
    llvm::sort(others, [&](Operation *x, Operation *y) {
      unsigned nx = order.lookup(x), ny = order.lookup(y);
      return nx == ny ? comesBefore(x, y) : nx < ny;
    });
    bucketize(others, order);
  }

private:
  static SmallVector<Operation *> collectives(Block &block, bool reductions) {
    SmallVector<Operation *> all;
    for (Operation &op : block)
      if (auto collective = dyn_cast<ccl::Collective>(op))
        if (!isa<ccl::StartOp>(op) && op.getNumOperands() &&
            bool(collective.getReduction()) == reductions)
          all.push_back(&op);
    return all;
  }

  /// Fills buckets in the order of `all`, of which neighbours with equal
  /// `order` may meet. One bucket of each sort may be open; a bucket ends where
  /// it cannot grow.
  void bucketize(ArrayRef<Operation *> all, const Order &order) {
    SmallVector<Bucket> open;
    for (Operation *op : all) {
      Bucket *bucket = llvm::find_if(
          open, [&](const Bucket &b) { return areAlike(b.members[0], op); });
      if (bucket == open.end()) {
        open.push_back({});
        bucket = &open.back();
      }
      SmallVector<Operation *> grown = bucket->members;
      grown.push_back(op);
      if (!bucket->members.empty() &&
          (order.lookup(bucket->members[0]) != order.lookup(op) ||
           sharesOperand(bucket->members, op) || !placeOf(grown))) {
        merge(*bucket);
        *bucket = {};
      }
      bucket->members.push_back(op);
      bucket->bytes += bytesOf(op);
      if (bytes > 0 && bucket->bytes >= bytes) {
        merge(*bucket);
        open.erase(bucket);
      }
    }
    for (Bucket &bucket : open)
      merge(bucket);
  }
};

} // namespace
