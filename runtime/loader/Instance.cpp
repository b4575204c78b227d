// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening instances: weights, constants, packing.
#include "runtime/loader/Instance.h"

#include "runtime/base/Isa.h"
#include "runtime/base/Platform.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

int32_t checkExecutable(const lc_executable_t *executable, Error error) {
  if (!executable)
    return fail(error, LC_INCOMPATIBLE,
                "the artefact is newer than this runtime (%u.%u)",
                LC_EXECUTABLE_VERSION_MAJOR, LC_EXECUTABLE_VERSION_MINOR);
  if (executable->magic != LC_EXECUTABLE_MAGIC)
    return fail(error, LC_INCOMPATIBLE, "not an artefact: wrong magic number");
  uint32_t major = executable->version >> 16,
           minor = executable->version & 0xffff;
  if (major != LC_EXECUTABLE_VERSION_MAJOR ||
      minor > LC_EXECUTABLE_VERSION_MINOR)
    return fail(error, LC_INCOMPATIBLE,
                "artefact '%s' has version %u.%u; this runtime runs %u.0 to "
                "%u.%u",
                executable->name, major, minor, LC_EXECUTABLE_VERSION_MAJOR,
                LC_EXECUTABLE_VERSION_MAJOR, LC_EXECUTABLE_VERSION_MINOR);
  // The description of version 1.0 ended before `training`.
  if (executable->struct_size < offsetof(lc_executable_t, training))
    return fail(error, LC_INCOMPATIBLE,
                "artefact '%s' is damaged: description of %llu bytes",
                executable->name,
                static_cast<unsigned long long>(executable->struct_size));
  return checkIsa(executable->isa, error);
}

const lc_training_t *trainingOf(const lc_executable_t &executable) {
  return executable.struct_size >= sizeof(lc_executable_t) ? executable.training
                                                           : nullptr;
}

static int32_t placeGiven(const lc_executable_t &executable,
                          const lc_constant_t &constant,
                          const InstanceOptions &options, const void **place,
                          Error error) {
  for (size_t i = 0; i < options.nGiven; ++i) {
    const lc_given_t &given = options.given[i];
    if (strcmp(given.name, constant.name))
      continue;
    if (given.size != constant.size)
      return fail(error, LC_INVALID_ARGUMENT,
                  "constant '%s': expected %llu bytes, found %llu",
                  constant.name, static_cast<unsigned long long>(constant.size),
                  static_cast<unsigned long long>(given.size));
    *place = given.data;
    return LC_OK;
  }
  return fail(error, LC_INVALID_ARGUMENT,
              "artefact '%s' does not hold its constant '%s': it must be given",
              executable.name, constant.name);
}

static int32_t placeConstants(Instance &instance,
                              const InstanceOptions &options, Error error) {
  const lc_executable_t &executable = *instance.executable;
  instance.constants = static_cast<const void **>(
      calloc(size_t(executable.n_constants) + 1, sizeof(void *)));
  if (!instance.constants)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t i = 0; i < executable.n_constants; ++i) {
    const lc_constant_t &constant = executable.constants[i];
    if (constant.offset == LC_CONSTANT_GIVEN) {
      if (int32_t code = placeGiven(executable, constant, options,
                                    &instance.constants[i], error))
        return code;
      continue;
    }
    if (constant.offset % LC_ALIGNMENT ||
        constant.offset > instance.weights.size ||
        constant.size > instance.weights.size - constant.offset)
      return fail(error, LC_INCOMPATIBLE,
                  "constant '%s' lies outside the weights", constant.name);
    instance.constants[i] = instance.weights.data + constant.offset;
  }
  return LC_OK;
}

/// Lets library kernels pack their weights and drops what they packed.
static int32_t packConstants(Instance &instance, Error error) {
  const lc_executable_t &executable = *instance.executable;
  const lc_library_t *library = executable.library;
  if (!library)
    return LC_OK;
  auto *released =
      static_cast<uint8_t *>(calloc(size_t(executable.n_constants) + 1, 1));
  if (!released)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = library->create(instance.constants, instance.threads, released,
                                 &instance.library, error.text, error.size);
  for (uint32_t i = 0; code == LC_OK && i < executable.n_constants; ++i)
    if (released[i] && executable.constants[i].offset != LC_CONSTANT_GIVEN)
      instance.releasedBytes +=
          releasePages(instance.weights, instance.constants[i],
                       executable.constants[i].size);
  free(released);
  return code;
}

static void destroyInstance(Instance *instance) {
  if (instance->library)
    instance->executable->library->destroy(instance->library);
  free(instance->constants);
  closeWeights(instance->weights);
  free(instance);
}

int32_t openInstance(const lc_executable_t *executable,
                     const InstanceOptions &options, Instance **result,
                     Error error) {
  if (int32_t code = checkExecutable(executable, error))
    return code;
  if (options.threads < 0 || options.threads > 4096)
    return fail(error, LC_INVALID_ARGUMENT,
                "expected 0 to 4096 threads, found %d", options.threads);
  auto *instance = static_cast<Instance *>(calloc(1, sizeof(Instance)));
  if (!instance)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  instance->executable = executable;
  instance->references = 1;
  instance->threads = options.threads       ? options.threads
                      : executable->threads ? executable->threads
                                            : defaultThreads();
  int32_t code =
      openWeights(*executable, options.weightsPath, options.artefactPath,
                  options.verifyWeights, instance->weights, error);
  if (code == LC_OK)
    code = placeConstants(*instance, options, error);
  if (code == LC_OK)
    code = packConstants(*instance, error);
  if (code != LC_OK) {
    destroyInstance(instance);
    return code;
  }
  instance->closeArtefact = options.closeArtefact;
  instance->artefact = options.artefact;
  *result = instance;
  return LC_OK;
}

void retainInstance(Instance *instance) {
  __atomic_add_fetch(&instance->references, 1, __ATOMIC_RELAXED);
}

void releaseInstance(Instance *instance) {
  if (!instance ||
      __atomic_sub_fetch(&instance->references, 1, __ATOMIC_ACQ_REL))
    return;
  void (*closeArtefact)(void *) = instance->closeArtefact;
  void *artefact = instance->artefact;
  destroyInstance(instance);
  if (closeArtefact)
    closeArtefact(artefact);
}

} // namespace lcompile::rt
