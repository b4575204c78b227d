/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: points in time on streams.
 */
#ifndef LCOMPILE_RUNTIME_HAL_EVENT_H
#define LCOMPILE_RUNTIME_HAL_EVENT_H

#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Signalled when a stream reaches the place where it was recorded. Owned by
 * whoever created it; reusable. Threads: any. */
typedef struct lc_event_s lc_event_t;
typedef struct lc_event_vtable_s lc_event_vtable_t;

struct lc_event_s {
  const lc_event_vtable_t *vtable;
};

/* Every entry must be set. */
struct lc_event_vtable_s {
  void (*destroy)(lc_event_t *event);
  /* 1 when signalled, else 0. A new event is not signalled. */
  int32_t (*query)(lc_event_t *event);
  /* Waits at most `nanoseconds` (negative: for ever). LC_UNAVAILABLE when the
   * time is over. */
  lc_status_t (*wait)(lc_event_t *event, int64_t nanoseconds);
};

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_EVENT_H */
