// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The objects of the null backend.
#ifndef LCOMPILE_RUNTIME_BACKENDS_NULL_NULL_H
#define LCOMPILE_RUNTIME_BACKENDS_NULL_NULL_H

#include "runtime/base/Error.h"
#include "runtime/hal/Backend.h"
#include "runtime/loader/Instance.h"
#include "runtime/loader/Plans.h"

#include <pthread.h>

namespace lcompile::rt::null {

/// What the device claims to have, so that plans can be too large for it.
constexpr uint64_t memoryBytes = uint64_t(64) << 30;

struct NullEvent : lc_event_t {
  bool signalled;
};

struct NullProgram : lc_program_t {
  Plans *plans; // per function
  pthread_mutex_t mutex;
};

lc_status_t createStream(lc_device_t *device, lc_stream_t **stream);

/// Checks the shapes of a call and makes its plan current. Call with the mutex.
int32_t checkCall(NullProgram &program, uint32_t function,
                  const lc_argument_t *inputs, uint32_t nInputs,
                  uint32_t nOutputs, Error error);

} // namespace lcompile::rt::null

#endif // LCOMPILE_RUNTIME_BACKENDS_NULL_NULL_H
