// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shapes of the inputs: their symbols, ranges, and what the user asks for.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_INPUTS_H
#define LIB_IMPORT_EXPORTEDPROGRAM_INPUTS_H

#include "lib/Import/Aten/ProgramBuilder.h"
#include "lib/Import/ExportedProgram/Json.h"
#include "lib/Import/ExportedProgram/SymbolicExpr.h"
#include "llvm/ADT/StringSet.h"

namespace lcompile::import {

struct SizeSpec;

/// Declares the inputs of a program in three steps: ranges, shapes,
/// declaration.
class Inputs {
public:
  Inputs(SymbolTable &symbols, Failure &failure)
      : symbols(symbols), failure(failure) {}

  /// Reads range_constraints.
  void readRanges(Json constraints);
  /// A tensor input with its TensorMeta; returns its index.
  unsigned addTensor(llvm::StringRef name, Json meta);
  /// An integer input, a 0-d tensor.
  unsigned addNumber(llvm::StringRef name);
  /// Makes the shape of an input narrower: "batch=1..32x3x224x224xf32" (see
  /// lib/Import/InputSpec). An empty name means the input at `position`.
  void request(llvm::StringRef name, size_t position, llvm::StringRef text);
  /// Declares symbols, in order of first use, and inputs.
  void declare(ProgramBuilder &builder);

private:
  struct Input {
    std::string name;
    std::vector<SymExpr> dims;
    mlir::Type element;
  };
  void narrow(const Input &input, size_t dim, const SizeSpec &size);
  void declareSymbol(const SymExpr &symbol, ProgramBuilder &builder);

  SymbolTable &symbols;
  Failure &failure;
  std::vector<Input> inputs;
  llvm::StringMap<int64_t> divisors;
  llvm::StringMap<lc::Range> archived; // of symbols that are asked about
  llvm::StringSet<> requested, usedNames;
  llvm::StringMap<std::string> displayNames; // that users gave to symbols
};

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_INPUTS_H
