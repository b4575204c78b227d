// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The null backend: accepts what a device would accept and does nothing.
#include "runtime/backends/null/Null.h"

#include "runtime/base/Status.h"
#include "runtime/hal/Checks.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt::null {

namespace {
lc_status_t createBuffer(lc_device_t *, lc_memory_kind_t kind, uint64_t size,
                         lc_buffer_t **result) {
  if (size > memoryBytes)
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of device memory");
  auto *buffer = static_cast<lc_buffer_t *>(calloc(1, sizeof(lc_buffer_t)));
  if (!buffer)
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
  static constexpr lc_buffer_vtable_t table = {
      [](lc_buffer_t *buffer) { free(buffer); },
      [](lc_buffer_t *, uint64_t, uint64_t, void **) {
        return makeStatus(LC_UNIMPLEMENTED, "the null device has no memory");
      },
      [](lc_buffer_t *) {}};
  *buffer = {&table, size, uint32_t(kind)};
  *result = buffer;
  return nullptr;
}

lc_status_t createEvent(lc_device_t *, lc_event_t **result) {
  auto *event = static_cast<NullEvent *>(calloc(1, sizeof(NullEvent)));
  if (!event)
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
  static constexpr lc_event_vtable_t table = {
      [](lc_event_t *event) { free(event); },
      [](lc_event_t *event) -> int32_t {
        return __atomic_load_n(&static_cast<NullEvent *>(event)->signalled,
                               __ATOMIC_ACQUIRE);
      },
      [](lc_event_t *event, int64_t) {
        // Nothing is ever under way, so waiting cannot help.
        return event->vtable->query(event)
                   ? nullptr
                   : makeStatus(LC_UNAVAILABLE,
                                "the event was not signalled in time");
      }};
  event->vtable = &table;
  *result = event;
  return nullptr;
}

void destroyProgram(lc_program_t *handle) {
  auto *program = static_cast<NullProgram *>(handle);
  for (uint32_t i = 0; i < program->executable->n_functions; ++i)
    program->plans[i].destroy();
  free(program->plans);
  pthread_mutex_destroy(&program->mutex);
  free(program);
}

lc_status_t infer(lc_program_t *handle, uint32_t function,
                  const lc_argument_t *inputs, uint32_t nInputs,
                  int64_t (*dims)[LC_MAX_RANK], uint32_t nOutputs) {
  auto *program = static_cast<NullProgram *>(handle);
  ErrorBuffer error;
  pthread_mutex_lock(&program->mutex);
  int32_t code =
      checkCall(*program, function, inputs, nInputs, nOutputs, error);
  if (code == LC_OK)
    outputDims(program->executable->functions[function],
               program->plans[function], dims);
  pthread_mutex_unlock(&program->mutex);
  return toStatus(code, error);
}

lc_status_t load(lc_device_t *, const lc_executable_t *executable,
                 lc_program_t **result) {
  ErrorBuffer error;
  if (int32_t code = checkExecutable(executable, error))
    return toStatus(code, error);
  auto *program = static_cast<NullProgram *>(calloc(1, sizeof(NullProgram)));
  Plans *plans = static_cast<Plans *>(
      calloc(size_t(executable->n_functions) + 1, sizeof(Plans)));
  bool good = program && plans;
  uint32_t made = 0;
  while (good && made < executable->n_functions) {
    good = plans[made].init(executable->functions[made]);
    made += good;
  }
  if (!good) {
    for (uint32_t i = 0; i < made; ++i)
      plans[i].destroy();
    free(plans);
    free(program);
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  static constexpr lc_program_vtable_t table = {destroyProgram, infer};
  program->vtable = &table;
  program->executable = executable;
  program->plans = plans;
  pthread_mutex_init(&program->mutex, nullptr);
  *result = program;
  return nullptr;
}

void describe(lc_device_t *, lc_device_info_t *info) {
  lc_device_info_t value = {};
  value.struct_size = info->struct_size;
  value.name = "null";
  value.description = "checks commands and does nothing";
  value.memory_bytes = memoryBytes;
  value.threads = 1;
  memcpy(info, &value,
         info->struct_size < sizeof value ? info->struct_size : sizeof value);
}

constexpr lc_device_vtable_t deviceTable = {[](lc_device_t *) {}, describe,
                                            createBuffer,         load,
                                            createStream,         createEvent};
lc_device_t device = {&deviceTable};

constexpr lc_backend_t backend = {
    "null", []() -> int32_t { return 1; },
    [](int32_t index, lc_device_t **result) -> lc_status_t {
      if (index != 0)
        return makeStatus(LC_INVALID_ARGUMENT, "there is one null device: 0");
      *result = &device;
      return nullptr;
    }};
} // namespace

int32_t checkCall(NullProgram &program, uint32_t function,
                  const lc_argument_t *inputs, uint32_t nInputs,
                  uint32_t nOutputs, Error error) {
  if (function >= program.executable->n_functions)
    return fail(error, LC_INVALID_ARGUMENT,
                "no function %u: '%s' has %u "
                "functions",
                function, program.executable->name,
                program.executable->n_functions);
  return checkShapes(*program.executable, function, inputs, nInputs, nOutputs,
                     program.plans[function], error);
}

} // namespace lcompile::rt::null

const lc_backend_t *lc_null_backend(void) {
  return &lcompile::rt::null::backend;
}
