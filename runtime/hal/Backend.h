/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * HAL: the list of backends.
 */
#ifndef LCOMPILE_RUNTIME_HAL_BACKEND_H
#define LCOMPILE_RUNTIME_HAL_BACKEND_H

#include "runtime/hal/Device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A kind of device. Static data. */
typedef struct lc_backend_s {
  const char *name;
  /* Devices on this machine; 0 when drivers are missing. */
  int32_t (*count)(void);
  /* LC_INVALID_ARGUMENT: no such device. */
  lc_status_t (*open)(int32_t index, lc_device_t **device);
} lc_backend_t;

/* All backends of this build, cpu first; `*count` gets their number. */
LC_API const lc_backend_t *const *lc_backends(uint32_t *count);

/* The backend called `name`, or NULL. */
LC_API const lc_backend_t *lc_backend_find(const char *name);

/* One function per backend; Registry.cpp lists them. */
const lc_backend_t *lc_cpu_backend(void);
const lc_backend_t *lc_null_backend(void);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_HAL_BACKEND_H */
