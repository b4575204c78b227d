/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: an artefact made ready for a device.
 */
#ifndef LCOMPILE_RUNTIME_HAL_PROGRAM_H
#define LCOMPILE_RUNTIME_HAL_PROGRAM_H

#include "runtime/hal/Buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor in a buffer: dense row-major, from `offset` bytes on. */
typedef struct lc_argument_s {
  lc_buffer_t *buffer;
  uint64_t offset;
  uint32_t dtype; /* lc_dtype_t */
  uint32_t rank;
  const int64_t *dims;
} lc_argument_t;

/* Code and constants on a device. Owned by whoever loaded it; must outlive
 * commands that call it. Threads: any; calls that need the same state are run
 * one after the other. */
typedef struct lc_program_s lc_program_t;
typedef struct lc_program_vtable_s lc_program_vtable_t;

struct lc_program_s {
  const lc_program_vtable_t *vtable;
  const lc_executable_t *executable; /* must outlive the program */
};

/* Every entry must be set. */
struct lc_program_vtable_s {
  void (*destroy)(lc_program_t *program);
  /* Checks the inputs' shapes (their buffers are not looked at) and writes the
   * outputs' dims to dims[output][dimension]. LC_INVALID_ARGUMENT names the
   * input, expected and found. */
  lc_status_t (*shapes)(lc_program_t *program, uint32_t function,
                        const lc_argument_t *inputs, uint32_t n_inputs,
                        int64_t (*dims)[LC_MAX_RANK], uint32_t n_outputs);
};

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_PROGRAM_H */
