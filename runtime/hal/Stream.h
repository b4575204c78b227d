/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: commands in order.
 */
#ifndef LCOMPILE_RUNTIME_HAL_STREAM_H
#define LCOMPILE_RUNTIME_HAL_STREAM_H

#include "runtime/hal/Event.h"
#include "runtime/hal/Program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A queue whose commands run one after the other; different streams may run at
 * the same time. Owned by whoever created it; destroying it waits. Threads: one
 * at a time per stream.
 *
 * A command that cannot be right (sizes, shapes) is refused when it is given.
 * An error while it runs is reported by the command itself or by the next
 * synchronize, once; commands behind it still run. */
typedef struct lc_stream_s lc_stream_t;
typedef struct lc_stream_vtable_s lc_stream_vtable_t;

struct lc_stream_s {
  const lc_stream_vtable_t *vtable;
};

/* Every entry must be set. */
struct lc_stream_vtable_s {
  void (*destroy)(lc_stream_t *stream);
  /* Copies bytes between buffers, which may be of different kinds; ranges of
   * one buffer must not overlap. */
  lc_status_t (*copy)(lc_stream_t *stream, lc_buffer_t *from,
                      uint64_t from_offset, lc_buffer_t *to, uint64_t to_offset,
                      uint64_t size);
  /* Sets every byte of a range. */
  lc_status_t (*fill)(lc_stream_t *stream, lc_buffer_t *buffer, uint64_t offset,
                      uint64_t size, uint8_t value);
  /* Runs a function of a program. Outputs that update an input may name the
   * same range as it. */
  lc_status_t (*call)(lc_stream_t *stream, lc_program_t *program,
                      uint32_t function, const lc_argument_t *inputs,
                      uint32_t n_inputs, const lc_argument_t *outputs,
                      uint32_t n_outputs);
  /* Signals the event when the commands so far are done. */
  lc_status_t (*record)(lc_stream_t *stream, lc_event_t *event);
  /* Later commands run only after the event, of this or another stream. */
  lc_status_t (*wait)(lc_stream_t *stream, lc_event_t *event);
  /* Returns when all commands are done. */
  lc_status_t (*synchronize)(lc_stream_t *stream);
};

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_STREAM_H */
