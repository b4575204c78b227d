// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps of a training, and the states between them.
#include "runtime/train/Trainer.h"

#include "lcompile-c/Training.h"
#include "runtime/base/Status.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

lc_tensor_t State::view() const {
  if (isSharded())
    return {data, dtype, 1, &held, nullptr};
  return {data, dtype, spec->rank, spec->dims, nullptr};
}

namespace {
template <typename T> bool allocate(T *&array, size_t count) {
  array = static_cast<T *>(calloc(count + 1, sizeof(T)));
  return array;
}

/// Which part this rank holds, and its first value.
int32_t openState(Trainer &trainer, State &state, Error error) {
  const Instance &instance = *trainer.context->instance;
  const lc_channel_t *channel = trainer.context->channel;
  const lc_tensor_spec_t &spec = trainer.function->inputs[state.spec->input];
  state.name = spec.name;
  state.dtype = spec.dtype;
  state.elements = 1;
  for (uint32_t d = 0; d < state.spec->rank; ++d)
    state.elements *= state.spec->dims[d];
  state.held = state.elements;
  if (state.isSharded()) {
    state.begin = lc_part_begin(state.elements, channel->rank, channel->world);
    state.held =
        lc_part_begin(state.elements, channel->rank + 1, channel->world) -
        state.begin;
  }
  size_t element = lc_dtype_size(state.dtype);
  size_t bytes = size_t(state.held) * element;
  if (!reserve(state.block, bytes ? bytes : 1))
    return fail(error, LC_RESOURCE_EXHAUSTED,
                "state '%s': no memory for %zu bytes", state.name, bytes);
  state.data = state.block.data;
  if (state.spec->constant < 0)
    return LC_OK;
  const lc_constant_t &constant =
      instance.executable->constants[state.spec->constant];
  if (constant.size != uint64_t(state.elements) * element)
    return fail(error, LC_INCOMPATIBLE,
                "state '%s': expected %llu bytes of first values, found %llu",
                state.name,
                static_cast<unsigned long long>(state.elements) * element,
                static_cast<unsigned long long>(constant.size));
  auto *whole =
      static_cast<const uint8_t *>(instance.constants[state.spec->constant]);
  memcpy(state.data, whole + size_t(state.begin) * element, bytes);
  return LC_OK;
}

int32_t openStates(Trainer &trainer, Error error) {
  const lc_training_t &training = *trainer.training;
  const lc_function_t &function = *trainer.function;
  if (!allocate(trainer.states, training.n_states) ||
      !allocate(trainer.data, function.n_inputs) ||
      !allocate(trainer.inputs, function.n_inputs) ||
      !allocate(trainer.outputs, function.n_outputs))
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint64_t i = 0; i < training.n_states; ++i) {
    State &state = trainer.states[i];
    state.spec = &training.states[i];
    if (int32_t code = openState(trainer, state, error))
      return code;
    trainer.inputs[state.spec->input] = state.view();
  }
  uint32_t count = 0;
  for (uint32_t i = 0; i < function.n_inputs; ++i)
    if (!trainer.inputs[i].data)
      trainer.data[count++] = i;
  trainer.data[count] = UINT32_MAX;
  return LC_OK;
}
} // namespace

int32_t openTrainer(Instance *instance, lc_channel_t *channel, Trainer **result,
                    Error error) {
  const lc_executable_t &executable = *instance->executable;
  const lc_training_t *training = trainingOf(executable);
  if (!training)
    return fail(error, LC_INVALID_ARGUMENT,
                "artefact '%s' is no training step: compile it with lcompile "
                "train",
                executable.name);
  auto *trainer = static_cast<Trainer *>(calloc(1, sizeof(Trainer)));
  if (!trainer)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  trainer->training = training;
  trainer->function = &executable.functions[training->function];
  int32_t code = openContext(instance, &trainer->context, error);
  if (code == LC_OK) {
    trainer->context->channel = channel;
    code = checkChannel(*trainer->context, training, *trainer->function, error);
  }
  if (code == LC_OK)
    code = openStates(*trainer, error);
  if (code != LC_OK) {
    closeTrainer(trainer);
    return code;
  }
  *result = trainer;
  return LC_OK;
}

void closeTrainer(Trainer *trainer) {
  if (!trainer)
    return;
  for (uint64_t i = 0; trainer->states && i < trainer->training->n_states; ++i)
    release(trainer->states[i].block);
  free(trainer->states);
  free(trainer->data);
  free(trainer->inputs);
  free(trainer->outputs);
  closeContext(trainer->context);
  free(trainer);
}

