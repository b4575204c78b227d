// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conformance: loading and calling programs.
#include "runtime/cts/Cts.h"

using namespace lcompile::cts;

namespace {
lc_argument_t floats(lc_buffer_t *buffer, const int64_t *dims) {
  return {buffer, 0, LC_DTYPE_F32, 1, dims};
}
} // namespace

TEST_P(Cts, ProgramTellsShapes) {
  lc_program_t *program = load();
  int64_t five[] = {5}, dims[1][LC_MAX_RANK];
  lc_argument_t in[] = {floats(nullptr, five), floats(nullptr, five)};
  EXPECT_EQ(text(program->vtable->shapes(program, 0, in, 2, dims, 1)), "");
  EXPECT_EQ(dims[0][0], 5);
  program->vtable->destroy(program);
}

TEST_P(Cts, ProgramRefusesShapes) {
  lc_program_t *program = load();
  int64_t five[] = {5}, six[] = {6}, many[] = {1001}, dims[1][LC_MAX_RANK];
  auto shapes = [&](const int64_t *a, const int64_t *b, uint32_t count) {
    lc_argument_t in[] = {floats(nullptr, a), floats(nullptr, b)};
    return text(program->vtable->shapes(program, 0, in, count, dims, 1));
  };
  EXPECT_EQ(shapes(five, six, 2),
            "1: input 'b': dimension 0: n = 6 differs from n = 5 of input 'a'");
  EXPECT_EQ(shapes(many, many, 2),
            "1: input 'a': dimension 0: n = 1001 is outside 1..1000");
  EXPECT_EQ(shapes(five, five, 1),
            "1: function 'add': expected 2 inputs, found 1");
  EXPECT_EQ(text(program->vtable->shapes(program, 9, nullptr, 0, dims, 1)),
            "1: no function 9: 'cts' has 3 functions");
  program->vtable->destroy(program);
}

TEST_P(Cts, OtherVersionsAreRefused) {
  lc_executable_t other = *testModule();
  other.version = 9u << 16;
  lc_program_t *program;
  std::string message = text(device->vtable->load(device, &other, &program));
  EXPECT_EQ(message,
            "5: artefact 'cts' has version 9.0; this runtime runs 1.0 to 1.1");
}

TEST_P(Cts, CallRefusesShapesAndSmallBuffers) {
  lc_program_t *program = load();
  lc_buffer_t *large = allocate(400), *small = allocate(16);
  int64_t hundred[] = {100}, ten[] = {10};
  auto call = [&](lc_buffer_t *b, const int64_t *bDims, const int64_t *yDims) {
    lc_argument_t in[] = {floats(large, hundred), floats(b, bDims)};
    lc_argument_t out = floats(large, yDims);
    return text(stream->vtable->call(stream, program, 0, in, 2, &out, 1));
  };
  EXPECT_EQ(call(small, hundred, hundred).substr(0, 2), "1:");
  EXPECT_EQ(call(large, ten, hundred).substr(0, 2), "1:");
  EXPECT_EQ(call(large, hundred, ten).substr(0, 2), "1:");
  EXPECT_EQ(call(nullptr, hundred, hundred).substr(0, 2), "1:");
  EXPECT_EQ(call(large, hundred, hundred), "");
  EXPECT_EQ(text(stream->vtable->synchronize(stream)), "");
  large->vtable->destroy(large);
  small->vtable->destroy(small);
  program->vtable->destroy(program);
}

TEST_P(Cts, CallComputes) {
  lc_program_t *program = load();
  for (int64_t n : {1, 2, 3, 7, 17, 63, 65, 127, 1000}) {
    std::vector<float> a(size_t(n), 1.5f), b, y(size_t(n), 0.0f);
    for (int64_t i = 0; i < n; ++i)
      b.push_back(float(i));
    size_t size = size_t(n) * sizeof(float);
    lc_buffer_t *buffers[] = {allocate(size), allocate(size), allocate(size)};
    write(buffers[0], a.data(), size);
    write(buffers[1], b.data(), size);
    lc_argument_t in[] = {floats(buffers[0], &n), floats(buffers[1], &n)};
    lc_argument_t out = floats(buffers[2], &n);
    EXPECT_EQ(text(stream->vtable->call(stream, program, 0, in, 2, &out, 1)),
              "");
    read(buffers[2], y.data(), size);
    for (int64_t i = 0; i < n; ++i)
      ASSERT_EQ(y[size_t(i)], 1.5f + float(i));
    for (lc_buffer_t *buffer : buffers)
      buffer->vtable->destroy(buffer);
  }
  program->vtable->destroy(program);
}

TEST_P(Cts, CallUpdatesInPlace) {
  lc_program_t *program = load();
  lc_buffer_t *buffer = allocate(16);
  float values[] = {1, 2, 3, 4};
  int64_t four[] = {4};
  write(buffer, values, 16);
  lc_argument_t s = floats(buffer, four);
  EXPECT_EQ(text(stream->vtable->call(stream, program, 1, &s, 1, &s, 1)), "");
  EXPECT_EQ(text(stream->vtable->call(stream, program, 1, &s, 1, &s, 1)), "");
  read(buffer, values, 16);
  EXPECT_EQ(values[3], 16);
  buffer->vtable->destroy(buffer);
  program->vtable->destroy(program);
}

TEST_P(Cts, CallReportsErrorsOfTheFunction) {
  lc_program_t *program = load();
  std::string message =
      text(stream->vtable->call(stream, program, 2, nullptr, 0, nullptr, 0));
  if (message.empty())
    message = text(stream->vtable->synchronize(stream));
  EXPECT_EQ(message, "2: no");
  // Reported once; the stream stays usable.
  EXPECT_EQ(text(stream->vtable->synchronize(stream)), "");
  program->vtable->destroy(program);
}
