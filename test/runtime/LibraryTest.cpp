// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every library op of the table against its reference.
#include "test/runtime/LibraryOps.h"

#include "runtime/launcher/Values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace lcompile::rt;
using namespace lcompile::rt::onednn;
using namespace lcompile::test;

namespace {
constexpr size_t bytes = 1 << 20;

/// A buffer of values in [-1, 1) in the shape's dtype.
std::vector<uint8_t> randomBuffer(const Shape &shape, uint64_t stream) {
  std::vector<uint8_t> data(bytes);
  if (shape.dtype == LC_DTYPE_INVALID)
    return data;
  int64_t count = extent(shape) / int64_t(lc_dtype_size(shape.dtype));
  for (int64_t i = 0; i < count; ++i)
    storeElement(shape.dtype, data.data(), i,
                 2 * uniform(1, stream, uint64_t(i)) - 1);
  return data;
}

/// One instance with constants that are right for one op at a time: weights are
/// constant 0 and biases constant 1, of whatever dtype the op declares.
class LibraryOp : public ::testing::TestWithParam<size_t> {};
} // namespace

TEST_P(LibraryOp, MatchesTheReference) {
  const auto &[index, info] = libraryCases[GetParam()];
  const lc_library_op_t &op = lc_artefact_library_ops[index];
  Shapes shapes;
  resolve(op, info.plan.data(), shapes);
  // All ops share the constants: the same random bits, read as f32 or bf16, are
  // good values in both only when made for one, so make them per case.
  alignas(64) static uint8_t weights[bytes], bias[bytes];
  memcpy(weights, randomBuffer(shapes.weights, 1).data(), bytes);
  memcpy(bias, randomBuffer(shapes.bias, 2).data(), bytes);
  const void *constants[] = {weights, bias};
  uint8_t released[2] = {};
  void *instance, *session;
  char error[512] = "";
  ASSERT_EQ(lc_artefact_library.create(constants, 2, released, &instance, error,
                                       sizeof error),
            LC_OK)
      << error;
  EXPECT_EQ(released[1], 0);
  ASSERT_EQ(lc_artefact_library.open(instance, &session, error, sizeof error),
            LC_OK)
      << error;
  std::vector<uint8_t> src = randomBuffer(shapes.src, 3),
                       dst = randomBuffer(shapes.dst, 4), before = dst,
                       operands[2];
  void *buffers[] = {src.data(), weights, bias, dst.data(), nullptr, nullptr};
  for (uint32_t i = 0; i < op.n_post_ops; ++i)
    if (op.post_ops[i].buffer >= 4) {
      auto slot = size_t(op.post_ops[i].buffer - 4);
      operands[slot] = randomBuffer(shapes.postOps[i], 5 + i);
      buffers[op.post_ops[i].buffer] = operands[slot].data();
    }
  std::vector<double> expected = reference(op, shapes, buffers, before.data());
  lc_call_t call = {};
  call.plan = info.plan.data();
  call.library = session;
  call.threads = 2;
  call.error = error;
  call.error_size = sizeof error;
  if (op.weights_constant >= 0)
    buffers[1] = nullptr; // packed: must not be read
  if (op.bias_constant >= 0)
    buffers[2] = nullptr;
  for (int repeat = 0; repeat < 2; ++repeat) {
    dst = before;
    buffers[3] = dst.data();
    ASSERT_EQ(lc_artefact_invoke(&call, 0, index, buffers), LC_OK) << error;
  }
  double range = 0;
  for (double value : expected)
    range = std::max(range, std::fabs(value));
  size_t at = 0;
  forEach(shapes.dst.rank, shapes.dst.dims, [&](const int64_t *position) {
    double found = load(shapes.dst, dst.data(), offset(shapes.dst, position));
    EXPECT_NEAR(found, expected[at], info.tolerance * range)
        << "op " << index << " " << info.name << " at " << at;
    ++at;
  });
  lc_artefact_library.close(session);
  lc_artefact_library.destroy(instance);
}

INSTANTIATE_TEST_SUITE_P(Ops, LibraryOp,
                         ::testing::Range(size_t(0), libraryCases.size()));

/// Generated code; not called here.
extern "C" const lc_executable_t *lc_executable_query(uint32_t) {
  return nullptr;
}
