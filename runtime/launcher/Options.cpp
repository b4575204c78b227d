// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing options from one table, which is also the help.
#include "runtime/launcher/Options.h"

#include <errno.h>
#include <initializer_list>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
enum Id {
  idInput,
  idOutput,
  idExpect,
  idDim,
  idFunction,
  idWeights,
  idVerifyWeights,
  idThreads,
  idRtol,
  idAtol,
  idBenchmark,
  idProfile,
  idInfo,
  idSteps,
  idData,
  idWorld,
  idSave,
  idSaveEvery,
  idExport,
  idLoad,
  idTimeout,
  idLinkRate,
  idLinkLatency,
  idHelp,
  idHelpAll,
};
enum Argument { none, optional, required };

struct Option {
  Id id;
  Argument argument;
  const char *name, *value, *help;
  bool isRare = false; // in --help-all only
};

constexpr Option table[] = {
    {idInput, required, "input", " NAME=VALUE",
     "an input: x=@x.npy, x=0, x=rand(SEED) or x=rand(SEED,LOW,HIGH),\n"
     "                         with a shape: 'x: 4x128=rand(1)'; default "
     "rand(0)"},
    {idOutput, required, "output", " NAME=FILE",
     "write an output as .npy; NAME= is optional when there is one"},
    {idExpect, required, "expect", " NAME=@FILE",
     "compare an output with a .npy file; exit code 1 when it differs"},
    {idRtol, required, "rtol", " X",
     "tolerance relative to the largest expected value; default 1e-4,\n"
     "                         f16 and bf16 1e-2, f64 1e-8, integers 0"},
    {idAtol, required, "atol", " X", "absolute tolerance, added; default 0"},
    {idDim, required, "dim", " SYMBOL=N",
     "a dynamic size of generated inputs; default the smallest"},
    {idFunction, required, "function", " NAME",
     "which function; default the first"},
    {idThreads, required, "threads", " N",
     "default: as compiled, else all cores"},
    {idBenchmark, optional, "benchmark", "[=N]",
     "time N runs (default: a second of them), wall and processor"},
    {idProfile, required, "profile", " FILE",
     "write a Chrome trace of one run: kernels, times, model lines"},
    {idInfo, none, "info", "", "print what the model is, and run nothing"},
    {idWeights, required, "weights", " FILE",
     "weights file; default beside the model", /*isRare=*/true},
    {idVerifyWeights, none, "verify-weights", "",
     "check every byte of the weights first", /*isRare=*/true},
    {idSteps, required, "steps", " N",
     "train: N steps; default once over the data"},
    {idData, required, "data", " DIR",
     "train on samples: DIR/NAME.npy for each input NAME"},
    {idWorld, required, "world", " N",
     "train: N ranks as threads of this process; default as launched\n"
     "                         (mpirun, torchrun)",
     /*isRare=*/true},
    {idSave, required, "save", " DIR", "train: save a checkpoint at the end",
     /*isRare=*/true},
    {idSaveEvery, required, "save-every", " N",
     "train: and after every N steps", /*isRare=*/true},
    {idExport, required, "export", " FILE",
     "train: write parameters and running statistics into one .safetensors;\n"
     "                         with --load alone: those of the checkpoint",
     /*isRare=*/true},
    {idLoad, required, "load", " DIR", "train: go on from a checkpoint",
     /*isRare=*/true},
    {idTimeout, required, "timeout", " S",
     "train: give up after S seconds without progress; default 60",
     /*isRare=*/true},
    {idLinkRate, required, "link-rate", " N",
     "with --world: N bytes a second leave a rank, for experiments",
     /*isRare=*/true},
    {idLinkLatency, required, "link-latency", " US",
     "with --world: microseconds a message takes", /*isRare=*/true},
    {idHelp, none, "help", "", "print this"},
    {idHelpAll, none, "help-all", "", "print all options"},
};
constexpr int tableSize = sizeof table / sizeof table[0];

const char *optionName(const void *, int i) { return table[i].name; }

int editDistance(const char *a, const char *b) {
  int row[64];
  size_t n = strlen(b);
  if (n >= 63)
    return 99;
  for (size_t j = 0; j <= n; ++j)
    row[j] = int(j);
  for (size_t i = 0; a[i]; ++i) {
    int diagonal = row[0];
    row[0] = int(i) + 1;
    for (size_t j = 0; j < n; ++j) {
      int change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      int shift = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
      row[j + 1] = change < shift ? change : shift;
    }
  }
  return row[n];
}

int32_t refuse(const char *text, Error error) {
  if (text[0] != '-')
    return fail(error, LC_INVALID_ARGUMENT,
                "unexpected argument '%s'; inputs are given as --input "
                "NAME=@FILE.npy",
                text);
  const char *name = text + strspn(text, "-");
  char word[64];
  snprintf(word, sizeof word, "%.*s", int(strcspn(name, "=")), name);
  const char *near = nearest(word, tableSize, optionName, nullptr);
  int32_t code =
      fail(error, LC_INVALID_ARGUMENT, "unknown option '--%s'", word);
  if (near)
    amend(error, "; did you mean '--%s'?", near);
  else
    amend(error, "; --help lists them");
  return code;
}

