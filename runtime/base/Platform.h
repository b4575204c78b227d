// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small questions to the operating system.
#ifndef LCOMPILE_RUNTIME_BASE_PLATFORM_H
#define LCOMPILE_RUNTIME_BASE_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

namespace lcompile::rt {

/// Monotonic time in nanoseconds.
int64_t wallNanoseconds();

/// Processor time of the whole process, all threads, in nanoseconds.
int64_t cpuNanoseconds();

/// OMP_NUM_THREADS when set, else the cores that this process may run on.
int32_t defaultThreads();

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_PLATFORM_H
