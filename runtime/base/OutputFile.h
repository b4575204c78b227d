// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that appear whole or not at all.
#ifndef LCOMPILE_RUNTIME_BASE_OUTPUTFILE_H
#define LCOMPILE_RUNTIME_BASE_OUTPUTFILE_H

#include "runtime/base/Error.h"

#include <limits.h>

namespace lcompile::rt {

/// Writes beside the target under a temporary name; commit() renames it.
/// Without a commit the temporary file is removed. Write errors are reported by
/// commit.
class OutputFile {
public:
  OutputFile() = default;
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;
  ~OutputFile();

  int32_t open(const char *path, Error error);
  void write(const void *data, size_t size);
  void print(const char *format, ...) __attribute__((format(printf, 2, 3)));
  /// `durable`: the bytes are on the disk before the name is there.
  int32_t commit(Error error, bool durable = false);
  /// Bytes so far.
  uint64_t written() const { return total; }

private:
  void flush();

  int descriptor = -1;
  int failure = 0; // errno of the first failed write
  size_t used = 0;
  uint64_t total = 0;
  char target[PATH_MAX];
  char temporary[PATH_MAX];
  char buffer[16384];
};

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_OUTPUTFILE_H
