// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One run of a function from the command line: its tensors and what is done
// with them.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_RUN_H
#define LCOMPILE_RUNTIME_LAUNCHER_RUN_H

#include "lcompile-c/Runtime.h"
#include "runtime/launcher/InputSpec.h"
#include "runtime/launcher/Npy.h"
#include "runtime/launcher/Options.h"

namespace lcompile::rt {

/// Everything of one run. Zero-initialised; closed by closeRun.
struct Run {
  Options *options;
  lc_artefact_t *artefact;
  lc_instance_t *instance;
  lc_context_t *context;
  const lc_function_t *function;
  uint32_t index;                // of the function
  const lc_training_t *training; // when steps are run, else null
  Array *inputs; // n_inputs; those of states stay empty in a training
  lc_tensor_t *inputViews, *outputViews;
};

/// Makes the inputs: files, or generated ones for the sizes that files, shapes
/// and --dim leave (Inputs.cpp).
int32_t makeInputs(Run &run, Error error);

/// Whether the input is the trainer's (Inputs.cpp).
bool isState(const Run &run, uint32_t input);

/// Runs once and fills the output views.
int32_t runOnce(Run &run, Error error);

/// Times runs and prints the result (Benchmark.cpp).
int32_t benchmark(Run &run, Error error);

/// Runs the steps that the options ask for (Train.cpp).
int32_t runTraining(Run &run, Error error);

/// Prints what an artefact is (Info.cpp).
void printInfo(lc_artefact_t *artefact);

/// The index of the input or output called `name` ("" for the only one), or -1
/// with a message that suggests the nearest; `kind` is "input" or "output".
int32_t findTensor(const char *kind, const char *name,
                   const lc_tensor_spec_t *specs, uint32_t count, Error error);

/// Copies a status into `error`, frees it and returns its code.
int32_t take(lc_status_t status, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_RUN_H
