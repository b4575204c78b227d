// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Imports TorchScript programs: record, declare inputs, replay, name outputs.
#include "lib/Import/TorchScript/TorchScript.h"

#include "lib/Import/TorchScript/Inputs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace lcompile::import {

/// Loops that were unrolled report the same place again and again.
static void removeRepeated(std::vector<Issue> &issues) {
  std::set<
      std::tuple<std::string, std::string, unsigned, std::string, std::string>>
      seen;
  llvm::erase_if(issues, [&](const Issue &issue) {
    return !seen.insert({issue.schema, issue.where.file, issue.where.line,
                         issue.where.module, issue.reason})
                .second;
  });
}

OwningOpRef<ModuleOp> importTorchScript(StringRef path, MLIRContext *ctx,
                                        const ImportOptions &options,
                                        Coverage &coverage,
                                        std::string &error) {
  using namespace torchscript;
  error.clear();
  Recording recording;
  if (!record(path, options.marksParameters, recording, error))
    return {};

  ctx->loadDialect<scf::SCFDialect, arith::ArithDialect, math::MathDialect>();
  ProgramBuilder builder(ctx, "forward");
  Inputs inputs(recording, builder);
  if (!inputs.declare(options.inputs, error)) {
    error = llvm::sys::path::filename(path).str() + ": " + error;
    return {};
  }
  Replay replay(recording, builder);
  if (options.marksParameters) {
    builder.allowRandomNumbers();
    replay.declareBuffers();
  }
  builder.begin();
  replay.constants();
  inputs.define(replay);
  Cell returned = replay.run();

  Data outputs;
  std::vector<std::string> names;
  nameOutputs(returned, parseType(recording.resultType), "", outputs, names);
  if (returned.isUnknown())
    builder.refuse("output", {}, "the model returns " + returned.why);
  // Inputs that change follow what users see, under their own names.
  std::vector<int64_t> aliases(outputs.size(), -1);
  replay.freezeBuffers();
  for (unsigned index : builder.changedInputs()) {
    outputs.push_back(builder.input(index));
    names.push_back(builder.inputName(index).str());
    aliases.push_back(index);
  }
  auto module = builder.finish(outputs, names, aliases);
  coverage = std::move(builder.coverage());
  removeRepeated(coverage.issues);
  return module;
}

} // namespace lcompile::import
