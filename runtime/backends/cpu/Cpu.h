// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The objects of the CPU backend. Streams run commands at once, so everything
// is done when a command returns; the loader does the work of calls.
#ifndef LCOMPILE_RUNTIME_BACKENDS_CPU_CPU_H
#define LCOMPILE_RUNTIME_BACKENDS_CPU_CPU_H

#include "runtime/hal/Backend.h"
#include "runtime/loader/Context.h"

#include <pthread.h>

namespace lcompile::rt::cpu {

struct CpuBuffer : lc_buffer_t {
  Block block;
};

struct CpuEvent : lc_event_t {
  bool signalled;
};

/// One context; calls from several streams run one after the other.
struct CpuProgram : lc_program_t {
  Context *context;
  pthread_mutex_t mutex;
};

lc_status_t createBuffer(lc_device_t *device, lc_memory_kind_t kind,
                         uint64_t size, lc_buffer_t **buffer);
lc_status_t createEvent(lc_device_t *device, lc_event_t **event);
lc_status_t createStream(lc_device_t *device, lc_stream_t **stream);
lc_status_t loadProgram(lc_device_t *device, const lc_executable_t *executable,
                        lc_program_t **program);

/// Shapes of a call as tensors without data; the caller frees. NULL when memory
/// is out.
lc_tensor_t *makeTensors(const lc_argument_t *arguments, uint32_t count);

} // namespace lcompile::rt::cpu

#endif // LCOMPILE_RUNTIME_BACKENDS_CPU_CPU_H
