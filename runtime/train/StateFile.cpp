// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// States in files.
#include "runtime/train/StateFile.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
using LongLong = long long;

/// Copies what `entry` has of the rank's part; `covered` counts elements.
int32_t takeEntry(State &state, const TensorEntry &entry, const char *path,
                  int64_t &covered, Error error) {
  int64_t held = 1;
  for (uint32_t d = 0; d < entry.rank; ++d)
    held *= entry.dims[d];
  bool isPart = entry.whole >= 0;
  int64_t whole = isPart ? entry.whole : held, begin = isPart ? entry.begin : 0;
  bool same = entry.dtype == state.dtype && whole == state.elements;
  if (!isPart) {
    same &= entry.rank == state.spec->rank;
    for (uint32_t d = 0; same && d < entry.rank; ++d)
      same = entry.dims[d] == state.spec->dims[d];
  }
  if (!same)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s': state '%s': expected %lld elements of %s, found %lld of "
                "%s, or another shape",
                path, state.name, LongLong(state.elements),
                lc_dtype_name(state.dtype), LongLong(whole),
                lc_dtype_name(entry.dtype));
  if (begin < 0 || begin > whole - held)
    return fail(error, LC_INCOMPATIBLE,
                "'%s' is damaged: a part of '%s' lies outside", path,
                state.name);
  int64_t from = begin > state.begin ? begin : state.begin,
          end = begin + held < state.begin + state.held
                    ? begin + held
                    : state.begin + state.held;
  if (from >= end)
    return LC_OK;
  size_t element = lc_dtype_size(state.dtype);
  memcpy(state.data + size_t(from - state.begin) * element,
         entry.data + size_t(from - begin) * element,
         size_t(end - from) * element);
  covered += end - from;
  return LC_OK;
}
} // namespace

int32_t writeStates(const char *path, const State *const *states,
                    uint32_t count, Error error) {
  auto *entries =
      static_cast<TensorEntry *>(calloc(count + 1, sizeof(TensorEntry)));
  if (!entries)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t i = 0; i < count; ++i) {
    const State &state = *states[i];
    TensorEntry &entry = entries[i];
    lc_tensor_t view = state.view();
    entry.name = const_cast<char *>(state.name);
    entry.dtype = view.dtype;
    entry.rank = view.rank;
    if (view.rank)
      memcpy(entry.dims, view.dims, view.rank * sizeof(int64_t));
    entry.begin = state.begin;
    entry.whole = state.isSharded() ? state.elements : -1;
    entry.data = state.data;
    entry.size = uint64_t(state.held) * lc_dtype_size(state.dtype);
  }
  int32_t code = writeTensors(path, entries, count, error);
  free(entries);
  return code;
}

int32_t readState(State &state, const char *path, const TensorFile *files,
                  uint32_t count, Error error) {
  int64_t covered = 0;
  bool isThere = false;
  for (uint32_t f = 0; f < count; ++f)
    for (uint32_t e = 0; e < files[f].count; ++e) {
      const TensorEntry &entry = files[f].entries[e];
      if (strcmp(entry.name, state.name))
        continue;
      isThere = true;
      if (int32_t code = takeEntry(state, entry, path, covered, error))
        return code;
    }
  if (!isThere || covered != state.held)
    return fail(error, LC_INVALID_ARGUMENT,
                "the checkpoint '%s' has no %sstate '%s'", path,
                isThere ? "whole " : "", state.name);
  return LC_OK;
}

} // namespace lcompile::rt
