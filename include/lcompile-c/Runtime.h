/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loading and running compiled artefacts: the stable C API of
 * liblcompile-runtime.
 *
 *   artefact   a file (or a description in this process); knows what is inside
 *   instance   an artefact with its weights, mapped and packed; shared
 *   context    what one thread of calls needs: arena, scratch, cached plans
 *
 * Ownership: what *_open gives is closed by its *_close; an instance keeps its
 * artefact and a context its instance alive, so the order does not matter.
 * Threads: artefacts and instances may be used from any number of threads at
 * once. A context runs one call at a time; a second call while one runs is
 * refused with LC_INVALID_ARGUMENT. All results of one context (shapes, outputs
 * that the runtime provides) stay valid until its next call.
 * Structures start with `struct_size`, set by the caller to sizeof; fields are
 * only ever appended.
 *
 * Changes:
 *   1.0  first version
 *   1.1  lc_instance_options_t.given
 */
#ifndef LCOMPILE_C_RUNTIME_H
#define LCOMPILE_C_RUNTIME_H

#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LC_RUNTIME_API_MAJOR 1u
#define LC_RUNTIME_API_MINOR 1u

typedef struct lc_artefact_s lc_artefact_t;
typedef struct lc_instance_s lc_instance_t;
typedef struct lc_context_s lc_context_t;

/* (major << 16) | minor of the library that answers. */
LC_API uint32_t lc_runtime_api_version(void);

/* The LC_ISA_* bits that this machine and its kernel support. */
LC_API uint64_t lc_runtime_isa(void);

/* --- artefacts ---------------------------------------------------------- */

typedef struct lc_artefact_options_s {
  size_t struct_size;
  /* A folder with libraries that the artefact needs and that are not on the
   * system's path, or NULL. The folder of liblcompile-runtime is tried too. */
  const char *library_path;
} lc_artefact_options_t;

/* Opens a compiled shared object. The whole file is read and checked (footer,
 * digest, ELF structure, version, ISA, needed libraries) before any of its code
 * runs. `options` may be NULL.
 * LC_INVALID_ARGUMENT: no such file; LC_INCOMPATIBLE: damaged, not an artefact,
 * or of another version; LC_UNAVAILABLE: needs another CPU or a library. */
LC_API lc_status_t lc_artefact_open(const char *path,
                                    const lc_artefact_options_t *options,
                                    lc_artefact_t **artefact);

/* An artefact that is linked into this process. `executable` stays the
 * caller's and must outlive the artefact. */
LC_API lc_status_t lc_artefact_wrap(const lc_executable_t *executable,
                                    lc_artefact_t **artefact);

LC_API void lc_artefact_close(lc_artefact_t *artefact);

/* What is inside: functions, inputs and outputs with dtypes, dimensions and
 * symbols with bounds, kernels, target, build id. Valid until the artefact and
 * everything opened from it is closed. */
LC_API const lc_executable_t *
lc_artefact_executable(const lc_artefact_t *artefact);

/* The path that was opened; "" for a wrapped one. */
LC_API const char *lc_artefact_path(const lc_artefact_t *artefact);

/* The index of the function called `name`, the first one when `name` is NULL,
 * or -1. */
LC_API int32_t lc_artefact_find(const lc_artefact_t *artefact,
                                const char *name);

/* --- instances ---------------------------------------------------------- */

#define LC_INSTANCE_VERIFY_WEIGHTS 1u /* read all weights, check the digest */

/* Memory for a constant that the artefact does not hold (LC_CONSTANT_GIVEN):
 * dense row-major data, aligned to its element. */
typedef struct lc_given_s {
  const char *name;
  const void *data;
  uint64_t size; /* in bytes; checked */
} lc_given_t;

typedef struct lc_instance_options_s {
  size_t struct_size;
  int32_t threads; /* 0: what the artefact says, else all cores allowed */
  uint32_t flags;
  const char *weights_path; /* NULL: beside the artefact */
  /* The constants that the artefact wants given, in any order; more are
   * allowed. The memory stays the caller's, is read only, and must outlive the
   * instance. */
  const lc_given_t *given;
  size_t n_given;
} lc_instance_options_t;

typedef struct lc_instance_info_s {
  size_t struct_size;
  int32_t threads;
  int32_t reserved;
  const char *weights_path; /* NULL when embedded or without weights */
  uint64_t weights_bytes;   /* mapped or embedded */
  uint64_t released_bytes;  /* of these, given back after packing */
} lc_instance_info_t;

/* Maps the weights and packs what library kernels want packed. By default the
 * weights' size, header and build id are checked, not every byte of them.
 * `options` may be NULL. LC_INVALID_ARGUMENT: no weights file, a constant not
 * given; LC_INCOMPATIBLE: weights damaged or of another build. */
LC_API lc_status_t lc_instance_open(lc_artefact_t *artefact,
                                    const lc_instance_options_t *options,
                                    lc_instance_t **instance);
LC_API void lc_instance_close(lc_instance_t *instance);
LC_API void lc_instance_info(const lc_instance_t *instance,
                             lc_instance_info_t *info);

/* --- contexts ----------------------------------------------------------- */

LC_API lc_status_t lc_context_open(lc_instance_t *instance,
                                   lc_context_t **context);
LC_API void lc_context_close(lc_context_t *context);

/* Checks inputs (their `data` is not read) and fills in dtype, rank and dims of
 * the outputs; `data` stays as it is. Counts must be those of the function.
 * LC_INVALID_ARGUMENT names the input, the dimension, expected and found. */
LC_API lc_status_t lc_context_shapes(lc_context_t *context, uint32_t function,
                                     const lc_tensor_t *inputs,
                                     uint32_t n_inputs, lc_tensor_t *outputs,
                                     uint32_t n_outputs);

/* Runs a function. Inputs and outputs as said at lc_tensor_t. After an error
 * the context stays usable; the contents of outputs are then unspecified.
 * Outputs must not overlap inputs, except the input that they update.
 * Once a shape has been seen, a call allocates nothing. */
LC_API lc_status_t lc_context_run(lc_context_t *context, uint32_t function,
                                  const lc_tensor_t *inputs, uint32_t n_inputs,
                                  lc_tensor_t *outputs, uint32_t n_outputs);

typedef struct lc_context_info_s {
  size_t struct_size;
  uint64_t arena_bytes;    /* of the last call's plan */
  uint64_t arena_reserved; /* memory held: the largest so far */
  uint64_t output_bytes;   /* memory held for outputs */
  uint64_t cached_plans;   /* shape signatures remembered; bounded */
} lc_context_info_t;

LC_API void lc_context_info(const lc_context_t *context,
                            lc_context_info_t *info);

/* Records every dispatch from now on, up to about a million; more are counted
 * as dropped. */
LC_API lc_status_t lc_context_profile_start(lc_context_t *context);

/* Stops recording and writes a Chrome trace (JSON; load it in a browser's
 * tracing page) with one event per dispatch: kernel, unit, model lines. The
 * file appears whole or not at all. */
LC_API lc_status_t lc_context_profile_stop(lc_context_t *context,
                                           const char *path);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_RUNTIME_H */
