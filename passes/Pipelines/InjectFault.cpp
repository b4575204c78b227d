// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Does wrong on purpose, for the tests of what happens then.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"
#include <cstdlib>

namespace lcompile {
#define GEN_PASS_DEF_INJECTFAULT
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct InjectFaultPass : lcompile::impl::InjectFaultBase<InjectFaultPass> {
  using InjectFaultBase::InjectFaultBase;

  void runOnOperation() override {
    if (kind == "crash")
      std::abort();
    if (kind == "fail")
      return signalPassFailure();
    if (kind == "illegal") {
      OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
      UnrealizedConversionCastOp::create(b, getOperation().getLoc(),
                                         b.getIndexType(), ValueRange());
      return;
    }
    if (kind == "wrong") {
      getOperation()->walk([](lc::ReluOp op) {
        OpBuilder b(op);
        auto wrong =
            lc::AbsOp::create(b, op.getLoc(), op.getType(), op.getInput());
        op.replaceAllUsesWith(wrong.getResult());
        op.erase();
      });
      return;
    }
    getOperation()->emitError("unknown kind of fault '")
        << kind << "', expected crash, fail, illegal or wrong";
    signalPassFailure();
  }
};

} // namespace
