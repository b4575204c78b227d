/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the simulator and a compiled TPC kernel tell each other.
 *
 * A kernel's text is compiled behind the emulation header, which defines
 * `lc_tpc_run`. Free-standing, and without the names of <stdint.h>: kernels may
 * define those themselves.
 */
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNELABI_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNELABI_H

#ifdef __cplusplus
extern "C" {
#endif

#define LC_TPC_MAX_RANK 5
#define LC_TPC_MAX_TENSORS 16
#define LC_TPC_MAX_SCALARS 32

/* Element types: the bits of the vendor's TensorDataType. */
enum {
  LC_TPC_I8 = 1 << 2,
  LC_TPC_U8 = 1 << 3,
  LC_TPC_F8_152 = 1 << 4,
  LC_TPC_F8_143 = 1 << 5,
  LC_TPC_I16 = 1 << 6,
  LC_TPC_U16 = 1 << 7,
  LC_TPC_BF16 = 1 << 8,
  LC_TPC_F16 = 1 << 9,
  LC_TPC_I32 = 1 << 10,
  LC_TPC_U32 = 1 << 11,
  LC_TPC_F32 = 1 << 12,
};

/* A tensor's descriptor. Dimension 0 changes fastest; dimensions from `rank` on
 * have size 1. Kernels may change sizes and the pad value (set_dim_size,
 * set_pad_value): each box of a launch has a copy of its own. */
typedef struct lc_tpc_tensor_s {
  void *data;
  unsigned dtype;                             /* LC_TPC_* */
  unsigned rank;                              /* 1 to 5 */
  unsigned size[LC_TPC_MAX_RANK];             /* elements */
  unsigned pad;                               /* bits of an element */
  unsigned long long stride[LC_TPC_MAX_RANK]; /* elements; stride[0] is 1 */
} lc_tpc_tensor_t;

/* LC_TPC_FENCE is an aso, told to `touch` with its switches as the tensor and
 * without a range. */
enum { LC_TPC_LOAD = 0, LC_TPC_STORE = 1, LC_TPC_RMW = 2, LC_TPC_FENCE = 3 };

/* One run of a kernel over a box of its index space, by one thread. Unused
 * callbacks are null. */
typedef struct lc_tpc_launch_s {
  int offset[LC_TPC_MAX_RANK]; /* of the box, members */
  int size[LC_TPC_MAX_RANK];   /* 1 in dimensions without meaning */
  unsigned n_tensors, n_scalars;
  lc_tpc_tensor_t *tensors; /* in the order of main's arguments */
  const unsigned *scalars;  /* bits, in the order of main's arguments */
  void *user;               /* for the callbacks */
  /* An access to elements [low, high] (both inclusive, five dimensions, before
   * they are clipped to the tensor) of tensor number `tensor`. */
  void (*touch)(void *user, unsigned tensor, int kind, const int *low,
                const int *high, int line);
  /* Text of printf, without an end. */
  void (*print)(void *user, const char *text, unsigned length);
  /* Something that hardware would not survive or not define; the kernel goes
   * on. `line` is the kernel's. */
  void (*fault)(void *user, const char *message, int line);
} lc_tpc_launch_t;

/* What a compiled kernel exports. */
typedef struct lc_tpc_kernel_s {
  unsigned struct_size;
  unsigned n_tensors, n_scalars;             /* arguments of main */
  char scalar_types[LC_TPC_MAX_SCALARS + 1]; /* i, u, f, c, s, b, h a scalar */
  unsigned vlm_bytes, slm_bytes; /* of __local__ variables, when known */
  void (*run)(const lc_tpc_launch_t *launch);
} lc_tpc_kernel_t;

/* Exported as lc_tpc_kernel_query. */
typedef const lc_tpc_kernel_t *(*lc_tpc_kernel_query_fn)(void);
#define LC_TPC_KERNEL_QUERY_NAME "lc_tpc_kernel_query"

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNELABI_H */
