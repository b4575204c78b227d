// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What executables and lcompile-run do, from the command line to the exit code.
#include "lcompile-c/Launcher.h"
#include "lcompile-c/Training.h"

#include "runtime/launcher/Compare.h"
#include "runtime/launcher/Run.h"
#include "runtime/launcher/Values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
const char *specName(const void *specs, int i) {
  return static_cast<const lc_tensor_spec_t *>(specs)[i].name;
}

/// Splits "NAME=FILE" (or "FILE" for the only output; '@' before the file is
/// accepted) and finds the output.
int32_t splitOutput(const Run &run, const char *option, const char *text,
                    uint32_t &index, const char *&file, Error error) {
  char name[256] = {0};
  size_t length = strcspn(text, "=");
  file = text;
  if (text[length] == '=') {
    if (!length || length >= sizeof name)
      return fail(error, LC_INVALID_ARGUMENT, "--%s '%s': expected NAME=FILE",
                  option, text);
    memcpy(name, text, length);
    file = text + length + 1;
  }
  file += *file == '@';
  int32_t found = findTensor("output", name, run.function->outputs,
                             run.function->n_outputs, error);
  if (found < 0)
    return LC_INVALID_ARGUMENT;
  if (!*file)
    return fail(error, LC_INVALID_ARGUMENT, "--%s '%s': no file given", option,
                text);
  index = uint32_t(found);
  return LC_OK;
}

int32_t writeOutputs(const Run &run, Error error) {
  for (int k = 0; k < run.options->outputs.count; ++k) {
    uint32_t index;
    const char *file;
    if (int32_t code = splitOutput(run, "output", run.options->outputs.items[k],
                                   index, file, error))
      return code;
    if (int32_t code = writeNpy(file, run.outputViews[index], error))
      return code;
  }
  return LC_OK;
}

/// Compares and prints; `good` turns false when something is out of tolerance.
int32_t compareOutputs(const Run &run, bool &good, Error error) {
  for (int k = 0; k < run.options->expects.count; ++k) {
    uint32_t index;
    const char *file;
    if (int32_t code = splitOutput(run, "expect", run.options->expects.items[k],
                                   index, file, error))
      return code;
    Array expected = {};
    Comparison result;
    const char *name = run.function->outputs[index].name;
    int32_t code = readNpy(file, expected, error);
    if (code == LC_OK)
      code = compare(name, run.outputViews[index], expected.view(),
                     run.options->rtol, run.options->atol, result, error);
    release(expected.block);
    if (code != LC_OK)
      return code;
    bool matches = result.mismatches == 0;
    printf("%s: %s: largest error %.3g (range %.3g, tolerance %.3g)", name,
           matches ? "matches" : "DIFFERS", result.maxError, result.range,
           result.tolerance);
    if (!matches)
      printf(" at %lld: expected %.9g, found %.9g; %lld elements differ",
             static_cast<long long>(result.position), result.expected,
             result.found, static_cast<long long>(result.mismatches));
    printf("\n");
    good &= matches;
  }
  return LC_OK;
}

/// Without anything asked for, says what came out.
void printOutputs(const Run &run) {
  for (uint32_t i = 0; i < run.function->n_outputs; ++i) {
    char shape[320];
    formatShape(run.outputViews[i], shape, sizeof shape);
    Statistics s = summarize(run.outputViews[i]);
    printf("%s: %s, min %.6g, mean %.6g, max %.6g",
           run.function->outputs[i].name, shape, s.min, s.mean, s.max);
    if (s.notFinite)
      printf(", %lld not finite", static_cast<long long>(s.notFinite));
    printf("\n");
  }
}

int32_t openRun(Run &run, Error error) {
  const Options &options = *run.options;
  int32_t index = lc_artefact_find(run.artefact, options.function);
  const lc_executable_t &executable = *lc_artefact_executable(run.artefact);
  if (index < 0) {
    int32_t code =
        fail(error, LC_INVALID_ARGUMENT, "no function '%s'; there are",
             options.function ? options.function : "");
    for (uint32_t i = 0; i < executable.n_functions; ++i)
      amend(error, " '%s'", executable.functions[i].name);
    return code;
  }
  run.index = uint32_t(index);
  run.function = &executable.functions[index];
  lc_instance_options_t wanted = {};
  wanted.struct_size = sizeof wanted;
  wanted.threads = int32_t(options.threads);
  wanted.weights_path = options.weights;
  wanted.flags = options.verifyWeights ? LC_INSTANCE_VERIFY_WEIGHTS : 0;
  if (int32_t code =
          take(lc_instance_open(run.artefact, &wanted, &run.instance), error))
    return code;
  if (int32_t code = take(lc_context_open(run.instance, &run.context), error))
    return code;
  size_t inputs = run.function->n_inputs, outputs = run.function->n_outputs;
  run.inputs = static_cast<Array *>(calloc(inputs + 1, sizeof(Array)));
  run.inputViews =
      static_cast<lc_tensor_t *>(calloc(inputs + 1, sizeof(lc_tensor_t)));
  run.outputViews =
      static_cast<lc_tensor_t *>(calloc(outputs + 1, sizeof(lc_tensor_t)));
  return run.inputs && run.inputViews && run.outputViews
             ? int32_t(LC_OK)
             : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
}

void closeRun(Run &run) {
  for (uint32_t i = 0; run.inputs && i < run.function->n_inputs; ++i)
    release(run.inputs[i].block);
  free(run.inputs);
  free(run.inputViews);
  free(run.outputViews);
  lc_context_close(run.context);
  lc_instance_close(run.instance);
}

