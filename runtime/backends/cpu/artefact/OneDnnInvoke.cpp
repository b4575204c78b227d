// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contexts of library kernels: primitives per shape and running them.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt::onednn {

namespace {
bool openCache(const OpState &state, OpCache &cache) {
  cache.slots = state.nSizes ? OpCache::capacity : 1;
  cache.entries =
      static_cast<Primitive *>(calloc(size_t(cache.slots), sizeof(Primitive)));
  cache.keys = static_cast<int64_t *>(
      calloc(size_t(cache.slots) * size_t(state.nSizes) + 1, sizeof(int64_t)));
  return cache.entries && cache.keys;
}

/// Makes an op's primitive for the sizes in `plan` and the scratch it needs.
int32_t make(Session &session, uint32_t index, const int64_t *plan,
             Primitive &primitive, Error error) {
  Shapes shapes;
  resolve(lc_artefact_library_ops[index], plan, shapes);
  int32_t code =
      makePrimitive(*session.library, index, shapes, primitive, error);
  if (code != LC_OK || reserve(session.scratch, primitive.scratchSize))
    return code;
  destroyPrimitive(primitive);
  return fail(error, LC_RESOURCE_EXHAUSTED,
              "no memory for %zu bytes of scratch", primitive.scratchSize);
}

/// The primitive for the sizes in `plan`; NULL after an error.
Primitive *find(Session &session, uint32_t index, const int64_t *plan,
                int32_t &code, Error error) {
  const OpState &state = session.library->ops[index];
  OpCache &cache = session.ops[index];
  ++session.clock;
  int victim = 0;
  for (int i = 0; i < cache.used; ++i) {
    const int64_t *key = cache.keys + i * state.nSizes;
    bool same = true;
    for (int k = 0; same && k < state.nSizes; ++k)
      same = key[k] == plan[state.sizes[k]];
    if (same) {
      cache.lastUse[i] = session.clock;
      return &cache.entries[i];
    }
    if (cache.lastUse[i] < cache.lastUse[victim])
      victim = i;
  }
  if (cache.used < cache.slots)
    victim = cache.used;
  else
    destroyPrimitive(cache.entries[victim]);
  code = make(session, index, plan, cache.entries[victim], error);
  if (code != LC_OK) {
    // A slot without a primitive must not be found: the last one takes it.
    if (victim < cache.used) {
      int last = --cache.used;
      cache.entries[victim] = cache.entries[last];
      cache.entries[last] = {};
      cache.lastUse[victim] = cache.lastUse[last];
      for (int k = 0; k < state.nSizes; ++k)
        cache.keys[victim * state.nSizes + k] =
            cache.keys[last * state.nSizes + k];
    }
    return nullptr;
  }
  if (victim == cache.used)
    ++cache.used;
  cache.lastUse[victim] = session.clock;
  for (int k = 0; k < state.nSizes; ++k)
    cache.keys[victim * state.nSizes + k] = plan[state.sizes[k]];
  return &cache.entries[victim];
}

void point(Primitive &primitive, int argument, const void *data) {
  if (primitive.memories[argument])
    dnnl_memory_set_data_handle(primitive.memories[argument],
                                const_cast<void *>(data));
}

/// Copies the staged tensor; `data` is its memory outside of the library.
dnnl_status_t copyStaged(Session &session, Primitive &primitive, void *data) {
  const Staging &staging = primitive.staging;
  dnnl_memory_t inside = primitive.memories[staging.argument];
  bool out = staging.argument == argDst;
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_FROM, out ? inside : staging.outside},
      {DNNL_ARG_TO, out ? staging.outside : inside}};
  dnnl_memory_set_data_handle(staging.outside, data);
  return dnnl_primitive_execute(staging.copy, session.stream, 2, arguments);
}

