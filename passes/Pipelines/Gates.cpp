// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of what is legal after each stage, and its check.
#include "passes/Pipelines/Gates.h"

#include "dialects/kernel/IR/KernelDialect.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace lcompile {
#define GEN_PASS_DEF_VERIFYGATE
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;

namespace lcompile {
namespace {

/// Where something may stand: nowhere, anywhere, in the functions of the model
/// (the program of the host), or in the functions that kernels were outlined
/// to.
enum Place : char { no, any, host, kern };

constexpr StringLiteral stageNames[] = {"import",     "normalize", "train",
                                        "distribute", "optimize",  "partition",
                                        "lower"};

struct Row {
  StringLiteral name; // of an operation, or of all others of a dialect
  Place after[std::size(stageNames)];
  StringLiteral removedBy;
};

// clang-format off: a table
// A row of an operation goes before the row of its dialect; what has no row is legal
// nowhere.
constexpr Row rows[] = {
    // name                  import norm. train dist. opt.  part. lower   removed by
    {"builtin.module",       {any,  any,  any,  any,  any,  any,  any},   ""},
    {"func",                 {any,  any,  any,  any,  any,  any,  no},    "convert-func-to-llvm"},
    {"lc.overwrite",         {any,  no,   no,   no,   no,   no,   no},    "lc-functionalize"},
    {"lc.detach",            {any,  any,  any,  any,  no,   no,   no},    "lc-drop-detach"},
    {"lc.rand",              {any,  any,  no,   no,   no,   no,   no},    "lc-training-step"},
    {"lc.fence",             {no,   no,   no,   any,  any,  no,   no},    "lc-drop-fences"},
    {"lc.parameter",         {any,  any,  any,  any,  any,  host, no},    "lc-plan-buffers"},
    {"lc.reshape",           {any,  any,  any,  any,  any,  any,  no},    "lc-plan-buffers"},
    {"lc.item",              {any,  any,  any,  any,  any,  host, no},    "lc-plan-buffers"},
    {"lc.scalar",            {any,  any,  any,  any,  any,  host, no},    "lc-plan-buffers"},
    {"lc",                   {any,  any,  any,  any,  any,  kern, no},    "lc-outline-kernels"},
    {"scf",                  {any,  any,  any,  any,  any,  host, no},    "convert-scf-to-cf"},
    {"arith",                {any,  any,  any,  any,  any,  host, no},    "convert-arith-to-llvm"},
    {"math",                 {any,  any,  any,  any,  any,  host, no},    "convert-math-to-llvm"},
    {"zero",                 {no,   no,   any,  no,   no,   no,   no},    "lc-dp-insert or lc-lower-zero"},
    {"ccl.start",            {no,   no,   no,   any,  any,  host, no},    "lc-plan-buffers"},
    {"ccl.wait",             {no,   no,   no,   any,  any,  host, no},    "lc-plan-buffers"},
    {"ccl",                  {no,   no,   no,   no,   no,   no,   no},    "lc-schedule-collectives"},
    {"kernel.call",          {no,   no,   no,   no,   no,   host, no},    "lc-plan-buffers"},
    {"kernel",               {no,   no,   no,   no,   no,   no,   no},    "lc-outline-kernels"},
    {"rt",                   {no,   no,   no,   no,   no,   no,   no},    "lc-convert-rt-to-llvm"},
    {"cf",                   {no,   no,   no,   no,   no,   no,   no},    "convert-cf-to-llvm"},
    {"vector",               {no,   no,   no,   no,   no,   no,   no},    "convert-vector-to-llvm"},
    {"builtin.unrealized_conversion_cast",
                             {no,   no,   no,   no,   no,   no,   no},    "reconcile-unrealized-casts"},
    {"llvm",                 {no,   no,   no,   no,   no,   no,   any},   ""},
};

// clang-format on

/// The rows by name, for one stage.
class Gate {
public:
  explicit Gate(StringRef stage) : stage(stage) {
    column = llvm::find(stageNames, stage) - std::begin(stageNames);
    for (const Row &row : rows)
      byName[row.name] = &row;
  }

  LogicalResult check(Operation *op) const {
    const Row *row = byName.lookup(op->getName().getStringRef());
    if (!row)
      row = byName.lookup(op->getName().getDialectNamespace());
    Place place = row ? row->after[column] : no;
    bool inKernel = false;
    if (place == host || place == kern) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function)
        function = op->getParentOfType<func::FuncOp>();
      inKernel = function && kernel::getUnit(function);
    }
    if (place == no || (place == host && inKernel) ||
        (place == kern && !inKernel)) {
      auto error = op->emitOpError("is not legal ")
                   << (place == host   ? "in a kernel "
                       : place == kern ? "outside of kernels "
                                       : "")
                   << "after stage '" << stage << "'";
      if (row && !row->removedBy.empty())
        error << "; " << row->removedBy << " removes it";
      return error;
    }
    return checkTypes(op);
  }

private:
  /// Tensors are ranked, their sizes static or expressions of the symbols.
  LogicalResult checkType(Operation *op, Type type) const {
    auto shaped = dyn_cast<TensorType>(type);
    if (!shaped)
      return success();
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return op->emitOpError("expected ranked tensors after stage '")
             << stage << "', found " << type;
    for (auto [i, size] : llvm::enumerate(lc::getDims(tensor)))
      if (!size)
        return op->emitOpError("expected dimension ")
               << i << " of " << type
               << " to be static or an expression of the "
               << "symbols after stage '" << stage << "'";
    return success();
  }

  LogicalResult checkTypes(Operation *op) const {
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

  StringRef stage;
  size_t column;
  llvm::StringMap<const Row *> byName;
};

struct VerifyGatePass : impl::VerifyGateBase<VerifyGatePass> {
  using VerifyGateBase::VerifyGateBase;

  void runOnOperation() override {
    if (failed(verifyGate(getOperation(), stage)))
      signalPassFailure();
  }
};

} // namespace

LogicalResult verifyGate(ModuleOp module, StringRef stage) {
  if (!llvm::is_contained(stageNames, stage))
    return module.emitError("there is no stage '") << stage << "'";
  Gate gate(stage);
  WalkResult result = module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    return failed(gate.check(op)) ? WalkResult::interrupt()
                                  : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace lcompile
