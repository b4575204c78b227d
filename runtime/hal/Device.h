/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: a device and what can be made on it.
 */
#ifndef LCOMPILE_RUNTIME_HAL_DEVICE_H
#define LCOMPILE_RUNTIME_HAL_DEVICE_H

#include "runtime/hal/Stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a device is. Strings live as long as the device. */
typedef struct lc_device_info_s {
  size_t struct_size;
  const char *name;        /* "cpu" */
  const char *description; /* for people */
  uint64_t memory_bytes;   /* of LC_MEMORY_DEVICE; 0: not known */
  uint64_t isa;            /* LC_ISA_* bits, for machine code */
  uint32_t threads;        /* workers of one call */
  uint32_t maps_memory;    /* 1: LC_MEMORY_DEVICE can be mapped */
} lc_device_info_t;

/* An opened device. Owned by whoever opened it; everything made on it is
 * destroyed first. Threads: any. */
typedef struct lc_device_s lc_device_t;
typedef struct lc_device_vtable_s lc_device_vtable_t;

struct lc_device_s {
  const lc_device_vtable_t *vtable;
};

/* Every entry must be set. Results are the caller's to destroy. */
struct lc_device_vtable_s {
  void (*destroy)(lc_device_t *device);
  void (*info)(lc_device_t *device, lc_device_info_t *info);
  /* At least LC_ALIGNMENT aligned; contents are not defined. `size` may be 0.
   * LC_RESOURCE_EXHAUSTED: no memory. */
  lc_status_t (*allocate)(lc_device_t *device, lc_memory_kind_t kind,
                          uint64_t size, lc_buffer_t **buffer);
  /* Makes an artefact ready. LC_INCOMPATIBLE: of another version or damaged;
   * LC_UNAVAILABLE: needs another machine. */
  lc_status_t (*load)(lc_device_t *device, const lc_executable_t *executable,
                      lc_program_t **program);
  lc_status_t (*create_stream)(lc_device_t *device, lc_stream_t **stream);
  lc_status_t (*create_event)(lc_device_t *device, lc_event_t **event);
};

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_DEVICE_H */
