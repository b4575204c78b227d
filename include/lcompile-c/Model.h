/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Running a compiled model that is linked into a program, without the runtime
 * library: the functions below are inside the model's object file or shared
 * object. The generated `model.h` includes this header.
 *
 *   lcm_model_t *m;
 *   char error[512];
 *   if (lcm_open(lc_executable_query(LC_EXECUTABLE_VERSION), NULL, 0, &m,
 * error, sizeof error)) die(error); int64_t dims[] = {4, 3}; lc_tensor_t x =
 * {data, LC_DTYPE_F32, 2, dims, NULL}, y = {0}; if (lcm_run(m, 0, &x, 1, &y,
 * 1)) die(lcm_last_error(m));
 *   // y.data, y.dims: valid until the next call
 *   lcm_close(m);
 *
 * Threads: one call at a time per lcm_model_t; lcm_clone gives another thread
 * its own, with shared weights.
 */
#ifndef LCOMPILE_C_MODEL_H
#define LCOMPILE_C_MODEL_H

#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lcm_model_s lcm_model_t;

/* The description of the model: functions, inputs, outputs, symbols. NULL when
 * `max_version` (LC_EXECUTABLE_VERSION) is older than the model. */
LC_API const lc_executable_t *lc_executable_query(uint32_t max_version);

/* Maps and packs weights. `weights`: their file, NULL for embedded ones or for
 * the file beside the model; `threads`: 0 for the model's own default. Returns
 * an lc_code_t; when it is not LC_OK, `error` (may be NULL) gets a message. */
LC_API int32_t lcm_open(const lc_executable_t *executable, const char *weights,
                        int32_t threads, lcm_model_t **model, char *error,
                        size_t error_size);

/* Another context over the same weights, for another thread. Closed on its own,
 * in any order. */
LC_API int32_t lcm_clone(lcm_model_t *model, lcm_model_t **clone);

/* Checks inputs and fills in dtype, rank and dims of the outputs. */
LC_API int32_t lcm_shapes(lcm_model_t *model, uint32_t function,
                          const lc_tensor_t *inputs, uint32_t n_inputs,
                          lc_tensor_t *outputs, uint32_t n_outputs);

/* Runs a function; see lc_tensor_t for who provides the outputs' memory. */
LC_API int32_t lcm_run(lcm_model_t *model, uint32_t function,
                       const lc_tensor_t *inputs, uint32_t n_inputs,
                       lc_tensor_t *outputs, uint32_t n_outputs);

/* The message of the last call that failed on this model; "" before. */
LC_API const char *lcm_last_error(const lcm_model_t *model);

LC_API void lcm_close(lcm_model_t *model);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_MODEL_H */
