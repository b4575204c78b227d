// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of a TorchScript program while it is replayed: data, and the lists,
// tuples and dicts that hold them, which Python shares by reference.
#ifndef LIB_IMPORT_TORCHSCRIPT_CELL_H
#define LIB_IMPORT_TORCHSCRIPT_CELL_H

#include "lib/Import/Aten/ProgramBuilder.h"
#include <memory>

namespace lcompile::import::torchscript {

struct Container;

struct Cell {
  Cell() = default; // None
  Cell(Datum d) : datum(std::move(d)) {}
  Cell(std::shared_ptr<Container> box) : box(std::move(box)) {}
  /// A value that must not be used, with the reason.
  static Cell unknown(const llvm::Twine &why) {
    Cell c;
    c.why = why.str();
    return c;
  }

  bool isUnknown() const { return !why.empty(); }
  bool isPoison() const { return !box && datum.isPoison(); }
  bool isNone() const { return !box && !isUnknown() && datum.isNone(); }
  bool isText() const { return !box && !isUnknown() && datum.isString(); }

  Datum datum; // when it is no container
  std::shared_ptr<Container> box;
  std::string why;
};

struct Container {
  enum Kind { List, Tuple, Dict, Object };
  Kind kind;
  std::vector<Cell> items;
  std::vector<Cell> keys; // of a dict: numbers or text; of an object: text
  /// The block in which it was made: changes inside of a branch or loop that is
  /// decided at run time cannot be followed. Null when it must not change at
  /// all.
  mlir::Block *home = nullptr;
  /// It was copied where Python would share it, so it must not change any more.
  bool copied = false;
};

/// prim::Uninitialized, where the value does not matter.
Datum uninitialized();
bool isUninitialized(const Cell &cell);

/// The leaves, in order, of a tree of containers.
void flatten(const Cell &cell, Data &leaves);
void flatten(llvm::ArrayRef<Cell> cells, Data &leaves);
/// True when some leaf is unknown; `why` then tells why.
bool hasUnknown(llvm::ArrayRef<Cell> cells, std::string &why);
/// New containers like those of `like` with the leaves from `rest`, which it
/// consumes. Missing leaves are poison.
Cell rebuild(const Cell &like, llvm::ArrayRef<Datum> &rest);
std::vector<Cell> rebuild(llvm::ArrayRef<Cell> like,
                          llvm::ArrayRef<Datum> leaves);
/// True when both are the same tree of containers. Lists and dicts that are
/// compared so become copies for their other holders.
bool sameTree(const Cell &x, const Cell &y);
void markCopied(const Cell &cell);

/// As lists of the shared table understand it; dicts become poison.
Datum toDatum(const Cell &cell);
Cell fromDatum(const Datum &datum, mlir::Block *home);
std::string describe(const Cell &cell);

/// The element type of a torch.dtype's number (at::ScalarType); null when
/// lc has none.
mlir::Type dtypeOf(int64_t code, mlir::MLIRContext *ctx);
/// -1 when PyTorch has none.
int64_t codeOf(mlir::Type element);
/// "torch.complex64", for messages.
std::string dtypeName(int64_t code);

} // namespace lcompile::import::torchscript

#endif // LIB_IMPORT_TORCHSCRIPT_CELL_H
