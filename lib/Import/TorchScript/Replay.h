// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Replays a recorded TorchScript program into a ProgramBuilder.
#ifndef LIB_IMPORT_TORCHSCRIPT_REPLAY_H
#define LIB_IMPORT_TORCHSCRIPT_REPLAY_H

#include "lib/Import/TorchScript/Cell.h"
#include "lib/Import/TorchScript/Recording.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include <map>

namespace lcompile::import::torchscript {

class Replay {
public:
  Replay(const Recording &recording, ProgramBuilder &builder);

  /// For training: parameters are marked, and buffers are inputs that stay from
  /// call to call. Before begin().
  void declareBuffers();
  /// Puts the tensor constants at the start of the function. After begin().
  void constants();
  /// Makes weights of the buffers that the program has not written to.
  void freezeBuffers();
  void define(int64_t value, Cell cell) { cells[value] = std::move(cell); }
  /// A constant, as a default of an argument.
  Cell constant(int64_t value) const;
  /// What forward returns.
  Cell run();

  // ---- for the handlers of single kinds of nodes --------------------------

  /// The operand; unknown and missing ones refuse the node and give poison.
  Cell operand(const Node &node, size_t i);
  size_t operands(const Node &node) const { return node.operands.size(); }
  void result(const Node &node, Cell cell, size_t i = 0);
  void refuse(const Node &node, const llvm::Twine &reason);
  /// A new list of this block.
  Cell list(std::vector<Cell> items, Container::Kind kind = Container::List);
  /// The list, tuple or dict that is operand `i`; null after a refusal.
  Container *container(const Node &node, size_t i);
  /// Whether the container may change here; refuses the node when not.
  bool mayChange(const Node &node, const Cell &cell);
  /// A number, text or None known now; a 0-d constant tensor counts as one.
  bool known(const Cell &cell, Datum &value) const;
  /// The number as a 0-d tensor; tensors stay.
  Datum asTensor(const Cell &cell);
  /// A call through the table of operators; gives its results to the node.
  void call(const Node &node, llvm::StringRef schema, Args args);
  /// The same with the node's own kind and operands.
  void callOperator(const Node &node);
  ProgramBuilder &builder() { return pb; }
  mlir::MLIRContext *context() { return pb.context(); }

private:
  void runBlock(const Block &block);
  void runNode(const Node &node);
  void runIf(const Node &node);
  void runLoop(const Node &node);
  bool callOnSizes(const Node &node);
  mlir::Value written(const Node &node) const;
  bool changesWeight(const Node &node);
  bool isRecorded(mlir::Value v) const;
  Datum adapt(const Node &node, size_t i);
  std::vector<Cell> yields(const Block &block, const Node &node,
                           size_t from = 0);
  /// The results of the block, which is built and thrown away: leaves are
  /// types.
  std::vector<Cell> typesOf(const Block &block, const Node &node,
                            size_t from = 0);
  Cell withType(const Cell &cell, const Cell &type);
  void assume(const Node &node, const Block &raising);
  bool inRegion(const Node &node, const Cell &initial, const Cell &next);

  const Recording &recording;
  ProgramBuilder &pb;
  llvm::DenseMap<int64_t, Cell> cells;
  llvm::DenseSet<const Node *> assumed;
  struct Buffer {
    unsigned input;
    std::string key; // in the weight store
  };
  std::map<int64_t, Buffer> buffers; // by value
  bool marksParameters = false;
  bool hasUninitialized = false; // anywhere in the program
};

using Handler = void (*)(Replay &, const Node &);
/// Handlers by kind. `first` come before the table of operators, `last` where
/// it has no rule.
struct Handlers {
  llvm::StringMap<Handler> first, last;
  static const Handlers &get();
};
void addListHandlers(Handlers &handlers);
void addListQueryHandlers(Handlers &handlers);
void addDictHandlers(Handlers &handlers);
void addScalarHandlers(Handlers &handlers);
void addTextHandlers(Handlers &handlers);

/// True when the block can only end in an exception.
bool alwaysRaises(const Block &block);

} // namespace lcompile::import::torchscript

#endif // LIB_IMPORT_TORCHSCRIPT_REPLAY_H