int32_t notNumber(const Option &option, const char *value, Error error) {
  return fail(error, LC_INVALID_ARGUMENT,
              "--%s: expected a number, 0 or more, found '%s'", option.name,
              value);
}

int32_t apply(const Option &option, const char *value, Options &options,
              Error error) {
  bool good = true;
  switch (option.id) {
  case idInput:
    options.inputs.items[options.inputs.count++] = value;
    break;
  case idOutput:
    options.outputs.items[options.outputs.count++] = value;
    break;
  case idExpect:
    options.expects.items[options.expects.count++] = value;
    break;
  case idDim:
    options.dims.items[options.dims.count++] = value;
    break;
  case idFunction:
    options.function = value;
    break;
  case idWeights:
    options.weights = value;
    break;
  case idProfile:
    options.profile = value;
    break;
  case idThreads:
    good = parseInteger(value, options.threads) && options.threads >= 0 &&
           options.threads <= 4096;
    break;
  case idRtol:
    good = parseNumber(value, options.rtol) && options.rtol >= 0;
    break;
  case idAtol:
    good = parseNumber(value, options.atol) && options.atol >= 0;
    break;
  case idBenchmark:
    options.benchmark = true;
    good = !value || (parseInteger(value, options.iterations) &&
                      options.iterations > 0 && options.iterations <= 1000000);
    break;
  case idInfo:
    options.info = true;
    break;
  case idSteps:
    good = parseInteger(value, options.steps) && options.steps > 0;
    break;
  case idData:
    options.data = value;
    break;
  case idWorld:
    good = parseInteger(value, options.world) && options.world > 0;
    break;
  case idSave:
    options.save = value;
    break;
  case idSaveEvery:
    good = parseInteger(value, options.saveEvery) && options.saveEvery > 0;
    break;
  case idExport:
    options.exported = value;
    break;
  case idLoad:
    options.load = value;
    break;
  case idTimeout:
    good = parseNumber(value, options.timeout) && options.timeout > 0;
    break;
  case idLinkRate:
    good = parseInteger(value, options.linkBytes) && options.linkBytes > 0;
    break;
  case idLinkLatency:
    good = parseNumber(value, options.linkLatency) && options.linkLatency >= 0;
    break;
  case idHelpAll:
    options.helpAll = true;
    [[fallthrough]];
  case idHelp:
    options.help = true;
    break;
  case idVerifyWeights:
    options.verifyWeights = true;
    break;
  }
  return good ? int32_t(LC_OK) : notNumber(option, value, error);
}

const Option *findOption(const char *text, const char **value) {
  if (!strcmp(text, "-h"))
    text = "--help";
  if (strncmp(text, "--", 2))
    return nullptr;
  const char *name = text + 2;
  size_t length = strcspn(name, "=");
  *value = name[length] ? name + length + 1 : nullptr;
  for (const Option &option : table)
    if (strlen(option.name) == length && !strncmp(option.name, name, length))
      return &option;
  return nullptr;
}
} // namespace

const char *nearest(const char *text, int count,
                    const char *(*name)(const void *, int),
                    const void *context) {
  const char *best = nullptr;
  int bestDistance = int(strlen(text)) / 2 + 1;
  for (int i = 0; i < count; ++i) {
    const char *candidate = name(context, i);
    int distance = editDistance(text, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

bool parseInteger(const char *text, int64_t &value) {
  char *end;
  errno = 0;
  value = strtoll(text, &end, 10);
  return end != text && !*end && !errno;
}

bool parseNumber(const char *text, double &value) {
  char *end;
  value = strtod(text, &end);
  return end != text && !*end;
}

int32_t parseOptions(int argc, char **argv, Options &options, Error error) {
  for (Values *values :
       {&options.inputs, &options.outputs, &options.expects, &options.dims}) {
    values->items = static_cast<const char **>(
        calloc(size_t(argc) + 1, sizeof(const char *)));
    if (!values->items)
      return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  for (int i = 1; i < argc; ++i) {
    const char *value = nullptr;
    const Option *option = findOption(argv[i], &value);
    if (!option)
      return refuse(argv[i], error);
    if (option->argument == none && value)
      return fail(error, LC_INVALID_ARGUMENT, "--%s takes no value",
                  option->name);
    if (option->argument == required && !value) {
      if (i + 1 == argc)
        return fail(error, LC_INVALID_ARGUMENT, "--%s expects a value:%s",
                    option->name, option->value);
      value = argv[++i];
    }
    if (int32_t code = apply(*option, value, options, error))
      return code;
  }
  return LC_OK;
}

void freeOptions(Options &options) {
  for (Values *values :
       {&options.inputs, &options.outputs, &options.expects, &options.dims})
    free(values->items);
}

void printHelp(const char *usage, bool all) {
  printf("usage: %s [options]\n\n", usage);
  for (const Option &option : table) {
    if (option.isRare && !all)
      continue;
    char left[40];
    snprintf(left, sizeof left, "--%s%s", option.name, option.value);
    printf("  %-22s %s\n", left, option.help);
  }
  printf("\nexit code: 0 good, 1 wrong use or a result out of tolerance, "
         "2 internal error\n");
}

} // namespace lcompile::rt
