// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory plan and the schedule of a compiled model, for people.
#ifndef LIB_COMPILER_PLAN_H
#define LIB_COMPILER_PLAN_H

#include "lib/Compiler/RankPlan.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>
#include <vector>

namespace lcompile {

struct PlanSlot {
  std::string formula;   // bytes, in the symbols
  int64_t bytes, offset; // at the symbols' upper bounds
  int64_t begin, end;    // first and last step that need it
};

struct PlanDispatch {
  std::string kernel, unit, source; // source: "model.py:12 module aten.op; ..."
  int64_t step;
  std::vector<std::string> reads, writes; // "i0", "o1", "c2", "a3"
};

struct PlanTensor {
  std::string name, type; // "x", "s0x64xf32"
};

struct PlanSymbol {
  std::string name;
  int64_t min, max, divisor;
};

struct PlanFunction {
  std::string name, arenaFormula;
  int64_t arenaBytes, liveBytes;
  std::vector<PlanTensor> inputs, outputs;
  std::vector<PlanSymbol> symbols;
  std::vector<PlanSlot> slots;
  std::vector<PlanDispatch> dispatches;
};

struct PlanWeight {
  std::string key, type;
  uint64_t bytes;
};

struct Plan {
  std::string model;
  std::vector<RankPlan> ranks; // of a training step, else none
  StepEstimate estimate;       // likewise
  std::vector<PlanFunction> functions;
  std::vector<PlanWeight> weights;
  std::map<std::string, std::vector<std::string>>
      kernels; // their lc operations
};

/// Reads what lc-plan-buffers left on the module. Fails before stage lower.
llvm::Expected<Plan> describePlan(mlir::ModuleOp module, llvm::StringRef model);

void printPlan(llvm::raw_ostream &os, const Plan &plan);

/// "i0" -> the input's name, "c2" -> the weight's key, "a3" -> "slot 3".
std::string placeName(const Plan &plan, const PlanFunction &function,
                      llvm::StringRef place);

/// "1..32", "8..512 in steps of 8", "1.." without an upper bound.
std::string rangeText(const PlanSymbol &symbol);

} // namespace lcompile

#endif // LIB_COMPILER_PLAN_H
