// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights and constants of an archive on their way into the weight store.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H
#define LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H

#include "dialects/lc/IR/WeightStore.h"
#include "lib/Import/ExportedProgram/Archive.h"
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

/// The weights that an archive lists, read when they are asked for.
class Weights {
public:
  Weights(Archive &archive, mlir::MLIRContext *ctx, Failure &failure)
      : archive(archive), ctx(ctx), failure(failure) {}
  ~Weights(); // takes everything out of the store again unless keep() was
              // called

  /// Reads the lists of weights and constants of the program `model`.
  bool readLists(llvm::StringRef model);
  /// Puts the weight into the session's store; gives its key there and type.
  std::optional<std::pair<std::string, mlir::RankedTensorType>>
  load(llvm::StringRef name, bool isConstant);
  void keep() { inserted.clear(); }

private:
  struct List {
    std::string folder, file;
    std::unique_ptr<llvm::json::Value> text;
  };
  bool readList(List &list);
  bool isInConstants(llvm::StringRef name, bool isConstant) const;

  Archive &archive;
  mlir::MLIRContext *ctx;
  Failure &failure;
  List weights, constants;
  llvm::StringMap<lc::Weight> slices; // by file, offset, sizes and strides
  std::vector<std::string> inserted;  // keys in the store
};

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_WEIGHTS_H
