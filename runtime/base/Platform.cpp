// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clocks, core counts, the program's own file.
#include "runtime/base/Platform.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

namespace lcompile::rt {

static int64_t nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return int64_t(now.tv_sec) * 1000000000 + now.tv_nsec;
}

int64_t wallNanoseconds() { return nanoseconds(CLOCK_MONOTONIC); }

int64_t cpuNanoseconds() { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

int32_t defaultThreads() {
  if (const char *text = getenv("OMP_NUM_THREADS")) {
    long value = strtol(text, nullptr, 10);
    if (value > 0 && value <= 4096)
      return int32_t(value);
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set))
    return 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}

void programPath(char (&path)[PATH_MAX]) {
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  if (length > 0)
    return;
  if (auto *given = reinterpret_cast<const char *>(getauxval(AT_EXECFN)))
    snprintf(path, sizeof path, "%s", given);
}

} // namespace lcompile::rt
