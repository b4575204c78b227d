// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small questions to the operating system.
#ifndef LCOMPILE_RUNTIME_BASE_PLATFORM_H
#define LCOMPILE_RUNTIME_BASE_PLATFORM_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

namespace lcompile::rt {

/// Monotonic time in nanoseconds.
int64_t wallNanoseconds();

/// Processor time of the whole process, all threads, in nanoseconds.
int64_t cpuNanoseconds();

/// OMP_NUM_THREADS when set, else the cores that this process may run on.
int32_t defaultThreads();

/// The file that this process runs; without /proc what the kernel was given to
/// execute. Empty when neither is known.
void programPath(char (&path)[PATH_MAX]);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_BASE_PLATFORM_H
