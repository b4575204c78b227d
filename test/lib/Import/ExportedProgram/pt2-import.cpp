// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pt2-import: imports one .pt2 file and prints the module or what is missing.
#include "dialects/lc/IR/WeightStore.h"
#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace lcompile::import;

static cl::opt<std::string> path(cl::Positional, cl::Required,
                                 cl::desc("FILE"));
static cl::list<std::string> shapes("input",
                                    cl::desc("Shape of an input, NAME: SHAPE"));
static cl::opt<bool> check("check",
                           cl::desc("Print what is missing, no module"));
static cl::opt<bool> isJson("json",
                            cl::desc("The file is the program's JSON text"));
static cl::opt<bool> weights("weights", cl::desc("List the weight store"));

static void report(const Coverage &coverage) {
  outs() << coverage.operators << " operators, " << coverage.issues.size()
         << " issues\n";
  for (const Issue &issue : coverage.issues)
    outs() << issue.where.file << ":" << issue.where.line << " "
           << issue.where.module << " " << issue.schema << ": " << issue.reason
           << " (" << issue.arguments << ")\n";
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "imports a .pt2 file\n");
  mlir::MLIRContext context;
  context.printOpOnDiagnostic(false);
  ImportOptions options;
  for (StringRef shape : shapes) {
    auto [name, text] = shape.split(':');
    options.inputs.push_back({name.trim().str(), text.trim().str()});
  }
  Coverage coverage;
  std::string error;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (isJson) {
    auto text = MemoryBuffer::getFile(path);
    if (!text)
      return errs() << "error: cannot read " << path << "\n", 1;
    module = importGraphJson((*text)->getBuffer(), &context, coverage, error);
  } else {
    module = importExportedProgram(path, &context, options, coverage, error);
  }
  if (!error.empty())
    return errs() << "error: " << error << "\n", 1;
  if (weights)
    for (auto &[key, weight] : lcompile::lc::getWeightStore(&context).all())
      outs() << key << ": " << weight.type << " at "
             << static_cast<const void *>(weight.data.data()) << "\n";
  if (check || !module) {
    report(coverage);
    return module ? mlir::failed(mlir::verify(*module)) : 2;
  }
  module->print(outs());
  return mlir::failed(mlir::verify(*module));
}
