// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights in a file of their own: found, checked, released, refused.
#include "test/runtime/Support.h"

#include "runtime/base/Digest.h"

#include <cstring>

using namespace lcompile::test;

namespace {
/// The test model with its weights moved to a file.
class Weights : public ::testing::Test {
protected:
  void SetUp() override {
    executable = *lc_artefact_executable(model.artefact);
    constants.assign(executable.constants,
                     executable.constants + executable.n_constants);
    for (lc_constant_t &constant : constants)
      constant.offset += sizeof(lc_weights_header_t);
    header.magic = LC_WEIGHTS_MAGIC;
    header.size = sizeof header + executable.weights_size;
    header.digest =
        lcompile::rt::digest(executable.weights, executable.weights_size);
    strcpy(header.build_id, executable.build_id);
    bytes.resize(header.size);
    memcpy(bytes.data() + sizeof header, executable.weights,
           executable.weights_size);
    executable.constants = constants.data();
    executable.weights = nullptr;
    executable.weights_file = "m.weights";
    executable.weights_size = header.size;
    executable.weights_digest = lcompile::rt::digest(&header, sizeof header);
  }

  std::string open(const char *path, uint32_t flags = 0) {
    memcpy(bytes.data(), &header, sizeof header);
    writeFile(file, bytes);
    lc_artefact_t *artefact;
    lc_instance_t *instance = nullptr;
    EXPECT_EQ(text(lc_artefact_wrap(&executable, &artefact)), "");
    lc_instance_options_t options = {sizeof options, 1, flags, path,
                                     nullptr, 0};
    std::string message = text(lc_instance_open(artefact, &options, &instance));
    lc_artefact_close(artefact);
    if (instance) {
      lc_instance_info_t info = {};
      info.struct_size = sizeof info;
      lc_instance_info(instance, &info);
      EXPECT_EQ(info.weights_bytes, header.size);
      lc_context_t *context;
      EXPECT_EQ(text(lc_context_open(instance, &context)), "");
      Floats x({3, 16});
      lc_tensor_t in = x.view(), out = {};
      EXPECT_EQ(text(lc_context_run(context, 0, &in, 1, &out, 1)), "");
      expectClose(static_cast<float *>(out.data), referenceMlp(x), 2e-5);
      lc_context_close(context);
      lc_instance_close(instance);
    }
    size_t at;
    while ((at = message.find(file)) != std::string::npos)
      message.replace(at, file.size(), "W");
    return message;
  }

  Model model{1, false};
  lc_executable_t executable;
  std::vector<lc_constant_t> constants;
  lc_weights_header_t header = {};
  Bytes bytes;
  std::string file = folder() + "/m.weights";
};
} // namespace

TEST_F(Weights, AreMapped) {
  EXPECT_EQ(open(file.c_str()), "");
  EXPECT_EQ(open(file.c_str(), LC_INSTANCE_VERIFY_WEIGHTS), "");
}

TEST_F(Weights, OfAnotherSizeAreRefused) {
  bytes.pop_back();
  EXPECT_EQ(open(file.c_str()),
            "5: weights file 'W' is truncated or of another model: expected "
            "3136 bytes, found 3135");
  bytes.resize(10000);
  EXPECT_NE(open(file.c_str()), "");
}

TEST_F(Weights, OfAnotherBuildAreRefused) {
  strcpy(header.build_id, "ffff");
  EXPECT_EQ(open(file.c_str()), "5: weights file 'W' belongs to another build: "
                                "expected 0123456789abcdef, found ffff");
}

TEST_F(Weights, ThatAreDamagedAreFoundWhenAsked) {
  bytes.back() ^= 1; // in padding: the result stays right
  EXPECT_EQ(open(file.c_str()), "");
  EXPECT_EQ(open(file.c_str(), LC_INSTANCE_VERIFY_WEIGHTS),
            "5: weights file 'W' is corrupted: its digest does not match");
  header.magic = 7;
  EXPECT_EQ(open(file.c_str()), "5: 'W' is not a weights file");
}

TEST_F(Weights, ThatAreMissingAreNamed) {
  EXPECT_EQ(open("/nothing/m.weights"),
            "1: cannot open weights file '/nothing/m.weights': No such file or "
            "directory");
}

TEST_F(Weights, OutsideTheFileAreRefused) {
  constants[3].offset += 4096;
  EXPECT_EQ(open(file.c_str()), "5: constant 'bias' lies outside the weights");
}

TEST(EmbeddedWeights, RefuseAFile) {
  Model model(1, false);
  lc_instance_t *instance;
  lc_instance_options_t options = {sizeof options, 1, 0, "x.weights",
                                   nullptr, 0};
  EXPECT_EQ(text(lc_instance_open(model.artefact, &options, &instance)),
            "1: weights file 'x.weights' given, but the weights of 'testmodel' "
            "are embedded");
}
