// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NumPy's .npy files.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_NPY_H
#define LCOMPILE_RUNTIME_LAUNCHER_NPY_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"
#include "runtime/memory/Block.h"

namespace lcompile::rt {

/// A dense row-major array in memory of its own. Zero-initialised: none.
struct Array {
  uint32_t dtype, rank;
  int64_t dims[LC_MAX_RANK];
  Block block;

  lc_tensor_t view() { return {block.data, dtype, rank, dims, nullptr}; }
};

/// Reads format versions 1 to 3, C order, little endian, dtypes f2 f4 f8 i1 i2
/// i4 i8 u1 b1, and V2 as bf16. Source of the format: numpy.lib.format.
/// LC_INVALID_ARGUMENT says what is wrong with the file.
int32_t readNpy(const char *path, Array &array, Error error);

/// Writes version 1 (16 dimensions always fit its header) under a temporary
/// name that is then renamed. bf16 is written as V2.
int32_t writeNpy(const char *path, const lc_tensor_t &tensor, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_NPY_H
