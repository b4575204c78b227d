// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Wraps operations of one block into a kernel.region.
#include "passes/5_partition/RegionBuilder.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace lcompile {

kernel::RegionOp wrapInRegion(const llvm::SetVector<Operation *> &group,
                              ValueRange results, kernel::Unit unit,
                              Operation *before) {
  SmallVector<Operation *> ops(group.begin(), group.end());
  llvm::sort(ops,
             [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  llvm::SetVector<Value> inputs;
  SmallVector<Location> locs;
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (!operand.getDefiningOp() || !group.contains(operand.getDefiningOp()))
        inputs.insert(operand);
    locs.push_back(op->getLoc());
  }
  OpBuilder b(before);
  Location loc = FusedLoc::get(before->getContext(), locs);
  auto region = kernel::RegionOp::create(b, loc, results.getTypes(), unit,
                                         inputs.getArrayRef());
  Block *block = b.createBlock(&region.getBody());
  IRMapping map;
  for (Value input : inputs)
    map.map(input, block->addArgument(input.getType(), loc));
  for (Operation *op : ops)
    b.clone(*op, map);
  SmallVector<Value> yielded;
  for (Value result : results)
    yielded.push_back(map.lookup(result));
  kernel::YieldOp::create(b, loc, yielded);
  for (auto [old, fresh] : llvm::zip_equal(results, region.getResults()))
    Value(old).replaceUsesWithIf(
        fresh, [&](OpOperand &use) { return !group.contains(use.getOwner()); });
  for (Operation *op : llvm::reverse(ops))
    if (op->use_empty())
      op->erase();
  return region;
}

} // namespace lcompile
