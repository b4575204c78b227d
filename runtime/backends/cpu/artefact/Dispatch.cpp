// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running generated kernels, in parallel through libgomp. OpenMP pragmas would
// call the compiler's own OpenMP library, so the two entry points of libgomp
// that are needed are called by hand.
#include "runtime/backends/cpu/artefact/Artefact.h"
#include "runtime/base/Error.h"

using namespace lcompile::rt;

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
const lc_executable_t *lc_executable_query(uint32_t max_version);
}

namespace {
struct Work {
  lc_kernel_fn kernel;
  void *const *buffers;
  const int64_t *symbols;
  int64_t total, parts;
  int64_t failed; // 1 + the lowest bad position of all parts, 0 when good
};

/// Part i of the iterations: contiguous, sizes differ by at most one, and the
/// same for every run whatever team OpenMP provides.
int64_t partBegin(const Work &work, int64_t part) {
  int64_t size = work.total / work.parts, rest = work.total % work.parts;
  return part * size + (part < rest ? part : rest);
}

void runParts(void *data) {
  Work &work = *static_cast<Work *>(data);
  int64_t step = omp_get_num_threads();
  for (int64_t part = omp_get_thread_num(); part < work.parts; part += step) {
    int64_t bad = work.kernel(work.buffers, work.symbols, partBegin(work, part),
                              partBegin(work, part + 1));
    if (!bad)
      continue;
    int64_t seen = __atomic_load_n(&work.failed, __ATOMIC_RELAXED);
    while ((!seen || bad < seen) &&
           !__atomic_compare_exchange_n(&work.failed, &seen, bad, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
      ;
  }
}

int32_t refuseIndex(const lc_call_t *call, uint32_t dispatch, int64_t bad) {
  const lc_executable_t *executable =
      lc_executable_query(LC_EXECUTABLE_VERSION);
  const char *source = nullptr, *kernel = "?";
  // The runtime says in `reserved` which function runs.
  uint32_t index = uint32_t(call->function);
  if (executable && index < executable->n_functions &&
      dispatch < executable->functions[index].n_dispatches) {
    const lc_dispatch_t &entry =
        executable->functions[index].dispatches[dispatch];
    kernel = executable->kernels[entry.kernel].name;
    source =
        entry.source ? entry.source : executable->kernels[entry.kernel].source;
  }
  return fail({call->error, call->error_size}, LC_OUT_OF_RANGE,
              "%s: index out of range at position %lld of the index tensor",
              source && *source ? source : kernel,
              static_cast<long long>(bad - 1));
}
} // namespace

int32_t lc_artefact_dispatch(const lc_call_t *call, uint32_t dispatch,
                             lc_kernel_fn kernel, void *const *buffers,
                             int64_t total, int64_t grain) {
  if (call->profile)
    call->profile(call->profile_user, dispatch, 0);
  Work work = {kernel, buffers, call->symbols, total, 1, 0};
  if (call->threads > 1 && total > 1) {
    int64_t parts = grain > 1 ? total / grain : total;
    work.parts = parts < call->threads ? parts : call->threads;
  }
  if (work.parts > 1)
    GOMP_parallel(runParts, &work, unsigned(work.parts), 0);
  else if (total > 0)
    work.failed = kernel(buffers, call->symbols, 0, total);
  if (call->profile)
    call->profile(call->profile_user, dispatch, 1);
  return work.failed ? refuseIndex(call, dispatch, work.failed) : LC_OK;
}
