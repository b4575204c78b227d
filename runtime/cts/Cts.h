// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conformance suite: every test runs on device 0 of every backend.
#ifndef LCOMPILE_RUNTIME_CTS_CTS_H
#define LCOMPILE_RUNTIME_CTS_CTS_H

#include "runtime/hal/Backend.h"

#include <gtest/gtest.h>

#include <string>

namespace lcompile::cts {

/// "3: message", freeing the status; "" for a good one.
std::string text(lc_status_t status);

/// A module in this process. Functions: 0 `add` y[n] = a[n] + b[n] for n in
/// 1..1000; 1 `update` s[4] -> 2 s in place; 2 `fail`, an error that says "no".
const lc_executable_t *testModule();

class Cts : public ::testing::TestWithParam<const char *> {
protected:
  /// Skips tests that the backend's list excuses.
  void SetUp() override;
  void TearDown() override;

  lc_buffer_t *allocate(uint64_t size,
                        lc_memory_kind_t kind = LC_MEMORY_DEVICE);
  void write(lc_buffer_t *buffer, const void *data, size_t size);
  void read(lc_buffer_t *buffer, void *data, size_t size);
  lc_program_t *load();

  lc_device_t *device = nullptr;
  lc_stream_t *stream = nullptr;
};

} // namespace lcompile::cts

#endif // LCOMPILE_RUNTIME_CTS_CTS_H
