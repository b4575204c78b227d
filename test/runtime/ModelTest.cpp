// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening, describing and running artefacts through the C API.
#include "test/runtime/Support.h"

#include "lcompile-c/Model.h"
#include "lcompile/lcompile.hpp"

#include <atomic>
#include <dlfcn.h>
#include <fstream>
#include <thread>

using namespace lcompile::test;

TEST(Model, DescribesItself) {
  Model model;
  const lc_executable_t *executable = lc_artefact_executable(model.artefact);
  EXPECT_STREQ(executable->name, "testmodel");
  EXPECT_EQ(executable->n_functions, 6u);
  const lc_function_t &mlp = executable->functions[model.find("mlp")];
  EXPECT_STREQ(mlp.inputs[0].dims[0].text, "batch");
  EXPECT_EQ(lc_artefact_find(model.artefact, "nothing"), -1);
  EXPECT_EQ(lc_artefact_find(model.artefact, nullptr), 0);
  lc_instance_info_t info = {};
  info.struct_size = sizeof info;
  lc_instance_info(model.instance, &info);
  EXPECT_EQ(info.threads, 2);
  EXPECT_EQ(info.weights_bytes, 3072u);
}

TEST(Model, RunsForManyBatchSizes) {
  Model model;
  for (int64_t batch : {1, 2, 3, 7, 17, 63, 65, 127, 4096, 1}) {
    Floats x({batch, 16}, int(batch));
    lc_tensor_t in = x.view(), out = {};
    ASSERT_EQ(text(lc_context_run(model.context, 0, &in, 1, &out, 1)), "");
    ASSERT_EQ(out.rank, 2u);
    EXPECT_EQ(out.dims[0], batch);
    EXPECT_EQ(out.dims[1], 24);
    expectClose(static_cast<float *>(out.data), referenceMlp(x), 2e-5);
  }
  lc_context_info_t info = {};
  info.struct_size = sizeof info;
  lc_context_info(model.context, &info);
  EXPECT_EQ(info.arena_bytes, 128u);
  EXPECT_EQ(info.arena_reserved, 393216u);
  EXPECT_EQ(info.cached_plans, 9u);
}

TEST(Model, WritesIntoTheCallersMemory) {
  Model model;
  Floats x({5, 16}), y({5, 24}, 9);
  lc_tensor_t in = x.view(), out = y.view();
  ASSERT_EQ(text(lc_context_run(model.context, 0, &in, 1, &out, 1)), "");
  EXPECT_EQ(out.data, y.data.data());
  expectClose(y.data.data(), referenceMlp(x), 2e-5);
}

TEST(Model, TellsOutputShapesBeforeTheCall) {
  Model model;
  int64_t a[] = {3, 16}, b[] = {3, 32};
  lc_tensor_t in[] = {{nullptr, LC_DTYPE_F32, 2, a, nullptr},
                      {nullptr, LC_DTYPE_F32, 2, b, nullptr}};
  lc_tensor_t out[2] = {};
  ASSERT_EQ(
      text(lc_context_shapes(model.context, model.find("pair"), in, 2, out, 2)),
      "");
  EXPECT_EQ(out[1].dims[0], 3);
  EXPECT_EQ(out[1].dims[1], 33);
  EXPECT_EQ(out[1].dtype, uint32_t(LC_DTYPE_F32));
}

TEST(Model, UpdatesInPlaceOrElsewhere) {
  Model model;
  Floats s({4}), g({4}, 2);
  std::vector<float> before = s.data, expected;
  for (int i = 0; i < 4; ++i)
    expected.push_back(before[size_t(i)] - 0.5f * g.data[size_t(i)]);
  uint32_t update = model.find("update");
  Floats elsewhere({4});
  lc_tensor_t in[] = {s.view(), g.view()}, out = elsewhere.view();
  ASSERT_EQ(text(lc_context_run(model.context, update, in, 2, &out, 1)), "");
  EXPECT_EQ(elsewhere.data, expected);
  EXPECT_EQ(s.data, before);
  out = {};
  ASSERT_EQ(text(lc_context_run(model.context, update, in, 2, &out, 1)), "");
  EXPECT_EQ(out.data, s.data.data());
  EXPECT_EQ(s.data, expected);
}

TEST(Model, ContextsRunConcurrently) {
  Model model;
  std::atomic<int> bad = 0;
  auto work = [&](int seed) {
    lc_context_t *context = model.open();
    for (int i = 0; i < 100; ++i) {
      int64_t batch = 1 + (i * 7 + seed) % 50;
      Floats x({batch, 16}, i);
      lc_tensor_t in = x.view(), out = {};
      if (!text(lc_context_run(context, 0, &in, 1, &out, 1)).empty())
        ++bad;
      std::vector<double> expected = referenceMlp(x);
      for (size_t k = 0; k < expected.size(); ++k)
        bad += std::abs(static_cast<float *>(out.data)[k] - expected[k]) > 2e-5;
    }
    lc_context_close(context);
  };
  std::thread a(work, 1), b(work, 2);
  a.join();
  b.join();
  EXPECT_EQ(bad, 0);
}

TEST(Model, ThreadsDoNotChangeResults) {
  Model one(1), two(2);
  Floats x({37, 16});
  lc_tensor_t in = x.view(), a = {}, b = {};
  ASSERT_EQ(text(lc_context_run(one.context, 0, &in, 1, &a, 1)), "");
  ASSERT_EQ(text(lc_context_run(two.context, 0, &in, 1, &b, 1)), "");
  EXPECT_EQ(memcmp(a.data, b.data, 37 * 24 * 4), 0);
}

