// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes that belong to no stage: checks between them.
#ifndef PASSES_PIPELINES_PASSES_TD
#define PASSES_PIPELINES_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyGate : Pass<"lc-verify-gate", "mlir::ModuleOp"> {
  let summary = "Check what may be in the IR after a stage";
  let description = [{
    Every operation must be one that the table in passes/Pipelines/Gates.cpp allows
    after the stage, and every tensor must be ranked, its sizes static or expressions
    of the function's symbols. Later stages rely on it; what fails here is a fault of
    the stage, not of the model.
  }];
  let options = [
    Option<"stage", "stage", "std::string", "\"normalize\"",
           "The stage that has run: import, normalize, optimize, partition or lower">
  ];
}

def InjectFault : Pass<"lc-inject-fault", "mlir::ModuleOp"> {
  let summary = "Do wrong on purpose, to test what happens then";
  let description = [{
    `crash` ends the process by a signal, `fail` fails without a message, `illegal`
    leaves an operation that no gate allows, `wrong` computes |x| for every
    `lc.relu`. Only tests use it.
  }];
  let options = [
    Option<"kind", "kind", "std::string", "\"fail\"", "crash, fail, illegal or wrong">
  ];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

#endif // PASSES_PIPELINES_PASSES_TD
