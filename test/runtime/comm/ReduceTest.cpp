// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sums themselves: the same bits with every instruction set.
#include "runtime/comm/core/Reduce.h"
#include "runtime/base/Isa.h"
#include "test/runtime/comm/World.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace comm = lcompile::rt::comm;
using namespace lcompile::test;

namespace {
struct Variant {
  const char *name;
  comm::ReduceFn run;
  uint64_t isa;
};
const Variant variants[] = {{"baseline", comm::reduceBaseline, 0},
                            {"AVX2", comm::reduceAvx2, LC_ISA_AVX2},
                            {"AVX-512", comm::reduceAvx512, LC_ISA_AVX512}};

/// The variants that can run here.
void forEachVariant(const std::function<void(const Variant &)> &body) {
  for (const Variant &variant : variants)
    if ((variant.isa & lcompile::rt::hostIsa()) == variant.isa)
      body(variant);
}

bool isNan(uint16_t half) { return (half & 0x7fff) > 0x7c00; }
} // namespace

TEST(Reduce, IsTheSameWithEveryInstructionSet) {
  for (uint32_t dtype = LC_DTYPE_F32; dtype <= LC_DTYPE_BOOL; ++dtype)
    for (uint32_t op = LC_REDUCTION_SUM; op <= LC_REDUCTION_MAX; ++op) {
      Collective what(LC_COLLECTIVE_ALL_REDUCE, dtype, {1531});
      what.reduction(
          op, dtype <= LC_DTYPE_BF16 && op == LC_REDUCTION_SUM ? 1.0 / 3 : 1);
      forEachVariant([&](const Variant &variant) {
        std::vector<Bytes> ranks;
        std::vector<const void *> inputs;
        for (uint32_t rank = 0; rank < 3; ++rank)
          ranks.push_back(valuesOf(what.what, 0, rank, 5));
        for (const Bytes &bytes : ranks)
          inputs.push_back(bytes.data());
        Bytes result(ranks[0].size());
        variant.run(dtype, op,
                    {inputs.data(), 3, result.data(), 1531, what.what.scale});
        EXPECT_EQ(result, expected(what.what, 0, 0, 3, 5))
            << variant.name << " " << what.text();
      });
    }
}

TEST(Reduce, KeepsEveryHalf) {
  // A sum of one rank's values is these values.
  std::vector<uint16_t> values(65536), result(65536);
  for (uint32_t i = 0; i < 65536; ++i)
    values[i] = uint16_t(i);
  const void *input = values.data();
  forEachVariant([&](const Variant &variant) {
    variant.run(LC_DTYPE_F16, LC_REDUCTION_SUM,
                {&input, 1, result.data(), values.size(), 1});
    for (uint32_t i = 0; i < 65536; ++i)
      ASSERT_EQ(result[i], isNan(uint16_t(i)) ? 0x7e00 : i) << variant.name;
  });
}

TEST(Reduce, RoundsHalvesToEven) {
  // Scaled values lie between halves, subnormal ones and ones that overflow
  // too.
  std::vector<uint16_t> values(65536), result(65536);
  for (uint32_t i = 0; i < 65536; ++i)
    values[i] = uint16_t(i);
  const void *input = values.data();
  for (float scale : {0.5f, 0.25f, 1.0f / 3, 1.0009765f, 3.0f, 0x1p-12f})
    forEachVariant([&](const Variant &variant) {
      variant.run(LC_DTYPE_F16, LC_REDUCTION_SUM,
                  {&input, 1, result.data(), values.size(), scale});
      for (uint32_t i = 0; i < 65536; ++i) {
        _Float16 value;
        memcpy(&value, &values[i], 2);
        _Float16 right = _Float16(float(value) * scale);
        uint16_t bits;
        memcpy(&bits, &right, 2);
        ASSERT_EQ(result[i], isNan(bits) ? 0x7e00 : bits)
            << variant.name << " " << i << " * " << scale;
      }
    });
}

TEST(Reduce, NanWinsOverEveryNumber) {
  float numbers[] = {1, NAN, -INFINITY, 2}, others[] = {NAN, 1, 2, NAN};
  const void *inputs[] = {numbers, others};
  for (uint32_t op : {LC_REDUCTION_MIN, LC_REDUCTION_MAX})
    forEachVariant([&](const Variant &variant) {
      float result[4];
      variant.run(LC_DTYPE_F32, op, {inputs, 2, result, 4, 1});
      for (int i : {0, 1, 3})
        EXPECT_TRUE(std::isnan(result[i])) << variant.name;
      EXPECT_EQ(result[2], op == LC_REDUCTION_MIN ? -INFINITY : 2);
    });
}
