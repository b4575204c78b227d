// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checks the contract form that all later stages rely on.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_VERIFYNORMALIZED
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct VerifyNormalizedPass
    : lcompile::impl::VerifyNormalizedBase<VerifyNormalizedPass> {
  LogicalResult checkType(Operation *op, Type type) {
    if (isa<UnrankedTensorType>(type))
      return op->emitError("expected ranked tensors after normalisation");
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return success();
    for (auto [i, size] : llvm::enumerate(lc::getDims(tensor)))
      if (!size)
        return op->emitError()
               << "expected dimension " << i << " of " << type
               << " to be static or an expression of the symbols";
    return success();
  }

  LogicalResult check(Operation *op) {
    if (isa<ModuleOp>(op))
      return success();
    if (!isa<lc::LcDialect, scf::SCFDialect, arith::ArithDialect,
             func::FuncDialect>(op->getDialect()))
      return op->emitError("is not an operation of the normalised form");
    if (isa<lc::OverwriteOp>(op))
      return op->emitError("expected no in-place writes after normalisation "
                           "(lc-functionalize removes them)");
    for (Type type : op->getResultTypes())
      if (failed(checkType(op, type)))
        return failure();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Type type : block.getArgumentTypes())
          if (failed(checkType(op, type)))
            return failure();
    return success();
  }

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([&](Operation *op) {
      return failed(check(op)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
