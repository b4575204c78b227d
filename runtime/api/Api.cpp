// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lcompile-c/Runtime.h over the loader, except opening files (File.cpp), so
// that executables can carry it too.
#include "runtime/api/Api.h"

#include "runtime/base/Isa.h"
#include "runtime/base/Status.h"
#include "runtime/loader/Context.h"

#include <stdlib.h>
#include <string.h>

using namespace lcompile::rt;

// Instances and contexts are the loader's own; the public names are only
// handles.
static Instance *unwrap(lc_instance_t *instance) {
  return reinterpret_cast<Instance *>(instance);
}
static Context *unwrap(lc_context_t *context) {
  return reinterpret_cast<Context *>(context);
}

/// Copies what both sides know of a structure that starts with struct_size.
template <typename T> static T readOptions(const T *options) {
  T result = {};
  if (options) {
    size_t size =
        options->struct_size < sizeof(T) ? options->struct_size : sizeof(T);
    memcpy(&result, options, size);
  }
  return result;
}
template <typename T> static void writeInfo(T *info, T value) {
  size_t size = info->struct_size < sizeof(T) ? info->struct_size : sizeof(T);
  value.struct_size = info->struct_size;
  memcpy(info, &value, size);
}

uint32_t lc_runtime_api_version(void) {
  return LC_RUNTIME_API_MAJOR << 16 | LC_RUNTIME_API_MINOR;
}

uint64_t lc_runtime_isa(void) { return hostIsa(); }

lc_artefact_t *lcompile::rt::makeArtefact(const lc_executable_t *executable,
                                          const char *path, void *handle,
                                          void (*closeHandle)(void *)) {
  auto *artefact =
      static_cast<lc_artefact_t *>(calloc(1, sizeof(lc_artefact_t)));
  if (!artefact)
    return nullptr;
  *artefact = {executable, strdup(path), handle, 1, closeHandle};
  if (artefact->path)
    return artefact;
  free(artefact);
  return nullptr;
}

lc_status_t lc_artefact_wrap(const lc_executable_t *executable,
                             lc_artefact_t **artefact) {
  ErrorBuffer error;
  if (int32_t code = checkExecutable(executable, error))
    return toStatus(code, error);
  *artefact = makeArtefact(executable, "", nullptr, nullptr);
  return *artefact ? nullptr
                   : makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
}

void lc_artefact_close(lc_artefact_t *artefact) {
  if (!artefact ||
      __atomic_sub_fetch(&artefact->references, 1, __ATOMIC_ACQ_REL))
    return;
  if (artefact->handle)
    artefact->closeHandle(artefact->handle);
  free(artefact->path);
  free(artefact);
}

const lc_executable_t *lc_artefact_executable(const lc_artefact_t *artefact) {
  return artefact->executable;
}

const char *lc_artefact_path(const lc_artefact_t *artefact) {
  return artefact->path;
}

int32_t lc_artefact_find(const lc_artefact_t *artefact, const char *name) {
  const lc_executable_t &executable = *artefact->executable;
  for (uint32_t i = 0; i < executable.n_functions; ++i)
    if (!name || !strcmp(executable.functions[i].name, name))
      return int32_t(i);
  return -1;
}

lc_status_t lc_instance_open(lc_artefact_t *artefact,
                             const lc_instance_options_t *options,
                             lc_instance_t **instance) {
  lc_instance_options_t given = readOptions(options);
  InstanceOptions wanted;
  wanted.threads = given.threads;
  wanted.verifyWeights = given.flags & LC_INSTANCE_VERIFY_WEIGHTS;
  wanted.weightsPath = given.weights_path;
  wanted.artefactPath = artefact->path;
  wanted.given = given.given;
  wanted.nGiven = given.n_given;
  wanted.closeArtefact = [](void *artefact) {
    lc_artefact_close(static_cast<lc_artefact_t *>(artefact));
  };
  wanted.artefact = artefact;
  ErrorBuffer error;
  Instance *result;
  if (int32_t code = openInstance(artefact->executable, wanted, &result, error))
    return toStatus(code, error);
  __atomic_add_fetch(&artefact->references, 1, __ATOMIC_RELAXED);
  *instance = reinterpret_cast<lc_instance_t *>(result);
  return nullptr;
}

void lc_instance_close(lc_instance_t *instance) {
  releaseInstance(unwrap(instance));
}

void lc_instance_info(const lc_instance_t *handle, lc_instance_info_t *info) {
  auto *instance = reinterpret_cast<const Instance *>(handle);
  writeInfo(info, {0, instance->threads, 0, instance->weights.path,
                   instance->weights.size, instance->releasedBytes});
}

lc_status_t lc_context_open(lc_instance_t *instance, lc_context_t **context) {
  ErrorBuffer error;
  Context *result;
  if (int32_t code = openContext(unwrap(instance), &result, error))
    return toStatus(code, error);
  *context = reinterpret_cast<lc_context_t *>(result);
  return nullptr;
}

void lc_context_close(lc_context_t *context) { closeContext(unwrap(context)); }

lc_status_t lc_context_shapes(lc_context_t *context, uint32_t function,
                              const lc_tensor_t *inputs, uint32_t n_inputs,
                              lc_tensor_t *outputs, uint32_t n_outputs) {
  ErrorBuffer error;
  return toStatus(inferShapes(*unwrap(context), function, inputs, n_inputs,
                              outputs, n_outputs, error),
                  error);
}

lc_status_t lc_context_run(lc_context_t *context, uint32_t function,
                           const lc_tensor_t *inputs, uint32_t n_inputs,
                           lc_tensor_t *outputs, uint32_t n_outputs) {
  ErrorBuffer error;
  return toStatus(runFunction(*unwrap(context), function, inputs, n_inputs,
                              outputs, n_outputs, error),
                  error);
}

void lc_context_info(const lc_context_t *handle, lc_context_info_t *info) {
  auto *context = reinterpret_cast<const Context *>(handle);
  writeInfo(info, {0, uint64_t(context->arenaBytes), context->arena.size,
                   outputBytes(*context), cachedPlans(*context)});
}

lc_status_t lc_context_profile_start(lc_context_t *context) {
  ErrorBuffer error;
  return toStatus(unwrap(context)->trace.start(error), error);
}

lc_status_t lc_context_profile_stop(lc_context_t *handle, const char *path) {
  ErrorBuffer error;
  Context *context = unwrap(handle);
  return toStatus(
      context->trace.write(*context->instance->executable, path, error), error);
}
