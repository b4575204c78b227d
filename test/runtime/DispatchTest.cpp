// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated kernels: partition, errors of indices, misuse of contexts.
#include "test/runtime/Support.h"

#include <atomic>
#include <thread>

using namespace lcompile::test;

namespace {
std::string gather(Model &model, Tensor<int64_t> &index, lc_tensor_t &out) {
  lc_tensor_t in = index.view();
  out = {};
  return text(
      lc_context_run(model.context, model.find("gather"), &in, 1, &out, 1));
}
} // namespace

TEST(Dispatch, CoversEveryIterationOnce) {
  for (int threads : {1, 2, 3, 8}) {
    Model model(threads);
    for (int64_t count : {0, 1, 2, 3, 7, 17, 63, 65, 127}) {
      Tensor<int64_t> index(LC_DTYPE_I64, {count});
      for (int64_t i = 0; i < count; ++i)
        index.data[size_t(i)] = i % 10;
      lc_tensor_t out;
      ASSERT_EQ(gather(model, index, out), "");
      for (int64_t i = 0; i < count; ++i)
        ASSERT_EQ(static_cast<float *>(out.data)[i], float(i % 10 * 10));
    }
  }
}

TEST(Dispatch, NamesLineAndPositionOfABadIndex) {
  for (int threads : {1, 4}) {
    Model model(threads);
    Tensor<int64_t> index(LC_DTYPE_I64, {40});
    index.data[11] = 10;
    index.data[35] = -1;
    lc_tensor_t out;
    EXPECT_EQ(gather(model, index, out),
              "2: emb.py:7 aten.embedding: index out of range at position 11 "
              "of the index tensor");
    index.data[11] = index.data[35] = 0;
    EXPECT_EQ(gather(model, index, out), "");
  }
}

namespace {
std::atomic<int> stage;
int32_t waitForIt(const lc_call_t *) {
  stage = 1;
  while (stage != 2)
    std::this_thread::yield();
  return LC_OK;
}
int32_t failSilently(const lc_call_t *) { return LC_INTERNAL; }

/// A module of one function without inputs and outputs.
struct Tiny {
  lc_function_t function = {};
  lc_executable_t executable = {};
  explicit Tiny(int32_t (*run)(const lc_call_t *)) {
    function.name = "f";
    function.run = run;
    executable.magic = LC_EXECUTABLE_MAGIC;
    executable.version = LC_EXECUTABLE_VERSION;
    executable.struct_size = sizeof executable;
    executable.name = "tiny";
    executable.build_id = "00";
    executable.n_functions = 1;
    executable.functions = &function;
  }
  lc_context_t *open() {
    lc_artefact_t *artefact;
    lc_instance_t *instance;
    lc_context_t *context = nullptr;
    EXPECT_EQ(text(lc_artefact_wrap(&executable, &artefact)), "");
    EXPECT_EQ(text(lc_instance_open(artefact, nullptr, &instance)), "");
    EXPECT_EQ(text(lc_context_open(instance, &context)), "");
    lc_instance_close(instance);
    lc_artefact_close(artefact);
    return context;
  }
};
} // namespace

TEST(Dispatch, RefusesASecondCallOnTheSameContext) {
  Tiny tiny(waitForIt);
  lc_context_t *context = tiny.open();
  std::thread other([&] {
    EXPECT_EQ(text(lc_context_run(context, 0, nullptr, 0, nullptr, 0)), "");
  });
  while (stage != 1)
    std::this_thread::yield();
  EXPECT_EQ(text(lc_context_run(context, 0, nullptr, 0, nullptr, 0)),
            "1: this context is running a call on another thread: open one "
            "context per thread");
  stage = 2;
  other.join();
  lc_context_close(context);
}

TEST(Dispatch, ExplainsSilentFailures) {
  Tiny tiny(failSilently);
  lc_context_t *context = tiny.open();
  EXPECT_EQ(text(lc_context_run(context, 0, nullptr, 0, nullptr, 0)),
            "7: function 'f' failed with code 7");
  lc_context_close(context);
}

// Its description ended before `training`.
TEST(Dispatch, RunsTheFirstVersion) {
  Tiny tiny(failSilently);
  tiny.executable.version = 1u << 16;
  tiny.executable.struct_size = offsetof(lc_executable_t, training);
  tiny.executable.training = reinterpret_cast<const lc_training_t *>(8);
  lc_context_t *context = tiny.open();
  EXPECT_EQ(text(lc_context_run(context, 0, nullptr, 0, nullptr, 0)),
            "7: function 'f' failed with code 7");
  lc_context_close(context);
}

TEST(Dispatch, RefusesOtherVersionsAndMachines) {
  Tiny tiny(failSilently);
  lc_artefact_t *artefact;
  tiny.executable.version = 2u << 16 | 5;
  EXPECT_EQ(text(lc_artefact_wrap(&tiny.executable, &artefact)),
            "5: artefact 'tiny' has version 2.5; this runtime runs 1.0 to 1.1");
  tiny.executable.version = LC_EXECUTABLE_VERSION;
  tiny.executable.isa = 1ull << 60;
  EXPECT_EQ(lc_status_code(nullptr), LC_OK);
  std::string message = text(lc_artefact_wrap(&tiny.executable, &artefact));
  EXPECT_EQ(
      message.substr(0, 65),
      "4: this machine's processor lacks features 0x1000000000000000 unk");
  tiny.executable.magic = 0;
  EXPECT_EQ(text(lc_artefact_wrap(&tiny.executable, &artefact)),
            "5: not an artefact: wrong magic number");
  EXPECT_EQ(text(lc_artefact_wrap(nullptr, &artefact)),
            "5: the artefact is newer than this runtime (1.1)");
}
