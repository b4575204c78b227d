// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Development driver: ts-import MODEL.pt ['NAME: SHAPE'...] prints the module,
// or what cannot be imported.
#include "dialects/lc/IR/LcDialect.h"
#include "lib/Import/InputSpec/InputSpec.h"
#include "lib/Import/TorchScript/TorchScript.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace lcompile::import;

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (argc < 2) {
    llvm::errs()
        << "usage: ts-import MODEL.pt ['NAME: SHAPE'...] [--generic]\n";
    return 1;
  }
  ImportOptions options;
  mlir::OpPrintingFlags flags;
  for (int i = 2; i < argc; ++i)
    if (llvm::StringRef(argv[i]) == "--generic")
      flags.printGenericOpForm();
    else
      options.inputs.push_back({"", argv[i]});
  mlir::MLIRContext ctx;
  mlir::ScopedDiagnosticHandler handler(&ctx, [](mlir::Diagnostic &diagnostic) {
    llvm::errs() << diagnostic.getLocation() << ": " << diagnostic << "\n";
  });
  Coverage coverage;
  std::string error;
  auto module = importTorchScript(argv[1], &ctx, options, coverage, error);
  if (!error.empty()) {
    llvm::errs() << "error: " << error << "\n";
    return 1;
  }
  for (const Issue &issue : coverage.issues)
    llvm::errs() << issue.schema << " at " << issue.where.file << ":"
                 << issue.where.line << " in " << issue.where.module << ": "
                 << issue.reason << " (" << issue.arguments << ")\n";
  llvm::errs() << coverage.operators << " operators, " << coverage.issues.size()
               << " issues\n";
  if (!module)
    return 1;
  if (failed(mlir::verify(*module)))
    return 1;
  module->print(llvm::outs(), flags);
  return 0;
}
