// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Removes what says that gradients stop.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_DROPDETACH
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct DropDetachPass : lcompile::impl::DropDetachBase<DropDetachPass> {
  void runOnOperation() override {
    getOperation()->walk([](lc::DetachOp op) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};

} // namespace
