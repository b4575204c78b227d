// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stays between the steps of a training.
#ifndef LCOMPILE_RUNTIME_TRAIN_TRAINER_H
#define LCOMPILE_RUNTIME_TRAIN_TRAINER_H

#include "runtime/loader/Context.h"

namespace lcompile::rt {

/// One state as this rank holds it.
struct State {
  const lc_state_t *spec;
  const char *name;
  uint32_t dtype;
  int64_t elements; // of the whole
  int64_t begin;    // of the part that is held; 0 when whole
  int64_t held;     // elements held: dims of a part
  Block block;      // its memory, unless that is the caller's
  uint8_t *data;

  bool isSharded() const { return spec->flags & LC_STATE_SHARDED; }
  lc_tensor_t view() const;
};

struct Trainer {
  Context *context;
  const lc_training_t *training;
  const lc_function_t *function;
  State *states;       // n_states
  uint32_t *data;      // inputs that are no states; ends with UINT32_MAX
  lc_tensor_t *inputs; // of the function; those of states are set
  lc_tensor_t *outputs;
};

/// The states begin as the artefact says.
int32_t openTrainer(Instance *instance, lc_channel_t *channel,
                    Trainer **trainer, Error error);
void closeTrainer(Trainer *trainer);

/// The state lives in the caller's memory from now on.
int32_t bindState(Trainer &trainer, State &state, const lc_tensor_t &tensor,
                  Error error);

int32_t runStep(Trainer &trainer, const lc_tensor_t *inputs, uint32_t nInputs,
                lc_tensor_t *outputs, uint32_t nOutputs, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_TRAIN_TRAINER_H