dnnl_status_t execute(Session &session, const lc_library_op_t &op,
                      Primitive &primitive, void *const *buffers) {
  if (!primitive.primitive) {
    if (primitive.zeroed)
      memset(buffers[3], 0, primitive.zeroed);
    return dnnl_success;
  }
  point(primitive, argSrc, primitive.source ? primitive.source : buffers[0]);
  point(primitive, argWeights,
        primitive.weights ? primitive.weights : buffers[1]);
  point(primitive, argBias,
        op.bias_constant >= 0 ? session.library->constants[op.bias_constant]
                              : buffers[2]);
  point(primitive, argDst, buffers[3]);
  point(primitive, argScratch, session.scratch.data);
  for (uint32_t i = 0; i < op.n_post_ops; ++i)
    if (primitive.memories[argPostOps + i])
      point(primitive, argPostOps + int(i), buffers[op.post_ops[i].buffer]);
  const Staging &staging = primitive.staging;
  if (staging.copy)
    point(primitive, staging.argument, session.scratch.data + staging.offset);
  dnnl_status_t status = dnnl_success;
  if (staging.copy && staging.argument == argWeights)
    status = copyStaged(session, primitive, buffers[1]);
  if (status == dnnl_success)
    status = dnnl_primitive_execute(primitive.primitive, session.stream,
                                    primitive.nArguments, primitive.arguments);
  if (status == dnnl_success && staging.copy && staging.argument == argDst)
    status = copyStaged(session, primitive, buffers[3]);
  return status == dnnl_success ? dnnl_stream_wait(session.stream) : status;
}
} // namespace

int32_t openSession(void *instance, void **result, char *text, size_t size) {
  Error error = {text, size};
  auto *library = static_cast<Library *>(instance);
  auto *session = static_cast<Session *>(calloc(1, sizeof(Session)));
  if (!session)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  session->library = library;
  session->ops = static_cast<OpCache *>(
      calloc(size_t(library->nOps) + 1, sizeof(OpCache)));
  bool good = session->ops &&
              dnnl_stream_create(&session->stream, library->engine,
                                 dnnl_stream_default_flags) == dnnl_success;
  for (uint32_t i = 0; good && i < library->nOps; ++i)
    good = openCache(library->ops[i], session->ops[i]);
  int32_t code = good ? int32_t(LC_OK)
                      : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  ThreadLimit limit(library->threads);
  for (uint32_t i = 0; code == LC_OK && i < library->nOps; ++i)
    if (library->ops[i].nSizes == 0)
      find(*session, i, nullptr, code, error);
  if (code != LC_OK) {
    closeSession(session);
    return code;
  }
  *result = session;
  return LC_OK;
}

void closeSession(void *handle) {
  auto *session = static_cast<Session *>(handle);
  for (uint32_t i = 0; session->ops && i < session->library->nOps; ++i) {
    OpCache &cache = session->ops[i];
    for (int k = 0; k < cache.used; ++k)
      destroyPrimitive(cache.entries[k]);
    free(cache.entries);
    free(cache.keys);
  }
  free(session->ops);
  if (session->stream)
    dnnl_stream_destroy(session->stream);
  release(session->scratch);
  free(session);
}

} // namespace lcompile::rt::onednn

using namespace lcompile::rt;
using namespace lcompile::rt::onednn;

int32_t lc_artefact_invoke(const lc_call_t *call, uint32_t dispatch,
                           uint32_t index, void *const *buffers) {
  if (call->profile)
    call->profile(call->profile_user, dispatch, 0);
  Error error = {call->error, call->error_size};
  auto &session = *static_cast<Session *>(call->library);
  const lc_library_op_t &op = lc_artefact_library_ops[index];
  ThreadLimit limit(session.library->threads);
  int32_t code = LC_OK;
  Primitive *primitive = find(session, index, call->plan, code, error);
  if (primitive) {
    dnnl_status_t status = execute(session, op, *primitive, buffers);
    if (status != dnnl_success) {
      Shapes shapes;
      resolve(op, call->plan, shapes);
      code = explain(error, status, op, shapes);
    }
  }
  if (call->profile)
    call->profile(call->profile_user, dispatch, 1);
  return code;
}
