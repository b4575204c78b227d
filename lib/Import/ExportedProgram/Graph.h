// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the nodes of one graph of the archive and calls the program builder.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_GRAPH_H
#define LIB_IMPORT_EXPORTEDPROGRAM_GRAPH_H

#include "lib/Import/Aten/ProgramBuilder.h"
#include "lib/Import/ExportedProgram/Json.h"
#include "lib/Import/ExportedProgram/SymbolicExpr.h"
#include "llvm/ADT/StringSet.h"

namespace lcompile::import {

/// What the graphs of one program share.
struct Program {
  Program(mlir::MLIRContext *ctx)
      : ctx(ctx), builder(ctx, "forward"), symbols(ctx) {}

  mlir::MLIRContext *ctx;
  Failure failure;
  ProgramBuilder builder;
  SymbolTable symbols;
  /// The element type of the autocast region that is being read.
  mlir::Type autocast;
  /// Weights that writes would change, by their name in the graph; and how to
  /// call them in messages.
  llvm::StringMap<std::string> constants;
  /// Inputs that in-place operators write to.
  llvm::StringSet<> written;
};

class Graph {
public:
  Graph(Program &program, Json graph);

  /// Gives a value its name. `root` is the program input whose memory it may
  /// be.
  void define(llvm::StringRef name, Datum value, llvm::StringRef root = "");
  void setRoot(llvm::StringRef name, llvm::StringRef root) {
    roots[name] = root.str();
  }
  /// Gives names values when they are first used; nothing when it knows none.
  void setResolver(std::function<std::optional<Datum>(llvm::StringRef)> f) {
    resolver = std::move(f);
  }
  /// How many times nodes and outputs of the graph use the value.
  unsigned usesOf(llvm::StringRef name) const { return uses.lookup(name); }
  /// Imports all nodes; false on error.
  bool run();
  Data outputs();
  /// The value of an Argument.
  Datum argument(Json argument);
  Datum lookup(llvm::StringRef name);
  /// What `list` ("sym_int_values") says about a value; nothing when that does
  /// not follow from the inputs' sizes.
  std::optional<Datum> symbolicValue(llvm::StringRef list,
                                     llvm::StringRef name);

private:
  // Arguments.cpp
  Datum symbolArgument(Json value);
  Datum tensorList(Json list);
  void countUses(Json argument);
  /// Values whose names an Argument of results gives, in order.
  void bind(Json output, const Datum &value, llvm::StringRef root,
            const ModelLocation &where, llvm::StringRef schema);

  // SymbolicNodes.cpp
  /// Takes the results from the archive's expressions where it can.
  bool bindSymbolic(llvm::ArrayRef<Json> outputs);
  /// Run-time checks; true when `target` is one.
  bool assertion(llvm::StringRef target, Json node, const ModelLocation &where);

  // Graph.cpp
  void node(Json node);
  void call(llvm::StringRef target, Json node, const ModelLocation &where);
  void bindResults(Json node, const Data &results, const ModelLocation &where,
                   llvm::StringRef schema, llvm::StringRef root = "");
  bool dropWrite(llvm::StringRef target, Json node);
  std::string rootOf(Json argument);
  /// Compares a result with what the archive says about it.
  void check(llvm::StringRef name, const Datum &value,
             const ModelLocation &where, llvm::StringRef schema);
  void castOperands(llvm::StringRef schema, Json node, Args &args,
                    const ModelLocation &where);

  // HigherOrder.cpp
  void higherOrder(llvm::StringRef name, Json node, const ModelLocation &where);
  void cond(llvm::ArrayRef<Json> inputs, Json node, const ModelLocation &where);
  void whileLoop(llvm::ArrayRef<Json> inputs, Json node,
                 const ModelLocation &where);
  void wrapper(llvm::StringRef name, llvm::ArrayRef<Json> inputs, Json node,
               const ModelLocation &where);
  /// Reads a subgraph with these operands.
  Data subgraph(Json argument, const Data &operands,
                llvm::ArrayRef<std::string> roots);
  size_t outputCount(Json argument);

  Program &program;
  Json graph;
  llvm::StringMap<Datum> values;
  llvm::StringMap<std::string> roots; // see define()
  llvm::StringMap<unsigned> uses;
  std::function<std::optional<Datum>(llvm::StringRef)> resolver;
};

/// True for operators whose first result may share the memory of `self`.
bool mayBeView(llvm::StringRef schema);
/// True for operators that write into `self`: "aten::add_.Tensor".
bool writesSelf(llvm::StringRef schema);
/// True for operators that autocast computes in the lower precision.
bool isLowPrecision(llvm::StringRef schema);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_GRAPH_H
