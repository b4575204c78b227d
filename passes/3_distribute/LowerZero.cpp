// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sharded states as collectives and slices.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace lcompile {
#define GEN_PASS_DEF_LOWERZERO
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct LowerZeroPass : lcompile::impl::LowerZeroBase<LowerZeroPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      OpBuilder b(op);
      Value result = lower(op, b);
      if (!result && !isa<zero::ReleaseOp>(op))
        continue;
      if (result)
        op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
  }

  static Value lower(Operation *op, OpBuilder &b) {
    return TypeSwitch<Operation *, Value>(op)
        .Case([&](zero::UnshardOp o) {
          return ccl::AllGatherOp::create(b, o.getLoc(), TypeRange(o.getType()),
                                          o.getPart(),
                                          b.getStrArrayAttr(o.getState()))
              .getResult(0);
        })
        .Case([&](ccl::MarkPartialOp o) { return o.getInput(); })
        .Case([&](ccl::ShardSliceOp o) -> Value {
          auto whole = cast<RankedTensorType>(o.getInput().getType());
          int64_t elements = whole.getNumElements();
          MLIRContext *ctx = b.getContext();
          Value flat = lc::reshape(b, o.getLoc(), o.getInput(),
                                   {lc::constant(ctx, elements)});
          return lc::SliceOp::create(
              b, o.getLoc(), o.getType(), flat, 0,
              lc::DimsAttr::get({ccl::partBegin(o, elements)}, ctx));
        })
        .Default(Value());
  }
};

} // namespace
