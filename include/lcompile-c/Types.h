/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the public C headers share: tensors, statuses and names of dtypes.
 */
#ifndef LCOMPILE_C_TYPES_H
#define LCOMPILE_C_TYPES_H

#include "lcompile-c/Executable.h"

#if defined(__GNUC__)
#define LC_API __attribute__((visibility("default")))
#else
#define LC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A view of a dense row-major tensor. It owns nothing.
 *
 * As an input: `data` may be NULL only when the tensor has no elements;
 * `strides`, in elements, may be NULL; when given they are checked to be dense
 * row-major (strides of dimensions of size 1 do not matter).
 *
 * As an output: with `data` NULL the runtime provides the memory (or, for an
 * output that updates an input in place, that input) and fills in every field;
 * with `data` set the result is written there, `dims` (when not NULL), `rank`
 * and `dtype` (when not LC_DTYPE_INVALID) are checked, then filled in. */
typedef struct lc_tensor_s {
  void *data;
  uint32_t dtype; /* lc_dtype_t */
  uint32_t rank;
  const int64_t *dims;
  const int64_t *strides;
} lc_tensor_t;

LC_STATIC_ASSERT(sizeof(lc_tensor_t) == 32, "ABI");

/* The result of a call: NULL when good, else an error that the caller owns and
 * frees. Every function here accepts NULL. */
typedef struct lc_status_s *lc_status_t;

/* The lc_code_t of a status; LC_OK for NULL. */
LC_API int32_t lc_status_code(lc_status_t status);

/* The message, lower case and without a final period; "" for NULL. Valid until
 * the status is freed. */
LC_API const char *lc_status_message(lc_status_t status);

LC_API void lc_status_free(lc_status_t status);

/* The bytes of one element, 0 for an invalid dtype. */
LC_API size_t lc_dtype_size(uint32_t dtype);

/* "f32", "i64", ...; "invalid" for an invalid dtype. Static data. */
LC_API const char *lc_dtype_name(uint32_t dtype);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_TYPES_H */
