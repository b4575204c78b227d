// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights and constants of an archive on their way into the weight store.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H
#define LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H

#include "dialects/lc/IR/WeightStore.h"
#include "lib/Import/ExportedProgram/Archive.h"
#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "lib/Import/ExportedProgram/Json.h"

namespace lcompile::import {

/// A tensor inside of the bytes of a storage; sizes in elements.
struct StridedTensor {
  mlir::Type element;
  llvm::SmallVector<int64_t> sizes, strides;
  int64_t offset = 0;
};

/// Reads a TensorMeta whose sizes are all known.
std::optional<StridedTensor> readStridedTensor(Json meta,
                                               mlir::MLIRContext *ctx);

/// The tensor as row-major data: a slice of `storage` where that is possible,
/// else a copy. Nothing on error.
std::optional<lc::Weight> sliceStorage(const StridedTensor &tensor,
                                       const Bytes &storage, Failure &failure);

/// Where a program's weights come from.
class WeightSource {
public:
  WeightSource(mlir::MLIRContext *ctx, Failure &failure)
      : ctx(ctx), failure(failure) {}
  virtual ~WeightSource(); // takes everything out of the session's store again
                           // unless keep() was called
  /// Weights that a source does not have are inputs of the program.
  virtual bool has(llvm::StringRef name) const = 0;
  /// Puts the weight into the session's store; gives its key there and type.
  virtual std::optional<std::pair<std::string, mlir::RankedTensorType>>
  load(llvm::StringRef name, bool isConstant) = 0;
  void keep() { inserted.clear(); }

protected:
  std::pair<std::string, mlir::RankedTensorType> insert(llvm::StringRef name,
                                                        lc::Weight weight);

  mlir::MLIRContext *ctx;
  Failure &failure;

private:
  std::vector<std::string> inserted; // keys in the store
};

/// The weights that an archive lists, read when they are asked for.
class Weights : public WeightSource {
public:
  Weights(Archive &archive, mlir::MLIRContext *ctx, Failure &failure)
      : WeightSource(ctx, failure), archive(archive) {}

  /// Reads the lists of weights and constants of the program `model`.
  bool readLists(llvm::StringRef model);
  /// An archive must hold every weight of its program.
  bool has(llvm::StringRef) const override { return true; }
  std::optional<std::pair<std::string, mlir::RankedTensorType>>
  load(llvm::StringRef name, bool isConstant) override;

private:
  struct List {
    std::string folder, file;
    std::unique_ptr<llvm::json::Value> text;
  };
  bool readList(List &list);
  bool isInConstants(llvm::StringRef name, bool isConstant) const;

  Archive &archive;
  List weights, constants;
  llvm::StringMap<lc::Weight> slices; // by file, offset, sizes and strides
};

/// Weights in the caller's memory.
class GivenWeights : public WeightSource {
public:
  GivenWeights(llvm::ArrayRef<GivenWeight> given, mlir::MLIRContext *ctx,
               Failure &failure);
  bool has(llvm::StringRef name) const override {
    return byName.contains(name);
  }
  std::optional<std::pair<std::string, mlir::RankedTensorType>>
  load(llvm::StringRef name, bool isConstant) override;

private:
  llvm::StringMap<GivenWeight> byName;
};

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H
