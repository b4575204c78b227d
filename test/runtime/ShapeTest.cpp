// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every message about inputs and outputs, word for word; after each one the
// context still runs.
#include "test/runtime/Support.h"

using namespace lcompile::test;

namespace {
class Shapes : public ::testing::Test {
protected:
  /// Runs `function` on zeros of the given shapes and returns the message.
  std::string run(const char *function,
                  const std::vector<std::vector<int64_t>> &shapes,
                  uint32_t outputs = 1) {
    std::vector<Floats> tensors;
    std::vector<lc_tensor_t> in;
    for (const auto &shape : shapes)
      tensors.emplace_back(shape);
    for (Floats &tensor : tensors)
      in.push_back(tensor.view());
    return call(function, in, outputs);
  }

  std::string call(const char *function, std::vector<lc_tensor_t> in,
                   uint32_t outputs = 1) {
    std::vector<lc_tensor_t> out(outputs);
    return text(lc_context_run(model.context, model.find(function), in.data(),
                               uint32_t(in.size()), out.data(), outputs));
  }

  void TearDown() override {
    EXPECT_EQ(run("mlp", {{2, 16}}), "");
    EXPECT_EQ(run("pair", {{2, 8}, {2, 16}}, 2), "");
  }

  Model model;
};
} // namespace

TEST_F(Shapes, Count) {
  EXPECT_EQ(run("mlp", {}), "1: function 'mlp': expected 1 inputs, found 0");
  EXPECT_EQ(run("mlp", {{1, 16}}, 2),
            "1: function 'mlp': expected 1 outputs, found 2");
  lc_tensor_t in = {}, out = {};
  EXPECT_EQ(text(lc_context_run(model.context, 99, &in, 1, &out, 1)),
            "1: no function 99: 'testmodel' has 6 functions");
}

TEST_F(Shapes, Dtype) {
  Floats x({2, 16});
  lc_tensor_t in = x.view();
  in.dtype = LC_DTYPE_F64;
  EXPECT_EQ(call("mlp", {in}), "1: input 'x': expected dtype f32, found f64");
  in.dtype = 77;
  EXPECT_EQ(call("mlp", {in}),
            "1: input 'x': expected dtype f32, found invalid");
}

TEST_F(Shapes, Rank) {
  EXPECT_EQ(run("mlp", {{16}}), "1: input 'x': expected rank 2, found 1");
}

TEST_F(Shapes, StaticDimension) {
  EXPECT_EQ(run("mlp", {{2, 4}}),
            "1: input 'x': expected dimension 1 to be 16, found 4");
}

TEST_F(Shapes, NegativeDimension) {
  int64_t dims[] = {-1, 16};
  EXPECT_EQ(call("mlp", {{nullptr, LC_DTYPE_F32, 2, dims, nullptr}}),
            "1: input 'x': dimension 0 is negative: -1");
}

TEST_F(Shapes, Bounds) {
  EXPECT_EQ(run("pair", {{40, 8}, {40, 16}}, 2),
            "1: input 'a': dimension 0: batch = 40 is outside 1..32");
  EXPECT_EQ(run("mlp", {{0, 16}}),
            "1: input 'x': dimension 0: batch = 0 is outside 1..4096");
}

TEST_F(Shapes, Divisor) {
  EXPECT_EQ(run("pair", {{2, 12}, {2, 24}}, 2),
            "1: input 'a': dimension 1: seq = 12 is not a multiple of 8");
}

TEST_F(Shapes, Disagreement) {
  EXPECT_EQ(run("pair", {{3, 8}, {4, 16}}, 2),
            "1: input 'b': dimension 0: batch = 4 differs from batch = 3 of "
            "input 'a'");
}

TEST_F(Shapes, Expression) {
  EXPECT_EQ(run("pair", {{3, 8}, {3, 17}}, 2),
            "1: input 'b': expected dimension 1 to be 2*seq = 16, found 17");
}

TEST_F(Shapes, Strides) {
  Floats x({2, 16});
  int64_t strides[] = {32, 1};
  lc_tensor_t in = x.view();
  in.strides = strides;
  EXPECT_EQ(call("mlp", {in}),
            "1: input 'x': not dense row-major: expected stride of dimension 0 "
            "to be 16, found 32");
  strides[0] = 16;
  EXPECT_EQ(call("mlp", {in}), "");
  Floats one({1, 16});
  in = one.view();
  strides[0] = 999; // a stride that is never used
  in.strides = strides;
  EXPECT_EQ(call("mlp", {in}), "");
}

TEST_F(Shapes, NoData) {
  Floats x({2, 16});
  lc_tensor_t in = x.view();
  in.data = nullptr;
  EXPECT_EQ(call("mlp", {in}), "1: input 'x': no data given");
}

TEST_F(Shapes, Outputs) {
  Floats x({2, 16}), y({2, 23});
  lc_tensor_t in = x.view(), out = y.view();
  auto run = [&] {
    return text(lc_context_run(model.context, 0, &in, 1, &out, 1));
  };
  EXPECT_EQ(run(), "1: output 'y': expected dimension 1 to be 24, found 23");
  out.rank = 1;
  EXPECT_EQ(run(), "1: output 'y': expected rank 2, found 1");
  out.dtype = LC_DTYPE_BF16;
  EXPECT_EQ(run(), "1: output 'y': expected dtype f32, found bf16");
}
