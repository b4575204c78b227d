// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights: strides, offsets, shared bytes, and sizes that lie.
#include "lib/Import/ExportedProgram/Weights.h"

#include "TestArchive.h"
#include "lib/Import/ExportedProgram/Schema.h"
#include <gtest/gtest.h>

using namespace lcompile;
using namespace lcompile::import;

namespace {
class WeightsTest : public testing::Test {
protected:
  WeightsTest() {
    for (int i = 0; i < 24; ++i)
      storage.push_back(float(i));
    llvm::ArrayRef<char> data(reinterpret_cast<const char *>(storage.data()),
                              storage.size() * sizeof(float));
    bytes = {data, nullptr};
  }

  /// The elements of such a tensor, or the error.
  std::string slice(std::vector<int64_t> sizes, std::vector<int64_t> strides,
                    int64_t offset) {
    StridedTensor tensor{scalarType(7, &ctx), llvm::to_vector(sizes),
                         llvm::to_vector(strides), offset};
    Failure failure;
    std::optional<lc::Weight> weight = sliceStorage(tensor, bytes, failure);
    EXPECT_EQ(weight.has_value(), !failure.failed());
    if (!weight)
      return failure.message();
    isSlice = weight->data.data() == bytes.data.data() + offset * sizeof(float);
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::ArrayRef<float> values(
        reinterpret_cast<const float *>(weight->data.data()),
        weight->data.size() / sizeof(float));
    EXPECT_EQ(int64_t(values.size()), weight->type.getNumElements());
    llvm::interleaveComma(values, os, [&](float v) { os << int(v); });
    return text;
  }

  mlir::MLIRContext ctx;
  std::vector<float> storage;
  Bytes bytes;
  bool isSlice = false;
};
} // namespace

TEST_F(WeightsTest, SlicesRowMajorData) {
  EXPECT_EQ(slice({2, 3}, {3, 1}, 0), "0, 1, 2, 3, 4, 5");
  EXPECT_TRUE(isSlice);
  EXPECT_EQ(slice({3}, {1}, 4), "4, 5, 6");
  EXPECT_TRUE(isSlice);
  EXPECT_EQ(slice({}, {}, 23), "23");
  EXPECT_TRUE(isSlice);
  // The stride of a dimension of size 1 means nothing.
  EXPECT_EQ(slice({1, 3}, {77, 1}, 1), "1, 2, 3");
  EXPECT_TRUE(isSlice);
}

TEST_F(WeightsTest, CopiesOtherStrides) {
  EXPECT_EQ(slice({3, 2}, {1, 3}, 0), "0, 3, 1, 4, 2, 5");
  EXPECT_FALSE(isSlice);
  EXPECT_EQ(slice({2, 2, 2}, {12, 3, 1}, 1), "1, 2, 4, 5, 13, 14, 16, 17");
  EXPECT_EQ(slice({2, 3}, {0, 1}, 5), "5, 6, 7, 5, 6, 7");
  EXPECT_EQ(slice({3}, {2}, 0), "0, 2, 4");
}

TEST_F(WeightsTest, HasEmptyTensors) {
  EXPECT_EQ(slice({0, 3}, {3, 1}, 0), "");
  EXPECT_EQ(slice({0}, {1}, 1000), "");
}

TEST_F(WeightsTest, RefusesSizesBeyondTheStorage) {
  const int64_t huge = int64_t(1) << 62;
  const char *beyond =
      "its sizes and strides reach beyond the 96 bytes that are stored for it";
  EXPECT_EQ(slice({25}, {1}, 0), beyond);
  EXPECT_EQ(slice({3}, {1}, 22), beyond);
  EXPECT_EQ(slice({2}, {24}, 0), beyond);
  EXPECT_EQ(slice({huge}, {1}, 0), beyond);
  EXPECT_EQ(slice({huge, huge}, {1, 1}, 0), beyond);
  EXPECT_EQ(slice({2}, {huge}, huge), beyond);
  EXPECT_EQ(slice({0, huge, huge}, {1, 1, 1}, 0), beyond);
  EXPECT_EQ(
      slice({int64_t(1) << 40}, {0}, 0),
      "its 1099511627776 elements repeat a storage of 96 bytes too often");
}

TEST_F(WeightsTest, CopiesMisalignedData) {
  std::string unaligned(13, '\0');
  const float value[] = {1, 2, 3};
  char *at = unaligned.data();
  at += reinterpret_cast<uintptr_t>(at) % 4 == 0;
  memcpy(at, value, sizeof(value));
  StridedTensor tensor{scalarType(7, &ctx), {3}, {1}, 0};
  Failure failure;
  auto weight = sliceStorage(tensor, {{at, 12}, nullptr}, failure);
  ASSERT_TRUE(weight);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(weight->data.data()) % 4, 0u);
  EXPECT_EQ(memcmp(weight->data.data(), value, sizeof(value)), 0);
}

TEST(Weights, GoIntoTheStoreOnlyWhenUsed) {
  mlir::MLIRContext ctx;
  test::TestProgram program;
  EXPECT_EQ(test::importProgram(program, {}, &ctx).error, "");
  const lc::Weight *weight = lc::getWeightStore(&ctx).lookup("m.w");
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->data.size(), 12u);
  EXPECT_EQ(reinterpret_cast<const float *>(weight->data.data())[2], 3);

  // A second import keeps the first one's weights.
  test::Imported again = test::importProgram(program, {}, &ctx);
  EXPECT_NE(again.module.find("lc.parameter \"m.w.1\""), std::string::npos);

  mlir::MLIRContext other;
  program.nodes = test::node("torch.ops.aten.mul.Tensor",
                             {test::input("self", test::tensor("x")),
                              test::input("other", R"({"as_int": 2})")},
                             {test::tensor("mul")});
  program.files.clear(); // what is not used need not exist
  EXPECT_EQ(test::importProgram(program, {}, &other).error, "");
  EXPECT_TRUE(lc::getWeightStore(&other).all().empty());
}

TEST(Weights, ShareTheBytesOfOneStorage) {
  mlir::MLIRContext ctx;
  test::TestProgram program;
  program.inputs = test::list({test::tensor("p_w"), test::tensor("x")});
  std::string meta = test::meta(R"({"as_int": 3})");
  program.inputSpecs =
      R"({"parameter": {"arg": {"name": "p_w"}, "parameter_name": "m.w"}},
         {"parameter": {"arg": {"name": "x"}, "parameter_name": "tied"}})";
  std::vector<test::Entry> entries = program.entries();
  for (test::Entry &entry : entries)
    if (entry.name.find("weights_config") != std::string::npos)
      entry.content.insert(
          entry.content.find("\"m.w\""),
          R"("tied": {"path_name": "weight_0", "tensor_meta": )" + meta +
              "}, ");
  EXPECT_EQ(test::importBytes(test::makeZip(entries), {}, &ctx).error, "");
  lc::WeightStore &store = lc::getWeightStore(&ctx);
  ASSERT_TRUE(store.lookup("tied") && store.lookup("m.w"));
  EXPECT_EQ(store.lookup("tied")->data.data(),
            store.lookup("m.w")->data.data());
}

TEST(Weights, LeaveTheStoreWhenTheImportFails) {
  mlir::MLIRContext ctx;
  test::TestProgram program;
  program.outputs = test::tensor("nothing");
  program.outputSpecs =
      R"({"user_output": {"arg": {"as_tensor": {"name": "nothing"}}}})";
  EXPECT_NE(test::importProgram(program, {}, &ctx).error, "");
  EXPECT_TRUE(lc::getWeightStore(&ctx).all().empty());
}
