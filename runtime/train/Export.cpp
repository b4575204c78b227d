// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model alone in one file: what it computes with, not what trains it.
#include "lcompile-c/Training.h"
#include "runtime/base/Status.h"
#include "runtime/train/Parts.h"
#include "runtime/train/StateFile.h"

#include <stdlib.h>

namespace lcompile::rt {

namespace {
/// The states of the model, and rank 0's whole copies of sharded ones.
/// Zero-initialised; closed by close().
struct Model {
  struct Whole {
    State state;
    lc_state_t spec;
    Block block;
  };
  const State **states;
  Whole *wholes;
  uint32_t count; // of states

  int32_t open(const Trainer &trainer, Error error) {
    uint64_t n = trainer.training->n_states;
    states = static_cast<const State **>(calloc(n + 1, sizeof(const State *)));
    wholes = static_cast<Whole *>(calloc(n + 1, sizeof(Whole)));
    if (!states || !wholes)
      return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
    for (uint64_t i = 0; i < n; ++i)
      if (uint32_t kind = trainer.states[i].spec->kind;
          kind == LC_STATE_PARAMETER || kind == LC_STATE_BUFFER)
        states[count++] = &trainer.states[i];
    return LC_OK;
  }

  void close() {
    for (uint32_t i = 0; wholes && i < count; ++i)
      release(wholes[i].block);
    free(wholes);
    free(states);
  }

  /// Only what ranks hold parts of.
  void keepSharded() {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; ++i)
      if (states[i]->isSharded())
        states[kept++] = states[i];
    count = kept;
  }

  /// Puts the whole of each sharded state in its place.
  int32_t collect(const TensorFile *files, uint32_t nFiles, const char *path,
                  Error error) {
    for (uint32_t i = 0; i < count; ++i) {
      if (!states[i]->isSharded())
        continue;
      Whole &whole = wholes[i];
      whole.spec = *states[i]->spec;
      whole.spec.flags &= ~LC_STATE_SHARDED;
      whole.state = *states[i];
      whole.state.spec = &whole.spec;
      whole.state.begin = 0;
      whole.state.held = whole.state.elements;
      size_t bytes =
          size_t(whole.state.elements) * lc_dtype_size(whole.state.dtype);
      if (!reserve(whole.block, bytes ? bytes : 1))
        return fail(error, LC_RESOURCE_EXHAUSTED, "no memory for '%s'",
                    whole.state.name);
      whole.state.data = whole.block.data;
      if (int32_t code = readState(whole.state, path, files, nFiles, error))
        return code;
      states[i] = &whole.state;
    }
    return LC_OK;
  }
};

/// This rank's parts of parameters.
int32_t writeOwn(const Trainer &trainer, const char *path, Error error) {
  Model model = {};
  int32_t code = model.open(trainer, error);
  if (code == LC_OK) {
    model.keepSharded();
    code = writeStates(path, model.states, model.count, error);
  }
  model.close();
  return code;
}

/// Rank 0: all tensors of the model, whole.
int32_t writeWhole(const Trainer &trainer, const TensorFile *files,
                   const char *path, Error error) {
  Model model = {};
  int32_t code = model.open(trainer, error);
  if (code == LC_OK)
    code = model.collect(files, worldOf(trainer), path, error);
  if (code == LC_OK)
    code = writeStates(path, model.states, model.count, error);
  model.close();
  return code;
}

int32_t exportModel(Trainer &trainer, const char *path, Error error) {
  Parts parts(trainer, path);
  int32_t code = parts.name(rankOf(trainer), error);
  if (code == LC_OK)
    code = writeOwn(trainer, parts.current, error);
  if (int32_t failed = agree(trainer, code, error))
    return failed;
  if (rankOf(trainer) != 0)
    return agree(trainer, LC_OK, error);
  auto *files =
      static_cast<TensorFile *>(calloc(worldOf(trainer), sizeof(TensorFile)));
  if (!files)
    code = fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t r = 0; code == LC_OK && r < worldOf(trainer); ++r)
    if ((code = parts.name(r, error)) == LC_OK)
      code = files[r].open(parts.current, error);
  if (code == LC_OK)
    code = writeWhole(trainer, files, path, error);
  for (uint32_t r = 0; files && r < worldOf(trainer); ++r)
    files[r].close();
  free(files);
  return agree(trainer, code, error);
}
} // namespace

} // namespace lcompile::rt

using namespace lcompile::rt;

lc_status_t lc_trainer_export(lc_trainer_t *trainer, const char *path) {
  ErrorBuffer error;
  return toStatus(
      exportModel(*reinterpret_cast<Trainer *>(trainer), path, error), error);
}
