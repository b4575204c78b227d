// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds one imported function: what the readers of all model formats share.
#ifndef LIB_IMPORT_ATEN_PROGRAMBUILDER_H
#define LIB_IMPORT_ATEN_PROGRAMBUILDER_H

#include "lib/Import/Aten/AtenCall.h"
#include "lib/Support/ModelLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/BitVector.h"
#include <set>

namespace lcompile::import {

/// An operator that cannot be imported, once for each place in the model.
struct Issue {
  std::string schema;
  ModelLocation where;
  std::string reason;    // "no rule for this operator", or the rule's refusal
  std::string arguments; // for people: "self: tensor<4x3xf32>, dim: 1"
  std::string node;      // its name in the model's graph; see NodeScope
};

/// How much of the model was understood, for --check.
struct Coverage {
  unsigned operators = 0; // calls seen, control flow not counted
  std::vector<Issue> issues;
};

using Data = std::vector<Datum>;
using Args = std::vector<std::pair<std::string, Datum>>;

/// Order of use: symbols, inputs, begin(), then calls and control flow,
/// finish(). Errors of the model's operators are collected in coverage(); a
/// program with issues has no module.
class ProgramBuilder {
public:
  ProgramBuilder(mlir::MLIRContext *ctx, llvm::StringRef functionName);

  /// While one lives, issues belong to the node `name` of the model's graph.
  /// The outermost counts: what is inside of a subgraph belongs to its caller.
  class NodeScope {
  public:
    NodeScope(ProgramBuilder &builder, llvm::StringRef name)
        : node(builder.node), isOutermost(builder.node.empty()) {
      if (isOutermost)
        node = name.str();
    }
    ~NodeScope() {
      if (isOutermost)
        node.clear();
    }

  private:
    std::string &node;
    bool isOutermost;
  };

  mlir::MLIRContext *context() { return ctx; }

  /// A new symbol. The same name gives the same symbol.
  mlir::AffineExpr addSymbol(llvm::StringRef name, int64_t min, int64_t max,
                             int64_t divisor = 1);
  /// A function argument; returns its index. Only before begin().
  unsigned addInput(llvm::StringRef name, llvm::ArrayRef<mlir::AffineExpr> dims,
                    mlir::Type element);
  /// Makes the function; inputs have values from here on.
  void begin();
  Datum input(unsigned index);
  llvm::StringRef inputName(unsigned index) const { return inputNames[index]; }
  /// Says, after begin(), that an input is a buffer of the model that stays
  /// from call to call and begins as the weight `key`.
  void markBuffer(unsigned index, llvm::StringRef key);
  /// The inputs that operators have written to in place.
  std::set<unsigned> changedInputs();
  /// Makes an input the weight `key` after all: what stood for it reads that,
  /// and the function ends without it.
  void freezeInput(unsigned index, llvm::StringRef key);
  /// A weight of the session's store (see dialects/lc/IR/WeightStore.h).
  Datum parameter(llvm::StringRef key, mlir::RankedTensorType type,
                  const ModelLocation &where = {}, bool trainable = false);
  /// A small tensor constant.
  Datum constant(mlir::ElementsAttr value, const ModelLocation &where = {});

  /// Calls `schema` ("aten::add.Tensor"; "aten::add_.Tensor" writes the result
  /// into `self`). Gives `resultCount` results, poison when refused.
  Data call(llvm::StringRef schema, Args args, const ModelLocation &where,
            unsigned resultCount);
  /// Records that an operator (or a form of it) cannot be imported.
  void refuse(llvm::StringRef schema, const ModelLocation &where,
              const llvm::Twine &reason, const Args &args = {});

  /// Branches give equally many results; numbers that differ between branches
  /// become run-time scalars. A condition known at compile time picks its
  /// branch.
  Data buildIf(const Datum &condition, llvm::function_ref<Data()> thenBranch,
               llvm::function_ref<Data()> elseBranch,
               const ModelLocation &where);
  /// prim::Loop: at most `trips` iterations while the condition holds. `body`
  /// maps (iteration, carried) to (condition, carried). Loops of few iterations
  /// whose number is known and whose condition stays true are unrolled.
  Data buildLoop(const Datum &trips, const Datum &condition, Data carried,
                 llvm::function_ref<std::pair<Datum, Data>(Datum, Data)> body,
                 const ModelLocation &where);
  /// torch.while_loop.
  Data buildWhile(Data carried, llvm::function_ref<Datum(Data)> condition,
                  llvm::function_ref<Data(Data)> body,
                  const ModelLocation &where);

  /// Ends the function. `names[i]` is the name of output i; `aliases[i]` the
  /// index of the input that it updates, or -1. Null when there are issues.
  mlir::OwningOpRef<mlir::ModuleOp> finish(const Data &outputs,
                                           llvm::ArrayRef<std::string> names,
                                           llvm::ArrayRef<int64_t> aliases);

  /// Lets operators draw random numbers, as training steps do.
  void allowRandomNumbers() { drawsRandom = true; }

  Coverage &coverage() { return covered; }
  mlir::OpBuilder &builder() { return b; }

private:
  mlir::Location location(const ModelLocation &where) {
    return toLocation(where, ctx);
  }
  /// The datum as an SSA value that regions can carry; null when impossible.
  mlir::Value carry(const Datum &d, mlir::Location loc);

  mlir::MLIRContext *ctx;
  mlir::OpBuilder b;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::string functionName, node;
  llvm::SmallVector<lc::SymbolAttr> symbols;
  llvm::SmallVector<mlir::Type> inputTypes;
  llvm::SmallVector<std::string> inputNames;
  llvm::StringMap<mlir::Value> parameters; // one op a weight
  llvm::BitVector frozen;                  // inputs
  RandomSites random;
  bool drawsRandom = false;
  Coverage covered;
};

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_PROGRAMBUILDER_H
