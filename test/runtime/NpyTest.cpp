// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// .npy files: round trips, malformed files, and the values they hold.
#include "test/runtime/Support.h"

#include "runtime/launcher/Compare.h"
#include "runtime/launcher/Npy.h"
#include "runtime/launcher/Values.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace lcompile::test;
using namespace lcompile::rt;

namespace {
std::string path() { return folder() + "/array.npy"; }

/// The message for a file with this header (version 1) and data size.
std::string read(const std::string &header, size_t dataSize) {
  Bytes bytes = {0x93,
                 'N',
                 'U',
                 'M',
                 'P',
                 'Y',
                 1,
                 0,
                 uint8_t(header.size() & 255),
                 uint8_t(header.size() >> 8)};
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + dataSize);
  writeFile(path(), bytes);
  Array array = {};
  ErrorBuffer error;
  int32_t code = readNpy(path().c_str(), array, error);
  release(array.block);
  std::string message = error.text;
  size_t at = message.find(path());
  if (at != std::string::npos)
    message.replace(at, path().size(), "F");
  return code == LC_OK ? "" : message;
}
} // namespace

TEST(Npy, RoundTrip) {
  for (uint32_t dtype = LC_DTYPE_F32; dtype <= LC_DTYPE_BOOL; ++dtype)
    for (std::vector<int64_t> dims : {std::vector<int64_t>{},
                                      {0},
                                      {7},
                                      {2, 3},
                                      {1, 0, 4},
                                      std::vector<int64_t>(16, 1)}) {
      Tensor<uint8_t> tensor(dtype, dims);
      tensor.data.resize(tensor.data.size() * lc_dtype_size(dtype));
      for (size_t i = 0; i < tensor.data.size(); ++i)
        tensor.data[i] = uint8_t(i * 31 + 1);
      ErrorBuffer error;
      ASSERT_EQ(writeNpy(path().c_str(), tensor.view(), error), LC_OK);
      Array array = {};
      ASSERT_EQ(readNpy(path().c_str(), array, error), LC_OK) << error.text;
      EXPECT_EQ(array.dtype, dtype);
      EXPECT_EQ(std::vector<int64_t>(array.dims, array.dims + array.rank),
                dims);
      EXPECT_EQ(
          memcmp(array.block.data, tensor.data.data(), tensor.data.size()), 0);
      release(array.block);
    }
}

TEST(Npy, Malformed) {
  const char *f4 =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  EXPECT_EQ(read(f4, 24), "");
  EXPECT_EQ(read(f4, 23), "'F': expected 24 bytes of data, found 23");
  EXPECT_EQ(read(f4, 25), "'F': expected 24 bytes of data, found 25");
  EXPECT_EQ(
      read("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", 24),
      "'F' is in Fortran order; save it with numpy.ascontiguousarray");
  EXPECT_EQ(
      read("{'descr': '<f4', 'fortran_order': True, 'shape': (6,), }", 24), "");
  EXPECT_EQ(
      read("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4),
      "'F': element type '>f4' is not supported; expected one of f4 f8 "
      "f2 i8 i4 i2 i1 u1 b1 (little endian) or V2 for bf16");
  EXPECT_EQ(read("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': "
                 "(1,), }",
                 4),
            "'F' is not a good .npy file: expected one element type, found a "
            "record");
  EXPECT_EQ(
      read("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4),
      "'F' is not a good .npy file: shape is not a list of numbers");
  EXPECT_EQ(read("{'descr': '<f4', 'fortran_order': False, 'shape': "
                 "(99999999999999999999,), }",
                 4),
            "'F' is not a good .npy file: dimension too large");
  EXPECT_EQ(read("{'descr': '<f4', 'fortran_order': False, 'shape': "
                 "(4611686018427387904, 4), }",
                 4),
            "'F': expected -1 bytes of data, found 4");
  EXPECT_EQ(read("{}", 0),
            "'F' is not a good .npy file: expected one element type, found a "
            "record");
  EXPECT_NE(read("", 0), "");
}

TEST(Npy, RandomDamageIsNeverACrash) {
  Floats tensor({4, 5});
  ErrorBuffer error;
  ASSERT_EQ(writeNpy(path().c_str(), tensor.view(), error), LC_OK);
  Bytes good = readFile(path());
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    Bytes bad = good;
    for (unsigned k = 0; k <= random() % 3; ++k)
      bad[random() % 128] = uint8_t(random());
    bad.resize(random() % (bad.size() + 1));
    writeFile(path(), bad);
    Array array = {};
    readNpy(path().c_str(), array, error);
    release(array.block);
  }
}

TEST(Npy, HalfFloats) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    auto half = uint16_t(bits);
    for (uint32_t dtype : {LC_DTYPE_F16, LC_DTYPE_BF16}) {
      double value = loadElement(dtype, &half, 0);
      uint16_t back;
      storeElement(dtype, &back, 0, value);
      if (!std::isnan(value)) {
        ASSERT_EQ(back, half) << dtype;
      }
    }
  }
  uint16_t half;
  storeElement(LC_DTYPE_F16, &half, 0, 65519);
  EXPECT_EQ(half, 0x7bff);
  storeElement(LC_DTYPE_F16, &half, 0, 65520);
  EXPECT_EQ(half, 0x7c00);
  storeElement(LC_DTYPE_F16, &half, 0, 1.0 + 0x1p-11); // a tie goes to even
  EXPECT_EQ(half, 0x3c00);
}

TEST(Npy, Compare) {
  Floats a({3}), b({3});
  a.data = {1, 2, -10};
  b.data = {1, 2.0005f, -10};
  Comparison result;
  ErrorBuffer error;
  ASSERT_EQ(compare("y", b.view(), a.view(), -1, -1, result, error), LC_OK);
  EXPECT_EQ(result.mismatches, 0); // relative to the range of 10
  EXPECT_NEAR(result.maxError, 0.0005, 1e-6);
  EXPECT_EQ(result.position, 1);
  ASSERT_EQ(compare("y", b.view(), a.view(), 1e-5, -1, result, error), LC_OK);
  EXPECT_EQ(result.mismatches, 1);
  b.data = {NAN, 2, -10};
  ASSERT_EQ(compare("y", b.view(), a.view(), -1, -1, result, error), LC_OK);
  EXPECT_EQ(result.mismatches, 1);
  EXPECT_EQ(result.position, 0);
  a.data[0] = NAN;
  ASSERT_EQ(compare("y", b.view(), a.view(), -1, -1, result, error), LC_OK);
  EXPECT_EQ(result.mismatches, 0);
  Floats c({1, 3});
  EXPECT_EQ(compare("y", b.view(), c.view(), -1, -1, result, error),
            LC_INVALID_ARGUMENT);
  EXPECT_STREQ(error.text, "output 'y': expected 1x3xf32, found 3xf32");
}
