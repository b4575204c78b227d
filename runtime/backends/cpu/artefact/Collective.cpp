// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collectives of the host program: what is between it and the caller's channel.
#include "runtime/backends/cpu/artefact/Artefact.h"

#include "lcompile-c/Channel.h"
#include "runtime/base/Error.h"

using namespace lcompile::rt;

extern "C" {
extern const lc_collective_t lc_artefact_collectives[];
}

namespace {
/// Tells the profile when a call begins and ends.
class Measured {
public:
  Measured(const lc_call_t *call, uint32_t dispatch)
      : call(call), dispatch(dispatch) {
    if (call->profile)
      call->profile(call->profile_user, dispatch, 0);
  }
  ~Measured() {
    if (call->profile)
      call->profile(call->profile_user, dispatch, 1);
  }

private:
  const lc_call_t *call;
  uint32_t dispatch;
};
} // namespace

int32_t lc_artefact_start(const lc_call_t *call, uint32_t dispatch,
                          uint32_t collective, void *const *buffers) {
  const lc_collective_t &what = lc_artefact_collectives[collective];
  if (!call->channel)
    return fail({call->error, call->error_size}, LC_INVALID_ARGUMENT,
                "%s: no channel to the other ranks was given", what.name);
  Measured measured(call, dispatch);
  return call->channel->vtable->start(
      call->channel, &what, buffers, buffers + what.n_tensors,
      buffers[2 * what.n_tensors], call->error, call->error_size);
}

int32_t lc_artefact_wait(const lc_call_t *call, uint32_t dispatch,
                         uint32_t collective) {
  Measured measured(call, dispatch);
  return call->channel->vtable->wait(call->channel,
                                     &lc_artefact_collectives[collective],
                                     call->error, call->error_size);
}

int32_t lc_artefact_poll(const lc_call_t *call) {
  return call->channel->vtable->poll(call->channel, call->error,
                                     call->error_size);
}
