// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --benchmark: wall and processor time of many runs.
#include "runtime/base/Platform.h"
#include "runtime/launcher/Run.h"

#include <stdio.h>
#include <stdlib.h>

namespace lcompile::rt {

namespace {
constexpr int64_t second = 1000000000;
constexpr int64_t maxRuns = 100000; // when the count is not given

int order(const void *a, const void *b) {
  int64_t x = *static_cast<const int64_t *>(a);
  int64_t y = *static_cast<const int64_t *>(b);
  return (x > y) - (x < y);
}

void printTimes(const char *what, int64_t *times, int64_t count) {
  qsort(times, size_t(count), sizeof *times, order);
  printf("  %-9s min %.3f ms, median %.3f ms\n", what, double(times[0]) / 1e6,
         double(times[count / 2]) / 1e6);
}
} // namespace

int32_t benchmark(Run &run, Error error) {
  int64_t wanted = run.options->iterations;
  int64_t capacity = wanted ? wanted : maxRuns;
  auto *wall =
      static_cast<int64_t *>(calloc(size_t(capacity) * 2, sizeof(int64_t)));
  if (!wall)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int64_t *cpu = wall + capacity, count = 0;
  int32_t code = LC_OK;
  // The first runs touch memory and wake threads.
  for (int i = 0; i < 3 && code == LC_OK; ++i)
    code = runOnce(run, error);
  int64_t start = wallNanoseconds();
  while (code == LC_OK && count < capacity &&
         (wanted || count < 5 || wallNanoseconds() - start < second)) {
    int64_t cpuBefore = cpuNanoseconds(), before = wallNanoseconds();
    code = runOnce(run, error);
    wall[count] = wallNanoseconds() - before;
    cpu[count] = cpuNanoseconds() - cpuBefore;
    ++count;
  }
  if (code == LC_OK) {
    lc_instance_info_t info = {};
    info.struct_size = sizeof info;
    lc_instance_info(run.instance, &info);
    printf("benchmark: %lld runs, %d thread%s\n", static_cast<long long>(count),
           info.threads, info.threads == 1 ? "" : "s");
    printTimes("wall", wall, count);
    printTimes("processor", cpu, count);
  }
  free(wall);
  return code;
}

} // namespace lcompile::rt
