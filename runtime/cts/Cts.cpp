// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fixture of the conformance suite and the module that it runs.
#include "runtime/cts/Cts.h"

#include "runtime/cts/Unsupported.h"

#include <cstdio>
#include <cstring>

namespace lcompile::cts {

namespace {
int32_t add(const lc_call_t *call) {
  auto *a = static_cast<const float *>(call->inputs[0]);
  auto *b = static_cast<const float *>(call->inputs[1]);
  auto *sum = reinterpret_cast<float *>(call->arena);
  auto *y = static_cast<float *>(call->outputs[0]);
  // Through the arena, so that its size matters.
  for (int64_t i = 0; i < call->symbols[0]; ++i)
    sum[i] = a[i] + b[i];
  memcpy(y, sum, size_t(call->symbols[0]) * sizeof(float));
  return LC_OK;
}

int32_t update(const lc_call_t *call) {
  auto *s = static_cast<const float *>(call->inputs[0]);
  auto *y = static_cast<float *>(call->outputs[0]);
  for (int i = 0; i < 4; ++i)
    y[i] = 2 * s[i];
  return LC_OK;
}

int32_t fail(const lc_call_t *call) {
  snprintf(call->error, call->error_size, "no");
  return LC_OUT_OF_RANGE;
}

void addPlan(const int64_t *symbols, int64_t *plan) {
  plan[0] = symbols[0] * 4;
}

const lc_dim_t n[] = {{-1, 0, -1, "n"}}, four[] = {{4, -1, -1, "4"}};
const lc_symbol_t symbols[] = {{"n", 1, 1000, 1}};
const lc_tensor_spec_t addIn[] = {{"a", LC_DTYPE_F32, 1, n, -1, 0},
                                  {"b", LC_DTYPE_F32, 1, n, -1, 0}};
const lc_tensor_spec_t addOut[] = {{"y", LC_DTYPE_F32, 1, n, -1, 0}};
const lc_tensor_spec_t updateIn[] = {{"s", LC_DTYPE_F32, 1, four, -1, 0}};
const lc_tensor_spec_t updateOut[] = {{"s2", LC_DTYPE_F32, 1, four, 0, 0}};
const lc_function_t functions[] = {
    {"add", 2, 1, 1, 1, 0, 0, addIn, addOut, symbols, nullptr, addPlan, add,
     "4*n", 4000},
    {"update", 1, 1, 0, 0, 0, 0, updateIn, updateOut, nullptr, nullptr, nullptr,
     update, "0", 0},
    {"fail", 0, 0, 0, 0, 0, 0, nullptr, nullptr, nullptr, nullptr, nullptr,
     fail, "0", 0}};
const lc_executable_t module = {LC_EXECUTABLE_MAGIC,
                                LC_EXECUTABLE_VERSION,
                                sizeof(lc_executable_t),
                                "cts",
                                "00",
                                "hand",
                                "any",
                                0,
                                3,
                                0,
                                0,
                                1,
                                functions,
                                nullptr,
                                nullptr,
                                nullptr,
                                0,
                                nullptr,
                                nullptr,
                                0,
                                nullptr};
} // namespace

const lc_executable_t *testModule() { return &module; }

std::string text(lc_status_t status) {
  if (!status)
    return "";
  std::string result =
      std::to_string(lc_status_code(status)) + ": " + lc_status_message(status);
  lc_status_free(status);
  return result;
}

void Cts::SetUp() {
  std::string name =
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  name = name.substr(0, name.find('/'));
  for (const Unsupported &entry : unsupported)
    if (std::string(entry.backend) == GetParam() && name == entry.test)
      GTEST_SKIP() << entry.reason;
  const lc_backend_t *backend = lc_backend_find(GetParam());
  ASSERT_TRUE(backend);
  if (backend->count() == 0)
    GTEST_SKIP() << "no device of this kind on this machine";
  ASSERT_EQ(text(backend->open(0, &device)), "");
  ASSERT_EQ(text(device->vtable->create_stream(device, &stream)), "");
}

void Cts::TearDown() {
  if (stream)
    stream->vtable->destroy(stream);
  if (device)
    device->vtable->destroy(device);
}

lc_buffer_t *Cts::allocate(uint64_t size, lc_memory_kind_t kind) {
  lc_buffer_t *buffer = nullptr;
  EXPECT_EQ(text(device->vtable->allocate(device, kind, size, &buffer)), "");
  return buffer;
}

// By a buffer that the host can map, as a device without mapping needs it.
void Cts::write(lc_buffer_t *buffer, const void *data, size_t size) {
  lc_buffer_t *staging = allocate(size, LC_MEMORY_HOST);
  void *bytes;
  ASSERT_EQ(text(staging->vtable->map(staging, 0, size, &bytes)), "");
  memcpy(bytes, data, size);
  staging->vtable->unmap(staging);
  EXPECT_EQ(text(stream->vtable->copy(stream, staging, 0, buffer, 0, size)),
            "");
  EXPECT_EQ(text(stream->vtable->synchronize(stream)), "");
  staging->vtable->destroy(staging);
}

void Cts::read(lc_buffer_t *buffer, void *data, size_t size) {
  lc_buffer_t *staging = allocate(size, LC_MEMORY_HOST);
  EXPECT_EQ(text(stream->vtable->copy(stream, buffer, 0, staging, 0, size)),
            "");
  EXPECT_EQ(text(stream->vtable->synchronize(stream)), "");
  void *bytes;
  ASSERT_EQ(text(staging->vtable->map(staging, 0, size, &bytes)), "");
  memcpy(data, bytes, size);
  staging->vtable->unmap(staging);
  staging->vtable->destroy(staging);
}

lc_program_t *Cts::load() {
  lc_program_t *program = nullptr;
  EXPECT_EQ(text(device->vtable->load(device, testModule(), &program)), "");
  return program;
}

} // namespace lcompile::cts
