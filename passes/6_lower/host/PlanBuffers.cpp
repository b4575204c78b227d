// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns the function of kernel calls into the program of the host.
#include "passes/6_lower/host/ArenaPlan.h"
#include "passes/6_lower/host/HostEmitter.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_PLANBUFFERS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

struct PlanBuffersPass : lcompile::impl::PlanBuffersBase<PlanBuffersPass> {
  /// Everything that computes tensors must be a kernel by now.
  static LogicalResult checkKernels(func::FuncOp function) {
    WalkResult result = function.walk([](Operation *op) {
      bool isTensor = llvm::any_of(op->getResultTypes(), [](Type type) {
        return isa<RankedTensorType>(type);
      });
      if (!isTensor || !isa<lc::LcDialect>(op->getDialect()) ||
          isa<lc::ReshapeOp, lc::ParameterOp, lc::ScalarOp>(op))
        return WalkResult::advance();
      op->emitError() << "'" << op->getName() << "' has no kernel";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<func::FuncOp> functions;
    for (auto function : module.getOps<func::FuncOp>())
      if (!kernel::getUnit(function) && function.isPublic() &&
          !function->hasAttr(rt::RtDialect::functionAttrName))
        functions.push_back(function);
    ModuleTables tables;
    for (func::FuncOp function : functions) {
      // Generated code is public only until it is called.
      if (function.getName().ends_with("_code"))
        continue;
      if (failed(checkKernels(function)))
        return signalPassFailure();
      HostEmitter emitter(function, tables);
      if (failed(emitter.emit()))
        return signalPassFailure();
      function.erase();
    }
    Builder b(&getContext());
    SmallVector<Attribute> keys;
    for (const std::string &key : tables.constants)
      keys.push_back(b.getStringAttr(key));
    module->setAttr(rt::RtDialect::constantsAttrName, b.getArrayAttr(keys));
    module->setAttr(
        rt::RtDialect::plainConstantsAttrName,
        b.getDenseI64ArrayAttr(tables.plainConstants.getArrayRef()));
    module->setAttr(rt::RtDialect::libraryAttrName,
                    b.getArrayAttr(tables.libraryOps));
    module->setAttr(rt::RtDialect::collectivesAttrName,
                    b.getArrayAttr(tables.collectives));
    // The kernels' meanings have served.
    for (auto function :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (kernel::getUnit(function))
        function.erase();
  }
};

} // namespace
