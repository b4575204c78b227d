// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU backend: device, buffers, events, programs.
#include "runtime/backends/cpu/Cpu.h"

#include "runtime/base/Isa.h"
#include "runtime/base/Platform.h"
#include "runtime/base/Status.h"
#include "runtime/hal/Checks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace lcompile::rt::cpu {

namespace {
lc_status_t outOfMemory() {
  return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
}

void destroyBuffer(lc_buffer_t *buffer) {
  release(static_cast<CpuBuffer *>(buffer)->block);
  free(buffer);
}

lc_status_t mapBuffer(lc_buffer_t *buffer, uint64_t offset, uint64_t size,
                      void **data) {
  ErrorBuffer error;
  int32_t code = checkRange(buffer, offset, size, "map", error);
  if (code == LC_OK)
    *data = static_cast<CpuBuffer *>(buffer)->block.data + offset;
  return toStatus(code, error);
}

constexpr lc_buffer_vtable_t bufferTable = {destroyBuffer, mapBuffer,
                                            [](lc_buffer_t *) {}};

lc_status_t waitEvent(lc_event_t *event, int64_t nanoseconds) {
  // Only another thread's record() can signal it: look now and then.
  int64_t start = wallNanoseconds();
  while (!event->vtable->query(event)) {
    if (nanoseconds >= 0 && wallNanoseconds() - start >= nanoseconds)
      return makeStatus(LC_UNAVAILABLE, "the event was not signalled in time");
    usleep(50);
  }
  return nullptr;
}

constexpr lc_event_vtable_t eventTable = {
    [](lc_event_t *event) { free(event); },
    [](lc_event_t *event) -> int32_t {
      return __atomic_load_n(&static_cast<CpuEvent *>(event)->signalled,
                             __ATOMIC_ACQUIRE);
    },
    waitEvent};

void destroyProgram(lc_program_t *handle) {
  auto *program = static_cast<CpuProgram *>(handle);
  closeContext(program->context);
  pthread_mutex_destroy(&program->mutex);
  free(program);
}

lc_status_t inferProgram(lc_program_t *handle, uint32_t function,
                         const lc_argument_t *inputs, uint32_t nInputs,
                         int64_t (*dims)[LC_MAX_RANK], uint32_t nOutputs) {
  auto *program = static_cast<CpuProgram *>(handle);
  lc_tensor_t *in = makeTensors(inputs, nInputs);
  lc_tensor_t *out = makeTensors(nullptr, nOutputs);
  ErrorBuffer error;
  int32_t code = LC_RESOURCE_EXHAUSTED;
  pthread_mutex_lock(&program->mutex);
  if (in && out)
    code = inferShapes(*program->context, function, in, nInputs, out, nOutputs,
                       error);
  for (uint32_t i = 0; code == LC_OK && i < nOutputs; ++i)
    if (out[i].rank)
      memcpy(dims[i], out[i].dims, out[i].rank * sizeof(int64_t));
  pthread_mutex_unlock(&program->mutex);
  free(in);
  free(out);
  return toStatus(code, error);
}

constexpr lc_program_vtable_t programTable = {destroyProgram, inferProgram};

void describe(lc_device_t *, lc_device_info_t *info) {
  lc_device_info_t value = {};
  value.name = "cpu";
  value.description = "this machine's processor";
  value.memory_bytes =
      uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
  value.isa = hostIsa();
  value.threads = uint32_t(defaultThreads());
  value.maps_memory = 1;
  value.struct_size = info->struct_size;
  memcpy(info, &value,
         info->struct_size < sizeof value ? info->struct_size : sizeof value);
}

// The device has no state: one object serves all.
constexpr lc_device_vtable_t deviceTable = {[](lc_device_t *) {}, describe,
                                            createBuffer,         loadProgram,
                                            createStream,         createEvent};
lc_device_t device = {&deviceTable};

constexpr lc_backend_t backend = {
    "cpu", []() -> int32_t { return 1; },
    [](int32_t index, lc_device_t **result) -> lc_status_t {
      if (index != 0)
        return makeStatus(LC_INVALID_ARGUMENT, "there is one cpu device: 0");
      *result = &device;
      return nullptr;
    }};
} // namespace

lc_tensor_t *makeTensors(const lc_argument_t *arguments, uint32_t count) {
  auto *tensors = static_cast<lc_tensor_t *>(
      calloc(size_t(count) + 1, sizeof(lc_tensor_t)));
  for (uint32_t i = 0; tensors && arguments && i < count; ++i)
    tensors[i] = {nullptr, arguments[i].dtype, arguments[i].rank,
                  arguments[i].dims, nullptr};
  return tensors;
}

lc_status_t createBuffer(lc_device_t *, lc_memory_kind_t kind, uint64_t size,
                         lc_buffer_t **result) {
  auto *buffer = static_cast<CpuBuffer *>(calloc(1, sizeof(CpuBuffer)));
  if (!buffer)
    return outOfMemory();
  buffer->vtable = &bufferTable;
  buffer->size = size;
  buffer->kind = kind;
  if (!reserve(buffer->block, size ? size : 1)) {
    free(buffer);
    return outOfMemory();
  }
  *result = buffer;
  return nullptr;
}

lc_status_t createEvent(lc_device_t *, lc_event_t **result) {
  auto *event = static_cast<CpuEvent *>(calloc(1, sizeof(CpuEvent)));
  if (!event)
    return outOfMemory();
  event->vtable = &eventTable;
  *result = event;
  return nullptr;
}

lc_status_t loadProgram(lc_device_t *, const lc_executable_t *executable,
                        lc_program_t **result) {
  ErrorBuffer error;
  Instance *instance;
  if (int32_t code = openInstance(executable, {}, &instance, error))
    return toStatus(code, error);
  auto *program = static_cast<CpuProgram *>(calloc(1, sizeof(CpuProgram)));
  int32_t code = program ? openContext(instance, &program->context, error)
                         : int32_t(LC_RESOURCE_EXHAUSTED);
  releaseInstance(instance); // the context keeps its own reference
  if (code != LC_OK) {
    free(program);
    return toStatus(code, error);
  }
  program->vtable = &programTable;
  program->executable = executable;
  pthread_mutex_init(&program->mutex, nullptr);
  *result = program;
  return nullptr;
}

} // namespace lcompile::rt::cpu

const lc_backend_t *lc_cpu_backend(void) { return &lcompile::rt::cpu::backend; }
