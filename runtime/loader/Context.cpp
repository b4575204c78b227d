// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls. Everything here runs on the steady path: no allocation unless a shape
// needs more memory than any before it.
#include "runtime/loader/Context.h"

#include "runtime/base/Platform.h"
#include "runtime/loader/Symbols.h"

#include <string.h>

namespace lcompile::rt {

int32_t checkChannel(const Context &context, const lc_training_t *training,
                     const lc_function_t &function, Error error) {
  uint32_t world = training ? training->world : 1;
  uint32_t found = context.channel ? context.channel->world : 1;
  if (world == found || (world == 1 && !training))
    return LC_OK;
  return fail(
      error, LC_INVALID_ARGUMENT,
      "function '%s' was compiled for %u rank%s, and this is rank %u of "
      "%u: compile it with --world=%u, or start %u",
      function.name, world, world == 1 ? "" : "s",
      context.channel ? context.channel->rank : 0, found, found, world);
}

namespace {
using LongLong = long long;

/// Holds a context for one call.
class Hold {
public:
  explicit Hold(Context &context) : context(context) {
    held = !__atomic_exchange_n(&context.busy, true, __ATOMIC_ACQUIRE);
  }
  ~Hold() {
    if (held)
      __atomic_store_n(&context.busy, false, __ATOMIC_RELEASE);
  }
  explicit operator bool() const { return held; }

private:
  Context &context;
  bool held;
};

int32_t refuseBusy(Error error) {
  return fail(error, LC_INVALID_ARGUMENT,
              "this context is running a call on another thread: open one "
              "context per thread");
}

/// Binds symbols, finds the plan and computes the shapes of outputs.
int32_t prepare(Context &context, uint32_t index, const lc_tensor_t *inputs,
                uint32_t nInputs, uint32_t nOutputs, Error error) {
  const lc_executable_t &executable = *context.instance->executable;
  if (index >= executable.n_functions)
    return fail(error, LC_INVALID_ARGUMENT,
                "no function %u: '%s' has %u functions", index, executable.name,
                executable.n_functions);
  const lc_function_t &function = executable.functions[index];
  if (nOutputs != function.n_outputs)
    return fail(error, LC_INVALID_ARGUMENT,
                "function '%s': expected %u outputs, found %u", function.name,
                function.n_outputs, nOutputs);
  FunctionState &state = context.functions[index];
  Plans &plans = state.plans;
  const lc_training_t *training = trainingOf(executable);
  if (training && training->function != index)
    training = nullptr;
  if (int32_t code = checkChannel(context, training, function, error))
    return code;
  if (int32_t code = bindSymbols(
          function, inputs, nInputs, training ? training->rank_symbol : -1,
          context.channel ? context.channel->rank : 0, plans.wanted(), error))
    return code;
  plans.find();
  if (int32_t code = checkExpressions(function, inputs, plans.plan(), error))
    return code;
  for (uint32_t i = 0; i < nOutputs; ++i) {
    const lc_tensor_spec_t &spec = function.outputs[i];
    for (uint32_t d = 0; d < spec.rank; ++d)
      state.dims[i][d] = dimension(spec.dims[d], plans.symbols(), plans.plan());
  }
  return LC_OK;
}

/// Compares what the caller says about an output with what it will be.
int32_t checkOutput(const lc_tensor_spec_t &spec, const int64_t *dims,
                    const lc_tensor_t &output, Error error) {
  if (output.dtype != LC_DTYPE_INVALID && output.dtype != spec.dtype)
    return fail(error, LC_INVALID_ARGUMENT,
                "output '%s': expected dtype %s, found %s", spec.name,
                lc_dtype_name(spec.dtype), lc_dtype_name(output.dtype));
  if (!output.dims)
    return LC_OK;
  if (output.rank != spec.rank)
    return fail(error, LC_INVALID_ARGUMENT,
                "output '%s': expected rank %u, found %u", spec.name, spec.rank,
                output.rank);
  for (uint32_t d = 0; d < spec.rank; ++d)
    if (output.dims[d] != dims[d])
      return fail(error, LC_INVALID_ARGUMENT,
                  "output '%s': expected dimension %u to be %lld, found %lld",
                  spec.name, d, LongLong(dims[d]), LongLong(output.dims[d]));
  return checkDense("output", spec.name, output, error);
}

int32_t placeOutput(FunctionState &state, const lc_function_t &function,
                    uint32_t index, lc_tensor_t &output, Error error) {
  const lc_tensor_spec_t &spec = function.outputs[index];
  const int64_t *dims = state.dims[index];
  void *data = output.data;
  if (data) {
    if (int32_t code = checkOutput(spec, dims, output, error))
      return code;
  } else if (spec.alias >= 0) {
    data = const_cast<void *>(state.inputs[spec.alias]);
  } else {
    int64_t size = byteSize(spec.dtype, spec.rank, dims);
    // At least one byte: outputs without elements still get an address.
    if (size < 0 || !reserve(state.blocks[index], size ? size_t(size) : 1))
      return fail(error, LC_RESOURCE_EXHAUSTED,
                  "output '%s': no memory for %lld bytes", spec.name,
                  LongLong(size));
    data = state.blocks[index].data;
  }
  state.outputs[index] = data;
  output = {data, spec.dtype, spec.rank, dims, nullptr};
  return LC_OK;
}

int32_t placeInputs(FunctionState &state, const lc_function_t &function,
                    const lc_tensor_t *inputs, Error error) {
  for (uint32_t i = 0; i < function.n_inputs; ++i) {
    const lc_tensor_t &input = inputs[i];
    if (!input.data && byteSize(input.dtype, input.rank, input.dims) != 0)
      return fail(error, LC_INVALID_ARGUMENT, "input '%s': no data given",
                  function.inputs[i].name);
    state.inputs[i] = input.data;
  }
  return LC_OK;
}
} // namespace

int32_t inferShapes(Context &context, uint32_t index, const lc_tensor_t *inputs,
                    uint32_t nInputs, lc_tensor_t *outputs, uint32_t nOutputs,
                    Error error) {
  Hold hold(context);
  if (!hold)
    return refuseBusy(error);
  if (int32_t code = prepare(context, index, inputs, nInputs, nOutputs, error))
    return code;
  const lc_function_t &function =
      context.instance->executable->functions[index];
  for (uint32_t i = 0; i < nOutputs; ++i) {
    const lc_tensor_spec_t &spec = function.outputs[i];
    outputs[i] = {outputs[i].data, spec.dtype, spec.rank,
                  context.functions[index].dims[i], nullptr};
  }
  return LC_OK;
}

int32_t runFunction(Context &context, uint32_t index, const lc_tensor_t *inputs,
                    uint32_t nInputs, lc_tensor_t *outputs, uint32_t nOutputs,
                    Error error) {
  Hold hold(context);
  if (!hold)
    return refuseBusy(error);
  if (int32_t code = prepare(context, index, inputs, nInputs, nOutputs, error))
    return code;
  const Instance &instance = *context.instance;
  const lc_function_t &function = instance.executable->functions[index];
  FunctionState &state = context.functions[index];
  if (int32_t code = placeInputs(state, function, inputs, error))
    return code;
  for (uint32_t i = 0; i < nOutputs; ++i)
    if (int32_t code = placeOutput(state, function, i, outputs[i], error))
      return code;

  context.arenaBytes = function.n_plan ? state.plans.plan()[0] : 0;
  if (context.arenaBytes < 0 ||
      !reserve(context.arena, size_t(context.arenaBytes)))
    return fail(error, LC_RESOURCE_EXHAUSTED,
                "no memory for the arena of %lld bytes",
                LongLong(context.arenaBytes));
  lc_call_t call = {};
  call.inputs = state.inputs;
  call.outputs = state.outputs;
  call.symbols = state.plans.symbols();
  call.plan = state.plans.plan();
  call.arena = context.arena.data;
  call.constants = instance.constants;
  call.library = context.library;
  call.threads = instance.threads;
  // Which function runs, for messages that name a dispatch's source lines.
  call.function = int32_t(index);
  if (context.trace.recording()) {
    context.trace.select(index);
    call.profile = Trace::hook;
    call.profile_user = &context.trace;
  }
  call.channel = context.channel;
  call.error = error.text;
  call.error_size = error.size;
  if (error.size)
    error.text[0] = 0;
  int32_t code = function.run(&call);
  if (code != LC_OK && error.size && !error.text[0])
    fail(error, LC_INTERNAL, "function '%s' failed with code %d", function.name,
         code);
  return code;
}

} // namespace lcompile::rt
