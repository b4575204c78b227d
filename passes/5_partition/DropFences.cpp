// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Removes what keeps equal computations apart.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_DROPFENCES
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct DropFencesPass : lcompile::impl::DropFencesBase<DropFencesPass> {
  void runOnOperation() override {
    getOperation()->walk([](lc::FenceOp op) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};

} // namespace
