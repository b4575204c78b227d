// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steady calls take no memory: every allocation of the process is counted.
// oneDNN allocates a little in each execution by itself, so functions with
// library kernels are bounded, not zero.
#include "test/runtime/Support.h"

#include <atomic>

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
}

static std::atomic<bool> counting;
static std::atomic<long> allocations;

// Visible to the loaded model and its libraries too.
#define VISIBLE extern "C" __attribute__((visibility("default")))
VISIBLE void *malloc(size_t size) {
  allocations += counting;
  return __libc_malloc(size);
}
VISIBLE void *calloc(size_t count, size_t size) {
  allocations += counting;
  return __libc_calloc(count, size);
}
VISIBLE void *realloc(void *old, size_t size) {
  allocations += counting;
  return __libc_realloc(old, size);
}

using namespace lcompile::test;

namespace {
long countCalls(Model &model, const char *function, lc_tensor_t *in,
                uint32_t inputs, uint32_t outputs) {
  uint32_t index = model.find(function);
  std::vector<lc_tensor_t> out(outputs);
  auto run = [&] {
    std::fill(out.begin(), out.end(), lc_tensor_t{});
    return lc_context_run(model.context, index, in, inputs, out.data(),
                          outputs);
  };
  EXPECT_EQ(text(run()), "");
  allocations = 0;
  counting = true;
  bool good = true;
  for (int i = 0; i < 100; ++i)
    good &= !run();
  counting = false;
  EXPECT_TRUE(good);
  return allocations;
}
} // namespace

TEST(Allocation, NoneForGeneratedKernels) {
  Model model;
  Floats a({4, 64}), b({4, 128});
  lc_tensor_t in[] = {a.view(), b.view()};
  EXPECT_EQ(countCalls(model, "pair", in, 2, 2), 0);
  Tensor<int64_t> index(LC_DTYPE_I64, {100});
  lc_tensor_t i = index.view();
  EXPECT_EQ(countCalls(model, "gather", &i, 1, 1), 0);
  EXPECT_EQ(text(lc_context_profile_start(model.context)), "");
  EXPECT_EQ(countCalls(model, "gather", &i, 1, 1), 0);
}

TEST(Allocation, FewInsideOneDnn) {
  Model model;
  Floats x({4, 16});
  lc_tensor_t in = x.view();
  long count = countCalls(model, "mlp", &in, 1, 1);
  RecordProperty("allocations in 100 calls", std::to_string(count));
  EXPECT_LE(count, 100 * 40);
}
