// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams of the null backend: commands are checked, then forgotten.
#include "runtime/backends/null/Null.h"

#include "runtime/base/Status.h"
#include "runtime/hal/Checks.h"

#include <stdlib.h>

namespace lcompile::rt::null {

namespace {
lc_status_t copy(lc_stream_t *, lc_buffer_t *from, uint64_t fromOffset,
                 lc_buffer_t *to, uint64_t toOffset, uint64_t size) {
  ErrorBuffer error;
  int32_t code = checkRange(from, fromOffset, size, "copy from", error);
  if (code == LC_OK)
    code = checkRange(to, toOffset, size, "copy to", error);
  return toStatus(code, error);
}

lc_status_t fill(lc_stream_t *, lc_buffer_t *buffer, uint64_t offset,
                 uint64_t size, uint8_t) {
  ErrorBuffer error;
  return toStatus(checkRange(buffer, offset, size, "fill", error), error);
}

lc_status_t call(lc_stream_t *, lc_program_t *handle, uint32_t function,
                 const lc_argument_t *inputs, uint32_t nInputs,
                 const lc_argument_t *outputs, uint32_t nOutputs) {
  auto *program = static_cast<NullProgram *>(handle);
  ErrorBuffer error;
  pthread_mutex_lock(&program->mutex);
  int32_t code =
      checkCall(*program, function, inputs, nInputs, nOutputs, error);
  if (code == LC_OK)
    code = checkArguments(program->executable->functions[function],
                          program->plans[function], inputs, outputs, error);
  pthread_mutex_unlock(&program->mutex);
  return toStatus(code, error);
}

lc_status_t record(lc_stream_t *, lc_event_t *event) {
  __atomic_store_n(&static_cast<NullEvent *>(event)->signalled, true,
                   __ATOMIC_RELEASE);
  return nullptr;
}

constexpr lc_stream_vtable_t streamTable = {
    [](lc_stream_t *stream) { free(stream); },
    copy,
    fill,
    call,
    record,
    [](lc_stream_t *, lc_event_t *) -> lc_status_t { return nullptr; },
    [](lc_stream_t *) -> lc_status_t { return nullptr; }};
} // namespace

lc_status_t createStream(lc_device_t *, lc_stream_t **result) {
  auto *stream = static_cast<lc_stream_t *>(calloc(1, sizeof(lc_stream_t)));
  if (!stream)
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
  stream->vtable = &streamTable;
  *result = stream;
  return nullptr;
}

} // namespace lcompile::rt::null
