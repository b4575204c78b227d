// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Helpers of the runtime's tests.
#include "test/runtime/Support.h"

#include "lcompile-c/Footer.h"
#include "runtime/base/Digest.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace lcompile::test {

namespace {
struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/lcompile-runtime-test-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string finish(const char *source, const char *name) {
  std::string path = folder() + "/" + name;
  writeFile(path, withFooter(readFile(source)));
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}
} // namespace

std::string folder() {
  static Folder folder;
  return folder.path;
}

Bytes readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void writeFile(const std::string &path, const Bytes &bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char *>(bytes.data()),
             std::streamsize(bytes.size()));
}

Bytes withFooter(Bytes bytes, uint32_t version, uint64_t isa) {
  lc_footer_t footer = {LC_FOOTER_MAGIC,
                        version,
                        sizeof footer,
                        isa,
                        bytes.size() + sizeof footer,
                        0};
  auto *raw = reinterpret_cast<uint8_t *>(&footer);
  bytes.insert(bytes.end(), raw, raw + sizeof footer);
  footer.digest = rt::digest(bytes.data(), bytes.size() - 8);
  std::memcpy(bytes.data() + bytes.size() - 8, &footer.digest, 8);
  return bytes;
}

std::string modelPath() {
  static std::string path = finish(TEST_MODEL_SO, "model.so");
  return path;
}

std::string programPath() {
  static std::string path = finish(TEST_MODEL_EXE, "model");
  return path;
}

std::string text(lc_status_t status) {
  if (!status)
    return "";
  std::string result =
      std::to_string(lc_status_code(status)) + ": " + lc_status_message(status);
  lc_status_free(status);
  return result;
}

Floats::Floats(std::vector<int64_t> dims, int seed)
    : Tensor(LC_DTYPE_F32, std::move(dims)) {
  uint32_t state = uint32_t(seed) * 2654435761u;
  for (float &value : data) {
    state = state * 1664525 + 1013904223;
    value = float(state >> 8) / float(1 << 23) - 1;
  }
}

Model::Model(int threads, bool withContext) {
  EXPECT_EQ(text(lc_artefact_open(modelPath().c_str(), nullptr, &artefact)),
            "");
  lc_instance_options_t options = {sizeof options, threads, 0, nullptr,
                                   nullptr, 0};
  EXPECT_EQ(text(lc_instance_open(artefact, &options, &instance)), "");
  if (withContext)
    context = open();
}

Model::~Model() {
  // Handles may be closed in any order.
  lc_artefact_close(artefact);
  lc_instance_close(instance);
  lc_context_close(context);
}

lc_context_t *Model::open() {
  lc_context_t *result = nullptr;
  EXPECT_EQ(text(lc_context_open(instance, &result)), "");
  return result;
}

Outcome shell(const std::string &command) {
  Outcome outcome;
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  size_t count;
  while ((count = fread(buffer, 1, sizeof buffer, pipe)))
    outcome.output.append(buffer, count);
  int status = pclose(pipe);
  outcome.code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

std::vector<double> referenceMlp(const Floats &x) {
  int64_t rows = x.dims[0];
  std::vector<double> y(size_t(rows) * 24);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < 24; ++j) {
      double sum = weight(384 + j);
      for (int64_t k = 0; k < 16; ++k)
        sum += double(x.data[size_t(i * 16 + k)]) * weight(k * 24 + j);
      sum = 0.5 * sum * (1 + std::erf(sum / std::sqrt(2.0)));
      y[size_t(i * 24 + j)] = sum * 2 + 1;
    }
  return y;
}

void expectClose(const float *found, const std::vector<double> &expected,
                 double tolerance) {
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], tolerance) << "at " << i;
}

size_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

} // namespace lcompile::test