int32_t bindState(Trainer &trainer, State &state, const lc_tensor_t &tensor,
                  Error error) {
  int64_t elements = 1;
  for (uint32_t d = 0; d < tensor.rank; ++d)
    elements *= tensor.dims[d];
  if (tensor.dtype != state.dtype || elements != state.held)
    return fail(error, LC_INVALID_ARGUMENT,
                "state '%s': expected memory of %lld elements of %s, found "
                "%lld of %s",
                state.name, static_cast<long long>(state.held),
                lc_dtype_name(state.dtype), static_cast<long long>(elements),
                lc_dtype_name(tensor.dtype));
  if (!elements) // even then a state has an address: its own
    return LC_OK;
  state.data = static_cast<uint8_t *>(tensor.data);
  trainer.inputs[state.spec->input] = state.view();
  release(state.block);
  return LC_OK;
}

int32_t runStep(Trainer &trainer, const lc_tensor_t *inputs, uint32_t nInputs,
                lc_tensor_t *outputs, uint32_t nOutputs, Error error) {
  const lc_function_t &function = *trainer.function;
  uint32_t wanted = 0, given = 0;
  for (; trainer.data[wanted] != UINT32_MAX; ++wanted)
    if (wanted < nInputs)
      trainer.inputs[trainer.data[wanted]] = inputs[wanted];
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    if (function.outputs[i].alias < 0)
      ++given;
  if (wanted != nInputs || given != nOutputs)
    return fail(error, LC_INVALID_ARGUMENT,
                "training step '%s': expected %u inputs and %u outputs beside "
                "the states, found %u and %u",
                function.name, wanted, given, nInputs, nOutputs);
  uint32_t next = 0;
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    trainer.outputs[i] =
        function.outputs[i].alias < 0 ? outputs[next++] : lc_tensor_t{};
  int32_t code = runFunction(*trainer.context, trainer.training->function,
                             trainer.inputs, function.n_inputs, trainer.outputs,
                             function.n_outputs, error);
  next = 0;
  for (uint32_t i = 0; code == LC_OK && i < function.n_outputs; ++i)
    if (function.outputs[i].alias < 0)
      outputs[next++] = trainer.outputs[i];
  return code;
}

} // namespace lcompile::rt

using namespace lcompile::rt;

static Trainer *unwrap(lc_trainer_t *trainer) {
  return reinterpret_cast<Trainer *>(trainer);
}

const lc_training_t *lc_executable_training(const lc_executable_t *executable) {
  return trainingOf(*executable);
}

lc_status_t lc_trainer_open(lc_instance_t *instance, lc_channel_t *channel,
                            lc_trainer_t **trainer) {
  ErrorBuffer error;
  Trainer *result;
  if (int32_t code = openTrainer(reinterpret_cast<Instance *>(instance),
                                 channel, &result, error))
    return toStatus(code, error);
  *trainer = reinterpret_cast<lc_trainer_t *>(result);
  return nullptr;
}

void lc_trainer_close(lc_trainer_t *trainer) { closeTrainer(unwrap(trainer)); }

lc_status_t lc_trainer_step(lc_trainer_t *trainer, const lc_tensor_t *inputs,
                            uint32_t nInputs, lc_tensor_t *outputs,
                            uint32_t nOutputs) {
  ErrorBuffer error;
  return toStatus(
      runStep(*unwrap(trainer), inputs, nInputs, outputs, nOutputs, error),
      error);
}

const uint32_t *lc_trainer_inputs(const lc_trainer_t *trainer) {
  return reinterpret_cast<const Trainer *>(trainer)->data;
}

void lc_trainer_state(lc_trainer_t *trainer, uint32_t index,
                      lc_tensor_t *tensor) {
  *tensor = unwrap(trainer)->states[index].view();
}

lc_status_t lc_trainer_bind(lc_trainer_t *trainer, uint32_t index,
                            const lc_tensor_t *tensor) {
  ErrorBuffer error;
  Trainer &self = *unwrap(trainer);
  return toStatus(bindState(self, self.states[index], *tensor, error), error);
}

lc_context_t *lc_trainer_context(lc_trainer_t *trainer) {
  return reinterpret_cast<lc_context_t *>(unwrap(trainer)->context);
}
