// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files in the safetensors format: a header in JSON, then the tensors' bytes.
#ifndef LCOMPILE_RUNTIME_TRAIN_SAFETENSORS_H
#define LCOMPILE_RUNTIME_TRAIN_SAFETENSORS_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// One tensor of a file. Of a part of a tensor (checkpoints of sharded states)
/// `whole` and `begin` say which; otherwise `whole` is negative. The file's
/// metadata holds them under "part:NAME" as "BEGIN WHOLE".
struct TensorEntry {
  char *name;
  uint32_t dtype, rank;
  int64_t dims[LC_MAX_RANK];
  int64_t begin, whole; // in elements
  const uint8_t *data;
  uint64_t size; // in bytes
};

/// A file, mapped. Zero-initialised; closed by close().
struct TensorFile {
  TensorEntry *entries;
  uint32_t count;
  void *mapping;
  size_t size;

  /// LC_INVALID_ARGUMENT: no such file; LC_INCOMPATIBLE: damaged.
  int32_t open(const char *path, Error error);
  void close();
};

/// Writes the file, whole or not at all.
int32_t writeTensors(const char *path, const TensorEntry *entries,
                     uint32_t count, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_TRAIN_SAFETENSORS_H
