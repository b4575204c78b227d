// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Making and closing contexts.
#include "runtime/loader/Context.h"

#include <stdlib.h>

namespace lcompile::rt {

namespace {
template <typename T> bool allocate(T *&array, size_t count) {
  array = static_cast<T *>(calloc(count + 1, sizeof(T)));
  return array;
}

bool openFunction(const lc_function_t &function, FunctionState &state) {
  if (!state.plans.init(function) ||
      !allocate(state.inputs, function.n_inputs) ||
      !allocate(state.outputs, function.n_outputs) ||
      !allocate(state.dims, function.n_outputs) ||
      !allocate(state.blocks, function.n_outputs))
    return false;
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    if (!allocate(state.dims[i], function.outputs[i].rank))
      return false;
  return true;
}

void closeFunction(const lc_function_t &function, FunctionState &state) {
  for (uint32_t i = 0; i < function.n_outputs; ++i) {
    if (state.dims)
      free(state.dims[i]);
    if (state.blocks)
      release(state.blocks[i]);
  }
  state.plans.destroy();
  free(state.inputs);
  free(state.outputs);
  free(state.dims);
  free(state.blocks);
}
} // namespace

int32_t openContext(Instance *instance, Context **result, Error error) {
  auto *context = static_cast<Context *>(calloc(1, sizeof(Context)));
  if (!context)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  retainInstance(instance);
  context->instance = instance;
  const lc_executable_t &executable = *instance->executable;
  bool good = allocate(context->functions, executable.n_functions);
  for (uint32_t i = 0; good && i < executable.n_functions; ++i)
    good = openFunction(executable.functions[i], context->functions[i]);
  int32_t code = good ? int32_t(LC_OK)
                      : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  if (code == LC_OK && executable.library)
    code = executable.library->open(instance->library, &context->library,
                                    error.text, error.size);
  if (code != LC_OK) {
    closeContext(context);
    return code;
  }
  *result = context;
  return LC_OK;
}

void closeContext(Context *context) {
  if (!context)
    return;
  Instance *instance = context->instance;
  const lc_executable_t &executable = *instance->executable;
  if (context->library)
    executable.library->close(context->library);
  for (uint32_t i = 0; context->functions && i < executable.n_functions; ++i)
    closeFunction(executable.functions[i], context->functions[i]);
  free(context->functions);
  release(context->arena);
  context->trace.discard();
  free(context);
  releaseInstance(instance);
}

size_t outputBytes(const Context &context) {
  const lc_executable_t &executable = *context.instance->executable;
  size_t total = 0;
  for (uint32_t f = 0; f < executable.n_functions; ++f)
    for (uint32_t i = 0; i < executable.functions[f].n_outputs; ++i)
      total += context.functions[f].blocks[i].size;
  return total;
}

size_t cachedPlans(const Context &context) {
  size_t total = 0;
  for (uint32_t f = 0; f < context.instance->executable->n_functions; ++f)
    total += context.functions[f].plans.size();
  return total;
}

} // namespace lcompile::rt
