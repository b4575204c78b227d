// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A TorchScript program in memory, as the plug-in told it.
#ifndef LIB_IMPORT_TORCHSCRIPT_RECORDING_H
#define LIB_IMPORT_TORCHSCRIPT_RECORDING_H

#include "lib/Import/Aten/Datum.h"
#include "lib/Import/TorchScript/Sink.h"
#include "lib/Support/ModelLocation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace lcompile::import::torchscript {

struct Node;

struct Block {
  std::vector<int64_t> arguments, results;
  std::vector<std::unique_ptr<Node>> nodes;
};

struct Node {
  std::string kind; // "aten::add.Tensor"
  std::vector<int64_t> operands, results;
  std::vector<std::string> names, types; // of the operands
  std::string resultType;                // of the first result
  std::string attribute;
  ModelLocation where;
  std::vector<Block> blocks;
};

struct TensorConstant {
  std::string name; // empty when it has none
  int32_t dtype;
  llvm::SmallVector<int64_t> sizes;
  llvm::ArrayRef<char> data;
  bool trainable;
  std::shared_ptr<const void> owner;
};

struct Example {
  int32_t dtype;
  llvm::SmallVector<int64_t> sizes;
};

struct Argument {
  int64_t value;
  std::string name, type;
  int64_t otherwise; // its default's value, or -1
};

struct Recording {
  llvm::DenseMap<int64_t, Datum> scalars; // None and text included
  std::vector<std::pair<int64_t, TensorConstant>> tensors;
  llvm::DenseMap<int64_t, std::string> opaque; // what it is
  std::vector<Argument> arguments;
  std::vector<std::pair<std::string, Example>> examples;
  Block body;
  int64_t result = -1;
  std::string resultType;
};

/// Reads the archive with the plug-in; `keepsMode`: see Sink.h. False on error.
bool record(llvm::StringRef path, bool keepsMode, Recording &recording,
            std::string &error);

} // namespace lcompile::import::torchscript

#endif // LIB_IMPORT_TORCHSCRIPT_RECORDING_H
