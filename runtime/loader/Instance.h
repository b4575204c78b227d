// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An artefact with its weights: what all contexts share.
#ifndef LCOMPILE_RUNTIME_LOADER_INSTANCE_H
#define LCOMPILE_RUNTIME_LOADER_INSTANCE_H

#include "lcompile-c/Runtime.h"
#include "runtime/memory/Weights.h"

namespace lcompile::rt {

struct InstanceOptions {
  int32_t threads = 0;
  bool verifyWeights = false;
  const char *weightsPath = nullptr;  // NULL: beside the artefact
  const char *artefactPath = nullptr; // NULL: linked into this process
  const lc_given_t *given = nullptr;
  size_t nGiven = 0;
  /// Called when the last reference goes: lets go of the artefact's file.
  void (*closeArtefact)(void *artefact) = nullptr;
  void *artefact = nullptr;
};

/// Counted by its opener and its contexts. Read-only after open, hence safe to
/// share between threads.
struct Instance {
  const lc_executable_t *executable;
  const void **constants;
  void *library; // from lc_library_t.create
  Weights weights;
  size_t releasedBytes;
  int32_t threads;
  uint32_t references;
  void (*closeArtefact)(void *artefact);
  void *artefact;
};

/// Checks magic, version and ISA of an executable.
int32_t checkExecutable(const lc_executable_t *executable, Error error);

/// What makes a function of the executable a training step, or null.
const lc_training_t *trainingOf(const lc_executable_t &executable);

/// Maps and packs the weights. On success the instance has one reference; on
/// failure closeArtefact is not called.
int32_t openInstance(const lc_executable_t *executable,
                     const InstanceOptions &options, Instance **instance,
                     Error error);

void retainInstance(Instance *instance);
void releaseInstance(Instance *instance);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_INSTANCE_H
