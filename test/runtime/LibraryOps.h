// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Library ops for the numeric tests, and a plain reference of what they mean.
#ifndef LCOMPILE_TEST_RUNTIME_LIBRARYOPS_H
#define LCOMPILE_TEST_RUNTIME_LIBRARYOPS_H

#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <string>
#include <vector>

namespace lcompile::test {

/// A name for messages, the sizes that the plan gives, and the tolerance
/// relative to the largest expected value.
struct LibraryCase {
  const char *name;
  std::vector<int64_t> plan;
  double tolerance;
};

/// One entry per op of lc_artefact_library_ops, more with other sizes behind.
extern const std::vector<std::pair<uint32_t, LibraryCase>> libraryCases;

/// Bytes from the first to the last element of a shape.
int64_t extent(const rt::onednn::Shape &shape);

double load(const rt::onednn::Shape &shape, const void *data, int64_t at);

/// What the op should write, in the order of dst's dims (row-major), in double.
/// `before` is dst's contents for sums.
std::vector<double> reference(const lc_library_op_t &op,
                              const rt::onednn::Shapes &shapes,
                              void *const *buffers, const void *before);

/// Calls `f(coordinates)` for every element.
template <typename F> void forEach(int rank, const int64_t *dims, F f) {
  std::vector<int64_t> at(size_t(rank), 0);
  for (int i = 0; i < rank; ++i)
    if (dims[i] == 0)
      return;
  for (;;) {
    f(at.data());
    int i = rank - 1;
    while (i >= 0 && ++at[size_t(i)] == dims[i])
      at[size_t(i--)] = 0;
    if (i < 0)
      return;
  }
}

inline int64_t offset(const rt::onednn::Shape &shape, const int64_t *at) {
  int64_t result = 0;
  for (int i = 0; i < shape.rank; ++i)
    result += (shape.dims[i] == 1 ? 0 : at[i]) * shape.strides[i];
  return result;
}

} // namespace lcompile::test

#endif // LCOMPILE_TEST_RUNTIME_LIBRARYOPS_H
