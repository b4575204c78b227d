// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a function updates its states.
#include "dialects/lc/IR/StateUpdates.h"

#include "dialects/lc/IR/LcDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace lcompile {

static Block &blockOf(FunctionOpInterface function) {
  return function.getFunctionBody().front();
}

llvm::DenseMap<Operation *, SmallVector<Value>>
lc::findWriters(FunctionOpInterface function) {
  llvm::DenseMap<Operation *, SmallVector<Value>> writers;
  for (OpOperand &result : blockOf(function).getTerminator()->getOpOperands())
    if (auto alias = function.getResultAttrOfType<IntegerAttr>(
            result.getOperandNumber(), LcDialect::aliasAttrName))
      if (Operation *op = result.get().getDefiningOp())
        writers[op].push_back(function.getArgument(alias.getInt()));
  return writers;
}

llvm::DenseMap<Value, llvm::DenseSet<Operation *>>
lc::findReaders(FunctionOpInterface function,
                llvm::function_ref<bool(Operation *)> leftOut) {
  Block &block = blockOf(function);
  llvm::DenseMap<Value, llvm::DenseSet<Operation *>> readers;
  for (BlockArgument argument : block.getArguments())
    for (Operation *user : argument.getUsers()) {
      Operation *here = block.findAncestorOpInBlock(*user);
      if (here != block.getTerminator() && !leftOut(here))
        readers[argument].insert(here);
    }
  return readers;
}

/// States, and numbers that are given to the step, such as its rate.
static bool isStateOrNumber(FunctionOpInterface function, BlockArgument v) {
  return cast<RankedTensorType>(v.getType()).getRank() == 0 ||
         function.getArgAttr(v.getArgNumber(), lc::LcDialect::stateAttrName);
}

llvm::SetVector<Operation *>
lc::findUpdateHelpers(FunctionOpInterface function,
                      llvm::function_ref<bool(Operation *)> isUpdate) {
  Block &block = blockOf(function);
  llvm::DenseSet<Operation *> fromStates;
  for (Operation &op : block.without_terminator())
    if (!isUpdate(&op) && op.getNumRegions() == 0 && isMemoryEffectFree(&op) &&
        llvm::all_of(op.getOperands(), [&](Value v) {
          auto argument = dyn_cast<BlockArgument>(v);
          return argument ? isStateOrNumber(function, argument)
                          : fromStates.contains(v.getDefiningOp());
        }))
      fromStates.insert(&op);
  llvm::SetVector<Operation *> helpers;
  for (Operation &op : llvm::reverse(block.without_terminator())) {
    if (!fromStates.contains(&op))
      continue;
    bool isRead = false, onlyByUpdates = true;
    for (Operation *user : op.getUsers()) {
      Operation *here = block.findAncestorOpInBlock(*user);
      bool byUpdate = isUpdate(here) || helpers.contains(here);
      isRead |= byUpdate;
      onlyByUpdates &= byUpdate || here == block.getTerminator();
    }
    if (isRead && onlyByUpdates)
      helpers.insert(&op);
  }
  return helpers;
}

} // namespace lcompile
