// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lcompile-c/Model.h: the loader for models that are linked into a program.
#include "lcompile-c/Model.h"

#include "runtime/loader/Context.h"

#include <stdlib.h>

using namespace lcompile::rt;

struct lcm_model_s {
  Context *context;
  ErrorBuffer error;
};

static int32_t openModel(Instance *instance, lcm_model_t **result,
                         Error error) {
  auto *model = static_cast<lcm_model_t *>(calloc(1, sizeof(lcm_model_t)));
  if (!model)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = openContext(instance, &model->context, error);
  if (code == LC_OK)
    *result = model;
  else
    free(model);
  return code;
}

int32_t lcm_open(const lc_executable_t *executable, const char *weights,
                 int32_t threads, lcm_model_t **model, char *error,
                 size_t error_size) {
  Error sink = {error, error ? error_size : 0};
  InstanceOptions options;
  options.threads = threads;
  options.weightsPath = weights;
  Instance *instance;
  int32_t code = openInstance(executable, options, &instance, sink);
  if (code != LC_OK)
    return code;
  code = openModel(instance, model, sink);
  releaseInstance(instance); // the context keeps its own reference
  return code;
}

int32_t lcm_clone(lcm_model_t *model, lcm_model_t **clone) {
  return openModel(model->context->instance, clone, model->error);
}

int32_t lcm_shapes(lcm_model_t *model, uint32_t function,
                   const lc_tensor_t *inputs, uint32_t n_inputs,
                   lc_tensor_t *outputs, uint32_t n_outputs) {
  return inferShapes(*model->context, function, inputs, n_inputs, outputs,
                     n_outputs, model->error);
}

int32_t lcm_run(lcm_model_t *model, uint32_t function,
                const lc_tensor_t *inputs, uint32_t n_inputs,
                lc_tensor_t *outputs, uint32_t n_outputs) {
  return runFunction(*model->context, function, inputs, n_inputs, outputs,
                     n_outputs, model->error);
}

const char *lcm_last_error(const lcm_model_t *model) {
  return model->error.text;
}

void lcm_close(lcm_model_t *model) {
  if (!model)
    return;
  closeContext(model->context);
  free(model);
}
