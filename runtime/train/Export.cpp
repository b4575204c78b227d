// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model alone in one file: what it computes with, not what trains it.
#include "lcompile-c/Training.h"
#include "runtime/base/Status.h"
#include "runtime/train/Parts.h"
#include "runtime/train/Safetensors.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
bool isOfModel(const State &state) {
  return state.spec->kind == LC_STATE_PARAMETER ||
         state.spec->kind == LC_STATE_BUFFER;
}

/// Entries of a file; zero-initialised, closed by close().
struct Entries {
  TensorEntry *list;
  Block *blocks; // memory of some
  uint32_t count, most;

  int32_t open(const Trainer &trainer, Error error) {
    most = uint32_t(trainer.training->n_states);
    list = static_cast<TensorEntry *>(calloc(most + 1, sizeof(TensorEntry)));
    blocks = static_cast<Block *>(calloc(most + 1, sizeof(Block)));
    return list && blocks ? int32_t(LC_OK)
                          : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  void close() {
    for (uint32_t i = 0; blocks && i < most; ++i)
      release(blocks[i]);
    free(blocks);
    free(list);
  }
  TensorEntry &add(const State &state) {
    TensorEntry &entry = list[count++];
    entry.name = const_cast<char *>(state.name);
    entry.dtype = state.dtype;
    entry.whole = -1;
    entry.data = state.data;
    entry.size = uint64_t(state.held) * lc_dtype_size(state.dtype);
    return entry;
  }
};

/// This rank's parts of parameters.
int32_t writeOwn(const Trainer &trainer, const char *path, Error error) {
  Entries entries = {};
  int32_t code = entries.open(trainer, error);
  for (uint64_t i = 0; code == LC_OK && i < trainer.training->n_states; ++i) {
    const State &state = trainer.states[i];
    if (!isOfModel(state) || !state.isSharded())
      continue;
    TensorEntry &entry = entries.add(state);
    entry.rank = 1;
    entry.dims[0] = state.held;
    entry.begin = state.begin;
    entry.whole = state.elements;
  }
  if (code == LC_OK)
    code = writeTensors(path, entries.list, entries.count, error);
  entries.close();
  return code;
}

/// Copies the part of the entry's tensor that a file has.
int32_t takePart(TensorEntry &entry, Block &whole, const TensorFile &file,
                 const char *path, Error error) {
  for (uint32_t e = 0; e < file.count; ++e) {
    const TensorEntry &part = file.entries[e];
    if (strcmp(part.name, entry.name))
      continue;
    uint64_t begin = uint64_t(part.begin) * lc_dtype_size(entry.dtype);
    if (part.begin < 0 || part.dtype != entry.dtype || begin > entry.size ||
        part.size > entry.size - begin)
      break;
    memcpy(whole.data + begin, part.data, part.size);
    return LC_OK;
  }
  return fail(error, LC_INCOMPATIBLE, "'%s' is damaged: no part of '%s'", path,
              entry.name);
}

/// Rank 0: all tensors of the model, whole.
int32_t writeWhole(Trainer &trainer, Parts &parts, TensorFile *files,
                   const char *path, Error error) {
  Entries entries = {};
  int32_t code = entries.open(trainer, error);
  for (uint64_t i = 0; code == LC_OK && i < trainer.training->n_states; ++i) {
    const State &state = trainer.states[i];
    if (!isOfModel(state))
      continue;
    TensorEntry &entry = entries.add(state);
    entry.rank = state.spec->rank;
    if (entry.rank)
      memcpy(entry.dims, state.spec->dims, entry.rank * sizeof(int64_t));
    if (!state.isSharded())
      continue;
    Block &whole = entries.blocks[entries.count - 1];
    entry.size = uint64_t(state.elements) * lc_dtype_size(state.dtype);
    if (!reserve(whole, entry.size ? entry.size : 1))
      code =
          fail(error, LC_RESOURCE_EXHAUSTED, "no memory for '%s'", state.name);
    for (uint32_t r = 0; code == LC_OK && r < worldOf(trainer); ++r)
      if ((code = parts.name(r, error)) == LC_OK)
        code = takePart(entry, whole, files[r], parts.current, error);
    entry.data = whole.data;
  }
  if (code == LC_OK)
    code = writeTensors(path, entries.list, entries.count, error);
  entries.close();
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
    return parts.end(LC_OK, error);
  auto *files =
      static_cast<TensorFile *>(calloc(worldOf(trainer), sizeof(TensorFile)));
  code = files ? int32_t(LC_OK)
               : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t r = 0; code == LC_OK && r < worldOf(trainer); ++r)
    if ((code = parts.name(r, error)) == LC_OK)
      code = files[r].open(parts.current, error);
  if (code == LC_OK)
    code = writeWhole(trainer, parts, files, path, error);
  for (uint32_t r = 0; files && r < worldOf(trainer); ++r)
    files[r].close();
  free(files);
  return parts.end(code, error);
}
} // namespace

} // namespace lcompile::rt

using namespace lcompile::rt;

lc_status_t lc_trainer_export(lc_trainer_t *trainer, const char *path) {
  ErrorBuffer error;
  return toStatus(
      exportModel(*reinterpret_cast<Trainer *>(trainer), path, error), error);
}
