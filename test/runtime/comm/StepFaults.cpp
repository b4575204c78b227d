// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a compiled training step on loopback ranks, one of which does not do
// what its program says: step-faults STEP.so FAULT RANK NUMBER. FAULT is swap
// (start NUMBER comes behind the next one), skip, or size (half as many
// elements). Prints what each rank says and after how many milliseconds.
#include "lcompile-c/Comm.h"
#include "lcompile-c/Training.h"
#include "runtime/base/Platform.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

/// A start that is held back.
struct Held {
  const lc_collective_t *what = nullptr;
  std::vector<const void *> sources;
  std::vector<void *> destinations;
  void *scratch;
};

std::string fault;
uint32_t guilty;
unsigned number, started;
const lc_channel_vtable_t *real;
Held held;
const lc_collective_t *skipped;
lc_collective_t smaller;
std::vector<lc_collective_tensor_t> smallerTensors;

int32_t release(lc_channel_t *channel, char *error, size_t size) {
  if (!held.what)
    return LC_OK;
  Held now = std::move(held);
  held = {};
  return real->start(channel, now.what, now.sources.data(),
                     now.destinations.data(), now.scratch, error, size);
}

int32_t start(lc_channel_t *channel, const lc_collective_t *what,
              const void *const *sources, void *const *destinations,
              void *scratch, char *error, size_t size) {
  bool isChosen = ++started == number;
  if (isChosen && fault == "swap") {
    held = {what,
            {sources, sources + what->n_tensors},
            {destinations, destinations + what->n_tensors},
            scratch};
    return LC_OK;
  }
  if (isChosen && fault == "skip") {
    skipped = what;
    return LC_OK;
  }
  if (isChosen) {
    smaller = *what;
    smallerTensors.assign(what->tensors, what->tensors + what->n_tensors);
    for (lc_collective_tensor_t &tensor : smallerTensors)
      tensor.elements /= 2;
    smaller.tensors = smallerTensors.data();
    what = &smaller;
  }
  if (int32_t code = real->start(channel, what, sources, destinations, scratch,
                                 error, size))
    return code;
  return release(channel, error, size);
}

int32_t wait(lc_channel_t *channel, const lc_collective_t *what, char *error,
             size_t size) {
  if (what == skipped)
    return LC_OK;
  if (what == held.what) // nothing came between: there is no next one to swap
    if (int32_t code = release(channel, error, size))
      return code;
  bool isSmaller = smaller.tensors && what->ticket == smaller.ticket;
  return real->wait(channel, isSmaller ? &smaller : what, error, size);
}

int32_t poll(lc_channel_t *channel, char *error, size_t size) {
  return real->poll(channel, error, size);
}

const lc_channel_vtable_t wrong = {start, wait, poll};

std::string take(lc_status_t status) {
  std::string text = status ? lc_status_message(status) : "";
  lc_status_free(status);
  return text;
}

/// Steps on zeros until one fails.
std::string train(lc_artefact_t *artefact, lc_channel_t *channel) {
  lc_instance_t *instance;
  lc_trainer_t *trainer;
  if (std::string error = take(lc_instance_open(artefact, nullptr, &instance));
      !error.empty())
    return error;
  if (std::string error = take(lc_trainer_open(instance, channel, &trainer));
      !error.empty())
    return error;
  const lc_executable_t &executable = *lc_artefact_executable(artefact);
  const lc_function_t &function =
      executable.functions[lc_executable_training(&executable)->function];
  std::vector<std::vector<int64_t>> memory;
  std::vector<lc_tensor_t> inputs;
  for (const uint32_t *i = lc_trainer_inputs(trainer); *i != UINT32_MAX; ++i) {
    const lc_tensor_spec_t &spec = function.inputs[*i];
    memory.emplace_back();
    for (uint32_t d = 0; d < spec.rank; ++d)
      memory.back().push_back(spec.dims[d].value);
  }
  std::vector<int64_t> zeros(1 << 16);
  unsigned next = 0;
  for (const uint32_t *i = lc_trainer_inputs(trainer); *i != UINT32_MAX; ++i) {
    const lc_tensor_spec_t &spec = function.inputs[*i];
    inputs.push_back(
        {zeros.data(), spec.dtype, spec.rank, memory[next++].data(), nullptr});
  }
  std::string error;
  for (int step = 0; step < 3 && error.empty(); ++step) {
    lc_tensor_t output = {};
    error = take(lc_trainer_step(trainer, inputs.data(),
                                 uint32_t(inputs.size()), &output, 1));
  }
  lc_trainer_close(trainer);
  lc_instance_close(instance);
  return error.empty() ? "no error" : error;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  fault = argv[2];
  guilty = uint32_t(atoi(argv[3]));
  number = unsigned(atoi(argv[4]));
  lc_artefact_t *artefact;
  if (std::string error = take(lc_artefact_open(argv[1], nullptr, &artefact));
      !error.empty()) {
    fprintf(stderr, "%s\n", error.c_str());
    return 2;
  }
  const lc_executable_t &executable = *lc_artefact_executable(artefact);
  uint32_t world = lc_executable_training(&executable)->world;
  std::vector<lc_channel_t *> channels(world);
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.timeout_seconds = 60;
  if (std::string error =
          take(lc_channel_open_loopback(world, &options, channels.data()));
      !error.empty()) {
    fprintf(stderr, "%s\n", error.c_str());
    return 2;
  }
  real = channels[guilty]->vtable;
  channels[guilty]->vtable = &wrong;
  std::vector<std::string> errors(world);
  std::vector<std::thread> threads;
  std::vector<long> milliseconds(world);
  int64_t begin = lcompile::rt::wallNanoseconds();
  for (uint32_t r = 0; r < world; ++r)
    threads.emplace_back([&, r] {
      errors[r] = train(artefact, channels[r]);
      milliseconds[r] =
          long((lcompile::rt::wallNanoseconds() - begin) / 1000000);
    });
  for (std::thread &thread : threads)
    thread.join();
  for (uint32_t r = 0; r < world; ++r) {
    printf("%u %ld %s\n", r, milliseconds[r], errors[r].c_str());
    lc_channel_close(channels[r]);
  }
  lc_artefact_close(artefact);
}
