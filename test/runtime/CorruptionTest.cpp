// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that are truncated, damaged or something else are refused before any of
// their code runs.
#include "test/runtime/Support.h"

#include "lcompile-c/Footer.h"
#include "runtime/loader/Elf.h"

#include <random>

using namespace lcompile::test;
using namespace lcompile::rt;

namespace {
std::string open(const Bytes &bytes) {
  std::string path = folder() + "/broken.so";
  writeFile(path, bytes);
  lc_artefact_t *artefact = nullptr;
  std::string message =
      text(lc_artefact_open(path.c_str(), nullptr, &artefact));
  lc_artefact_close(artefact);
  return message;
}
} // namespace

TEST(Corruption, TruncatedAnywhere) {
  Bytes good = readFile(modelPath());
  for (size_t size = 0; size < good.size(); size += 4096) {
    std::string message = open(Bytes(good.begin(), good.begin() + long(size)));
    EXPECT_EQ(message.substr(0, 2), "5:") << size << " " << message;
  }
  for (size_t size = good.size() - 64; size < good.size(); ++size)
    EXPECT_NE(open(Bytes(good.begin(), good.begin() + long(size))), "");
  EXPECT_EQ(open(good), "");
}

TEST(Corruption, FlippedBits) {
  Bytes good = readFile(modelPath());
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    Bytes bad = good;
    bad[random() % bad.size()] ^= uint8_t(1u << random() % 8);
    std::string message = open(bad);
    EXPECT_EQ(message.substr(0, 2), "5:") << message;
  }
}

TEST(Corruption, HeadersWithoutDigest) {
  Bytes good = readFile(TEST_MODEL_SO);
  ElfNeeds needs;
  ErrorBuffer error;
  EXPECT_EQ(checkElf(good.data(), good.size(), "m", needs, error), LC_OK);
  EXPECT_EQ(needs.count, 3);
  std::mt19937 random(2);
  for (int i = 0; i < 20000; ++i) {
    // Headers, tables of segments and the dynamic table are in the first pages.
    Bytes bad = good;
    for (unsigned k = 0; k < 1 + random() % 4; ++k)
      bad[random() % 512] = uint8_t(random());
    checkElf(bad.data(), bad.size(), "m", needs, error);
  }
  for (size_t size = 0; size < good.size(); size += 512) {
    Bytes bad(good.begin(), good.begin() + long(size));
    bad.shrink_to_fit();
    EXPECT_NE(checkElf(bad.data(), bad.size(), "m", needs, error), LC_OK);
  }
}

TEST(Corruption, OtherFiles) {
  lc_artefact_t *artefact;
  EXPECT_EQ(text(lc_artefact_open("/nothing/model.so", nullptr, &artefact)),
            "1: cannot open '/nothing/model.so': no such file");
  EXPECT_EQ(text(lc_artefact_open("/tmp", nullptr, &artefact)),
            "1: '/tmp' is not a regular file");
  std::string at = "'" + folder() + "/broken.so'";
  EXPECT_EQ(open({}), "5: " + at + " is empty or cannot be mapped");
  EXPECT_EQ(open(Bytes(100, 'x')), "5: " + at + " is not a shared object");
  EXPECT_EQ(open(readFile(TEST_MODEL_SO)),
            "5: " + at + " is truncated, stripped or not an lcompile artefact");
  std::string library = text(lc_artefact_open(
      TEST_LIBRARY_FOLDER "/liblcompile-runtime.so", nullptr, &artefact));
  EXPECT_NE(library.find("not an lcompile artefact"), std::string::npos);
  EXPECT_NE(open(withFooter(readFile(TEST_MODEL_EXE)))
                .find("is an executable: run it directly"),
            std::string::npos);
}

TEST(Corruption, OtherVersionsAndMachines) {
  Bytes raw = readFile(TEST_MODEL_SO);
  std::string at = "'" + folder() + "/broken.so'";
  EXPECT_EQ(open(withFooter(raw, 2u << 16 | 1)),
            "5: " + at +
                " has artefact version 2.1; this runtime runs 1.0 to 1.1");
  EXPECT_EQ(open(withFooter(raw, 1u << 16 | 9)),
            "5: " + at +
                " has artefact version 1.9; this runtime runs 1.0 to 1.1");
  std::string isa =
      open(withFooter(raw, LC_EXECUTABLE_VERSION, ~0ull & ~lc_runtime_isa()));
  EXPECT_EQ(isa.substr(0, 33), "4: this machine's processor lacks");
}
