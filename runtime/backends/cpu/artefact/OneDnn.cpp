// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lc_artefact_library: instances of oneDNN state with packed weights.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <stdlib.h>
#include <string.h>

#define LC_TEXT(x) #x
#define LC_STRING(x) LC_TEXT(x)

namespace lcompile::rt::onednn {

int32_t explain(Error error, dnnl_status_t status, const lc_library_op_t &op,
                const Shapes &shapes) {
  char text[256];
  describe(op, shapes, text, sizeof text);
  switch (status) {
  case dnnl_out_of_memory:
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory for %s", text);
  case dnnl_unimplemented:
    return fail(error, LC_UNIMPLEMENTED, "oneDNN has no kernel for %s", text);
  case dnnl_invalid_arguments:
    return fail(error, LC_INTERNAL, "oneDNN refuses the arguments of %s", text);
  default:
    return fail(error, LC_INTERNAL, "oneDNN failed with status %d at %s",
                int(status), text);
  }
}

static void destroyLibrary(void *handle) {
  auto *library = static_cast<Library *>(handle);
  for (Packed *packed = library->packs; packed;) {
    Packed *next = packed->next;
    destroyPacked(packed);
    packed = next;
  }
  for (uint32_t i = 0; library->ops && i < library->nOps; ++i)
    free(library->ops[i].sizes);
  free(library->ops);
  if (library->engine)
    dnnl_engine_destroy(library->engine);
  pthread_mutex_destroy(&library->mutex);
  free(library);
}

static int32_t checkVersion(Error error) {
  const dnnl_version_t *version = dnnl_version();
  if (version->major == DNNL_VERSION_MAJOR &&
      version->minor >= DNNL_VERSION_MINOR)
    return LC_OK;
  return fail(error, LC_UNAVAILABLE,
              "the model needs oneDNN %d.%d or newer within %d, found %d.%d",
              DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, DNNL_VERSION_MAJOR,
              version->major, version->minor);
}

/// oneDNN keeps the last 1024 primitives of the process, some 60 KiB each,
/// which is much for models that see many shapes. Ours are kept per op, so its
/// cache only has to share equal primitives between ops and contexts.
static void limitCache() {
  constexpr int enough = 128;
  int capacity = 0;
  if (getenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY") ||
      getenv("DNNL_PRIMITIVE_CACHE_CAPACITY"))
    return;
  if (dnnl_get_primitive_cache_capacity(&capacity) == dnnl_success &&
      capacity > enough)
    dnnl_set_primitive_cache_capacity(enough);
}

static int32_t openOp(Library &library, uint32_t index, Error error) {
  OpState &state = library.ops[index];
  int32_t sizes[maxDynamicSizes];
  state.nSizes = dynamicSizes(lc_artefact_library_ops[index], sizes);
  state.sizes =
      static_cast<int32_t *>(calloc(size_t(state.nSizes) + 1, sizeof(int32_t)));
  if (!state.sizes)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  memcpy(state.sizes, sizes, size_t(state.nSizes) * sizeof(int32_t));
  return chooseLayout(library, index, error);
}

/// Marks constants that exist packed and that no op reads as they are.
static void markReleased(const Library &library, uint8_t *released) {
  for (const Packed *packed = library.packs; packed; packed = packed->next)
    if (packed->block.data)
      released[packed->constant] = 1;
  for (const Packed *packed = library.packs; packed; packed = packed->next)
    if (!packed->block.data)
      released[packed->constant] = 0;
  for (uint32_t i = 0; i < library.nOps; ++i)
    if (lc_artefact_library_ops[i].bias_constant >= 0)
      released[lc_artefact_library_ops[i].bias_constant] = 0;
}

static int32_t createLibrary(const void *const *constants, int32_t threads,
                             uint8_t *released, void **instance, char *text,
                             size_t size) {
  Error error = {text, size};
  if (int32_t code = checkVersion(error))
    return code;
  auto *library = static_cast<Library *>(calloc(1, sizeof(Library)));
  if (!library)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  pthread_mutex_init(&library->mutex, nullptr);
  library->constants = constants;
  library->threads = threads;
  library->nOps = lc_artefact_n_library_ops;
  library->ops = static_cast<OpState *>(
      calloc(size_t(library->nOps) + 1, sizeof(OpState)));
  int32_t code = LC_OK;
  if (!library->ops ||
      dnnl_engine_create(&library->engine, dnnl_cpu, 0) != dnnl_success)
    code = fail(error, LC_RESOURCE_EXHAUSTED, "cannot create a oneDNN engine");
  limitCache();
  ThreadLimit limit(threads);
  for (uint32_t i = 0; code == LC_OK && i < library->nOps; ++i)
    code = openOp(*library, i, error);
  if (code != LC_OK) {
    destroyLibrary(library);
    return code;
  }
  markReleased(*library, released);
  *instance = library;
  return LC_OK;
}

} // namespace lcompile::rt::onednn

// `n_ops` is for people; the generated lc_artefact_n_library_ops counts.
const lc_library_t lc_artefact_library = {
    sizeof(lc_library_t),
    0,
    "onednn " LC_STRING(DNNL_VERSION_MAJOR) "." LC_STRING(
        DNNL_VERSION_MINOR) "." LC_STRING(DNNL_VERSION_PATCH),
    lcompile::rt::onednn::createLibrary,
    lcompile::rt::onednn::destroyLibrary,
    lcompile::rt::onednn::openSession,
    lcompile::rt::onednn::closeSession,
};