/// Names in --output and --expect are checked before anything runs.
int32_t checkNames(const Run &run, Error error) {
  uint32_t index;
  const char *file;
  for (int k = 0; k < run.options->outputs.count; ++k)
    if (int32_t code = splitOutput(run, "output", run.options->outputs.items[k],
                                   index, file, error))
      return code;
  for (int k = 0; k < run.options->expects.count; ++k)
    if (int32_t code = splitOutput(run, "expect", run.options->expects.items[k],
                                   index, file, error))
      return code;
  return LC_OK;
}

bool changesInputs(const lc_function_t &function) {
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    if (function.outputs[i].alias >= 0)
      return true;
  return false;
}

/// Options that only one of the two ways to run a function has.
int32_t checkTrainingOptions(const Options &options, Error error) {
  bool trains = options.trains();
  const char *alone = options.save          ? "save"
                      : options.load        ? "load"
                      : options.world       ? "world"
                      : options.timeout > 0 ? "timeout"
                                            : nullptr;
  if (alone && !trains)
    return fail(error, LC_INVALID_ARGUMENT,
                "--%s is for training: --steps N, --data DIR or --export FILE",
                alone);
  if (options.saveEvery && !options.save)
    return fail(error, LC_INVALID_ARGUMENT, "--save-every needs --save DIR");
  const char *other = options.benchmark       ? "benchmark"
                      : options.expects.count ? "expect"
                                              : nullptr;
  if (trains && other)
    return fail(error, LC_INVALID_ARGUMENT,
                "--%s runs the function once, not a training", other);
  if ((options.linkBytes || options.linkLatency > 0) && !options.world)
    return fail(error, LC_INVALID_ARGUMENT,
                "--link-rate and --link-latency need --world: other links are "
                "what they are");
  return LC_OK;
}

int32_t runAll(Run &run, bool &good, Error error) {
  const Options &options = *run.options;
  if (int32_t code = checkTrainingOptions(options, error))
    return code;
  if (int32_t code = openRun(run, error))
    return code;
  if (int32_t code = checkNames(run, error))
    return code;
  if (options.trains())
    run.training = lc_executable_training(lc_artefact_executable(run.artefact));
  if (int32_t code = makeInputs(run, error))
    return code;
  if (options.trains())
    return runTraining(run, error);
  if (options.profile) {
    // The first call also makes what later calls reuse. One that changes its
    // inputs cannot be repeated.
    if (!changesInputs(*run.function))
      if (int32_t code = runOnce(run, error))
        return code;
    if (int32_t code = take(lc_context_profile_start(run.context), error))
      return code;
  }
  if (int32_t code = runOnce(run, error))
    return code;
  if (options.profile)
    if (int32_t code =
            take(lc_context_profile_stop(run.context, options.profile), error))
      return code;
  if (int32_t code = writeOutputs(run, error))
    return code;
  if (int32_t code = compareOutputs(run, good, error))
    return code;
  if (options.benchmark)
    return benchmark(run, error);
  if (!options.outputs.count && !options.expects.count && !options.profile)
    printOutputs(run);
  return LC_OK;
}

int32_t launch(int argc, char **argv, const char *usage,
               lc_artefact_t *artefact, bool &good, Error error) {
  Options options;
  int32_t code = parseOptions(argc, argv, options, error);
  if (code == LC_OK && options.help) {
    printHelp(usage, options.helpAll);
  } else if (code == LC_OK && !artefact) {
    code = fail(error, LC_INVALID_ARGUMENT,
                "no artefact given; --help tells "
                "how");
  } else if (code == LC_OK && options.info) {
    printInfo(artefact);
  } else if (code == LC_OK) {
    Run run = {};
    run.options = &options;
    run.artefact = artefact;
    code = runAll(run, good, error);
    closeRun(run);
  }
  freeOptions(options);
  return code;
}
} // namespace

int32_t take(lc_status_t status, Error error) {
  if (!status)
    return LC_OK;
  int32_t code = lc_status_code(status);
  fail(error, lc_code_t(code), "%s", lc_status_message(status));
  lc_status_free(status);
  return code;
}

int32_t findTensor(const char *kind, const char *name,
                   const lc_tensor_spec_t *specs, uint32_t count, Error error) {
  if (!*name) {
    if (count == 1)
      return 0;
    fail(error, LC_INVALID_ARGUMENT, "the model has %u %ss: say which one",
         count, kind);
    return -1;
  }
  for (uint32_t i = 0; i < count; ++i)
    if (!strcmp(specs[i].name, name))
      return int32_t(i);
  fail(error, LC_INVALID_ARGUMENT, "no %s '%s'", kind, name);
  const char *near = nearest(name, int(count), specName, specs);
  if (near || count)
    amend(error, "; did you mean '%s'?", near ? near : specs[0].name);
  return -1;
}

int32_t runOnce(Run &run, Error error) {
  // The runtime provides outputs; updated inputs are changed in place.
  for (uint32_t i = 0; i < run.function->n_outputs; ++i)
    run.outputViews[i] = {};
  return take(lc_context_run(run.context, run.index, run.inputViews,
                             run.function->n_inputs, run.outputViews,
                             run.function->n_outputs),
              error);
}

} // namespace lcompile::rt

int lc_launcher_main(int argc, char **argv, const char *program,
                     const char *usage, lc_artefact_t *artefact) {
  using namespace lcompile::rt;
  ErrorBuffer error;
  bool good = true;
  int32_t code = launch(argc, argv, usage, artefact, good, error);
  if (code != LC_OK)
    fprintf(stderr, "%s: error: %s\n", program, error.text);
  fflush(stdout);
  if (code == LC_INTERNAL)
    return 2;
  return code == LC_OK && good ? 0 : 1;
}
