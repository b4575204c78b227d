// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime's tests share: the test model with its footer, tensors,
// statuses as text, running programs.
#ifndef LCOMPILE_TEST_RUNTIME_SUPPORT_H
#define LCOMPILE_TEST_RUNTIME_SUPPORT_H

#include "lcompile-c/Runtime.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lcompile::test {

using Bytes = std::vector<uint8_t>;

/// A folder for this process, removed at exit.
std::string folder();
Bytes readFile(const std::string &path);
void writeFile(const std::string &path, const Bytes &bytes);

/// The bytes with a footer that matches them.
Bytes withFooter(Bytes bytes, uint32_t version = LC_EXECUTABLE_VERSION,
                 uint64_t isa = 0);

/// The test model, as the compiler would leave it. Made once.
std::string modelPath();
std::string programPath();

/// Element i of the test model's weights.
inline float weight(int64_t i) {
  return float(int64_t(i) * 37 % 101 - 50) / 64.0f;
}

/// "3: message", freeing the status; "" for a good one.
std::string text(lc_status_t status);

/// A dense tensor with its memory.
template <typename T> struct Tensor {
  uint32_t dtype;
  std::vector<int64_t> dims;
  std::vector<T> data;

  Tensor(uint32_t dtype, std::vector<int64_t> dims)
      : dtype(dtype), dims(std::move(dims)) {
    int64_t count = 1;
    for (int64_t d : this->dims)
      count *= d;
    data.resize(size_t(count));
  }
  lc_tensor_t view() {
    return {data.data(), dtype, uint32_t(dims.size()), dims.data(), nullptr};
  }
};

struct Floats : Tensor<float> {
  /// Values in [-1, 1) that depend on `seed`.
  explicit Floats(std::vector<int64_t> dims, int seed = 1);
};

/// The test model, opened with one context.
class Model {
public:
  explicit Model(int threads = 2, bool context = true);
  ~Model();
  uint32_t find(const char *name) const {
    return uint32_t(lc_artefact_find(artefact, name));
  }
  lc_context_t *open();

  lc_artefact_t *artefact = nullptr;
  lc_instance_t *instance = nullptr;
  lc_context_t *context = nullptr;
};

/// Output (both streams) and exit code of a shell command.
struct Outcome {
  std::string output;
  int code;
};
Outcome shell(const std::string &command);

/// The test model's mlp, computed in double.
std::vector<double> referenceMlp(const Floats &x);

/// EXPECTs |found - expected| <= tolerance everywhere.
void expectClose(const float *found, const std::vector<double> &expected,
                 double tolerance);

/// Resident memory of this process in bytes.
size_t residentBytes();

} // namespace lcompile::test

#endif // LCOMPILE_TEST_RUNTIME_SUPPORT_H
