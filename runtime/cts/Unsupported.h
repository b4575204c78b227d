// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which conformance tests a backend does not pass, and why. A test checks that
// every entry names a backend and a test that exist.
#ifndef LCOMPILE_RUNTIME_CTS_UNSUPPORTED_H
#define LCOMPILE_RUNTIME_CTS_UNSUPPORTED_H

namespace lcompile::cts {

struct Unsupported {
  const char *backend, *test, *reason;
};

inline constexpr Unsupported unsupported[] = {
    {"null", "MappedBytesStay", "it has no memory, only sizes"},
    {"null", "FillAndCopyMoveBytes", "it has no memory, only sizes"},
    {"null", "CallComputes", "it checks calls and does not run them"},
    {"null", "CallUpdatesInPlace", "it checks calls and does not run them"},
    {"null", "CallReportsErrorsOfTheFunction",
     "it checks calls and does not run them"},
    {"null", "StreamsWaitForEvents",
     "nothing is ever under way, so there is nothing to wait for"},
};

} // namespace lcompile::cts

#endif // LCOMPILE_RUNTIME_CTS_UNSUPPORTED_H
