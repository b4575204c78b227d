// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Imports one program: version, inputs, graph, outputs.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_IMPORTER_H
#define LIB_IMPORT_EXPORTEDPROGRAM_IMPORTER_H

#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "lib/Import/ExportedProgram/Graph.h"
#include "lib/Import/ExportedProgram/Inputs.h"
#include "lib/Import/ExportedProgram/Signature.h"
#include "lib/Import/ExportedProgram/Weights.h"

namespace lcompile::import {

/// Imports one program.
class Importer {
public:
  Importer(Program &program, Json text, WeightSource *weights)
      : program(program), failure(program.failure), text(text),
        weights(weights), inputs(program.symbols, failure) {}

  mlir::OwningOpRef<mlir::ModuleOp> run(const ImportOptions &options);

private:
  void checkVersion();
  void declareInputs(const ImportOptions &options);
  void defineInputs(Graph &graph);
  Datum numberOf(Graph &graph, llvm::StringRef name, const Datum &tensor);
  std::optional<Datum> loadWeight(llvm::StringRef name);
  mlir::OwningOpRef<mlir::ModuleOp> finish(Graph &graph);
  bool isDropped(const SignatureOutput &output, Graph &graph) const;

  Program &program;
  Failure &failure;
  Json text;
  WeightSource *weights;
  bool marksParameters = false;
  Inputs inputs;
  Signature signature;
  llvm::StringMap<unsigned> inputIndex; // by name in the graph
  llvm::StringMap<const SignatureInput *>
      stored; // weights by name in the graph
  llvm::StringSet<> trained; // parameters that want gradients, likewise
};

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_IMPORTER_H
