/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: memory of a device.
 */
#ifndef LCOMPILE_RUNTIME_HAL_BUFFER_H
#define LCOMPILE_RUNTIME_HAL_BUFFER_H

#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where memory is. */
typedef enum lc_memory_kind_e {
  LC_MEMORY_DEVICE = 0, /* fastest for kernels */
  LC_MEMORY_HOST = 1,   /* can be mapped; fastest to copy from and to */
} lc_memory_kind_t;

/* A range of memory. Owned by whoever allocated it; must outlive every command
 * that uses it and be destroyed before its device. Threads: all functions may
 * be called from any thread; the bytes are the caller's to order. */
typedef struct lc_buffer_s lc_buffer_t;
typedef struct lc_buffer_vtable_s lc_buffer_vtable_t;

struct lc_buffer_s {
  const lc_buffer_vtable_t *vtable;
  uint64_t size; /* bytes */
  uint32_t kind; /* lc_memory_kind_t */
};

/* Every entry must be set. */
struct lc_buffer_vtable_s {
  void (*destroy)(lc_buffer_t *buffer);
  /* Gives host access to [offset, offset + size) until unmap. The caller waits
   * for commands that use the buffer first. LC_INVALID_ARGUMENT: out of range;
   * LC_UNIMPLEMENTED: not memory that the host can see. */
  lc_status_t (*map)(lc_buffer_t *buffer, uint64_t offset, uint64_t size,
                     void **data);
  void (*unmap)(lc_buffer_t *buffer);
};

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_BUFFER_H */
