// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams of the CPU backend: each command is done when it returns.
#include "runtime/backends/cpu/Cpu.h"

#include "runtime/base/Status.h"
#include "runtime/hal/Checks.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt::cpu {

namespace {
uint8_t *bytes(lc_buffer_t *buffer, uint64_t offset) {
  return static_cast<CpuBuffer *>(buffer)->block.data + offset;
}

lc_status_t copy(lc_stream_t *, lc_buffer_t *from, uint64_t fromOffset,
                 lc_buffer_t *to, uint64_t toOffset, uint64_t size) {
  ErrorBuffer error;
  int32_t code = checkRange(from, fromOffset, size, "copy from", error);
  if (code == LC_OK)
    code = checkRange(to, toOffset, size, "copy to", error);
  if (code == LC_OK)
    memcpy(bytes(to, toOffset), bytes(from, fromOffset), size);
  return toStatus(code, error);
}

lc_status_t fill(lc_stream_t *, lc_buffer_t *buffer, uint64_t offset,
                 uint64_t size, uint8_t value) {
  ErrorBuffer error;
  int32_t code = checkRange(buffer, offset, size, "fill", error);
  if (code == LC_OK)
    memset(bytes(buffer, offset), value, size);
  return toStatus(code, error);
}

/// Tensors over the arguments' buffers.
int32_t point(const char *kind, const lc_argument_t *arguments, uint32_t count,
              lc_tensor_t *tensors, Error error) {
  for (uint32_t i = 0; i < count; ++i) {
    // A size that does not fit is refused with the shapes, before it is used.
    uint64_t elements = lc_dtype_size(arguments[i].dtype);
    for (uint32_t d = 0; d < arguments[i].rank; ++d)
      if (__builtin_mul_overflow(elements, uint64_t(arguments[i].dims[d]),
                                 &elements))
        return fail(error, LC_INVALID_ARGUMENT, "%s %u: too large", kind, i);
    char what[32];
    fail({what, sizeof what}, LC_OK, "%s %u", kind, i);
    if (int32_t code = checkRange(arguments[i].buffer, arguments[i].offset,
                                  elements, what, error))
      return code;
    tensors[i].data = bytes(arguments[i].buffer, arguments[i].offset);
  }
  return LC_OK;
}

lc_status_t call(lc_stream_t *, lc_program_t *handle, uint32_t function,
                 const lc_argument_t *inputs, uint32_t nInputs,
                 const lc_argument_t *outputs, uint32_t nOutputs) {
  auto *program = static_cast<CpuProgram *>(handle);
  lc_tensor_t *in = makeTensors(inputs, nInputs);
  lc_tensor_t *out = makeTensors(outputs, nOutputs);
  ErrorBuffer error;
  int32_t code = in && out
                     ? int32_t(LC_OK)
                     : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  if (code == LC_OK)
    code = point("input", inputs, nInputs, in, error);
  if (code == LC_OK)
    code = point("output", outputs, nOutputs, out, error);
  if (code == LC_OK) {
    pthread_mutex_lock(&program->mutex);
    code = runFunction(*program->context, function, in, nInputs, out, nOutputs,
                       error);
    pthread_mutex_unlock(&program->mutex);
  }
  free(in);
  free(out);
  return toStatus(code, error);
}

lc_status_t record(lc_stream_t *, lc_event_t *event) {
  __atomic_store_n(&static_cast<CpuEvent *>(event)->signalled, true,
                   __ATOMIC_RELEASE);
  return nullptr;
}

constexpr lc_stream_vtable_t streamTable = {
    [](lc_stream_t *stream) { free(stream); },
    copy,
    fill,
    call,
    record,
    [](lc_stream_t *, lc_event_t *event) {
      return event->vtable->wait(event, -1);
    },
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

} // namespace lcompile::rt::cpu