TEST(Model, MemoryDoesNotGrowWithTheNumberOfShapes) {
  Model model;
  uint32_t gather = model.find("gather");
  auto run = [&](int64_t from, int64_t to) {
    for (int64_t count = from; count < to; ++count) {
      Tensor<int64_t> index(LC_DTYPE_I64, {count % 5000 + count / 5000});
      lc_tensor_t in = index.view(), out = {};
      ASSERT_EQ(text(lc_context_run(model.context, gather, &in, 1, &out, 1)),
                "");
    }
  };
  run(0, 5100);
  size_t before = residentBytes();
  run(5100, 15000);
  EXPECT_LE(residentBytes(), before + (1 << 20));
  lc_context_info_t info = {};
  info.struct_size = sizeof info;
  lc_context_info(model.context, &info);
  EXPECT_EQ(info.cached_plans, 32u);
}

// Making a primitive takes oneDNN milliseconds; LCOMPILE_TEST_SHAPES=10000 runs
// the long version.
TEST(Model, LibraryMemoryDoesNotGrowWithTheNumberOfShapes) {
  const char *wanted = getenv("LCOMPILE_TEST_SHAPES");
  int shapes = wanted ? atoi(wanted) : 2000;
  Model model;
  uint32_t gemm = model.find("gemm");
  auto run = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      int64_t m = 1 + i % 64, k = 1 + i / 64 % 64, n = 1 + i / 4096 * 8;
      Floats a({m, k}), b({k, n}), c({m, n});
      lc_tensor_t in[] = {a.view(), b.view(), c.view()}, out = {};
      ASSERT_EQ(text(lc_context_run(model.context, gemm, in, 3, &out, 1)), "");
    }
  };
  size_t start = residentBytes();
  run(0, shapes / 2);
  size_t middle = residentBytes();
  run(shapes / 2, shapes);
  size_t end = residentBytes();
  RecordProperty("bytes", std::to_string(middle - start) + " then " +
                              std::to_string(end - middle));
  EXPECT_LE(end, middle + (8 << 20));
}

TEST(Model, WritesAProfile) {
  Model model;
  std::string path = folder() + "/trace.json";
  EXPECT_NE(text(lc_context_profile_stop(model.context, path.c_str())), "");
  ASSERT_EQ(text(lc_context_profile_start(model.context)), "");
  Floats x({1, 5, 5, 8}), r({1, 5, 5, 4});
  lc_tensor_t in[] = {x.view(), r.view()}, out = {};
  ASSERT_EQ(
      text(lc_context_run(model.context, model.find("conv"), in, 2, &out, 1)),
      "");
  ASSERT_EQ(text(lc_context_profile_stop(model.context, path.c_str())), "");
  std::ifstream file(path);
  std::string json((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(json.find("\"name\":\"conv_sum_relu\",\"cat\":\"cpu-library\""),
            std::string::npos);
  EXPECT_NE(json.find("conv.py:4 \\\"quoted\\\" aten.add"), std::string::npos);
}

TEST(Model, RunsThroughTheEmbeddedApi) {
  void *handle = dlopen(modelPath().c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(handle);
  auto query = lc_executable_query_fn(dlsym(handle, "lc_executable_query"));
  auto open = decltype(&lcm_open)(dlsym(handle, "lcm_open"));
  auto clone = decltype(&lcm_clone)(dlsym(handle, "lcm_clone"));
  auto run = decltype(&lcm_run)(dlsym(handle, "lcm_run"));
  auto shapes = decltype(&lcm_shapes)(dlsym(handle, "lcm_shapes"));
  auto last = decltype(&lcm_last_error)(dlsym(handle, "lcm_last_error"));
  auto close = decltype(&lcm_close)(dlsym(handle, "lcm_close"));
  lcm_model_t *model, *other;
  char error[256] = "";
  ASSERT_EQ(open(query(LC_EXECUTABLE_VERSION), nullptr, 1, &model, error,
                 sizeof error),
            LC_OK)
      << error;
  ASSERT_EQ(clone(model, &other), LC_OK);
  close(model);
  Floats x({3, 16});
  lc_tensor_t in = x.view(), out = {};
  ASSERT_EQ(shapes(other, 0, &in, 1, &out, 1), LC_OK);
  EXPECT_EQ(out.dims[1], 24);
  ASSERT_EQ(run(other, 0, &in, 1, &out, 1), LC_OK);
  expectClose(static_cast<float *>(out.data), referenceMlp(x), 2e-5);
  in.rank = 1;
  EXPECT_EQ(run(other, 0, &in, 1, &out, 1), LC_INVALID_ARGUMENT);
  EXPECT_STREQ(last(other), "input 'x': expected rank 2, found 1");
  close(other);
  EXPECT_EQ(query(0), nullptr);
}

TEST(Model, RunsThroughTheCxxWrapper) {
  auto artefact = lcompile::Artefact::open(modelPath());
  ASSERT_TRUE(artefact) << artefact.message();
  auto instance = lcompile::Instance::open(*artefact);
  ASSERT_TRUE(instance) << instance.message();
  auto context = lcompile::Context::open(*instance);
  ASSERT_TRUE(context) << context.message();
  Floats x({3, 16});
  lc_tensor_t in = x.view(), out = {};
  lcompile::Status status = context->run(0, {&in, 1}, {&out, 1});
  ASSERT_TRUE(status.ok()) << status.message();
  expectClose(static_cast<float *>(out.data), referenceMlp(x), 2e-5);
  auto missing = lcompile::Artefact::open("/nothing.so");
  EXPECT_FALSE(missing);
  EXPECT_EQ(missing.code(), LC_INVALID_ARGUMENT);
}
