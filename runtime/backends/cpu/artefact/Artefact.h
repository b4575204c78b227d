/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What generated code calls and what it gives: the inner side of a CPU
 * artefact.
 *
 * The functions here are compiled once, without exceptions, RTTI or libstdc++,
 * and linked by lcompile into every artefact, so both sides always are of the
 * same version. Nothing here is public; the public contract is
 * include/lcompile-c/Executable.h.
 */
#ifndef LCOMPILE_RUNTIME_BACKENDS_CPU_ARTEFACT_H
#define LCOMPILE_RUNTIME_BACKENDS_CPU_ARTEFACT_H

#include "lcompile-c/Executable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A generated kernel. Runs iterations [begin, end) of its parallel loop over
 * `buffers` (inputs first, then outputs). 0 when good; 1 + p when an index at
 * flat position p of the index tensor is out of range. */
typedef int64_t (*lc_kernel_fn)(void *const *buffers, const int64_t *symbols,
                                int64_t begin, int64_t end);

/* Runs a kernel over [0, total), on at most call->threads threads with at least
 * `grain` iterations each. lc_code_t; sets call->error. */
int32_t lc_artefact_dispatch(const lc_call_t *call, uint32_t dispatch,
                             lc_kernel_fn kernel, void *const *buffers,
                             int64_t total, int64_t grain);

/* Runs library op `op` of lc_artefact_library_ops. */
int32_t lc_artefact_invoke(const lc_call_t *call, uint32_t dispatch,
                           uint32_t op, void *const *buffers);

/* Starts collective `collective` of the module's table: for each tensor a
 * source, then for each a destination, then scratch. */
int32_t lc_artefact_start(const lc_call_t *call, uint32_t dispatch,
                          uint32_t collective, void *const *buffers);
int32_t lc_artefact_wait(const lc_call_t *call, uint32_t dispatch,
                         uint32_t collective);
/* Lets what is under way make progress. */
int32_t lc_artefact_poll(const lc_call_t *call);

/* A size known at compile time (>= 0), or -1 - i: plan[i] of the call. */
typedef int64_t lc_size_t;

#define LC_LIBRARY_MAX_RANK 6
#define LC_LIBRARY_MAX_POST_OPS 8

/* A tensor as library ops see it. Strides are in elements. */
typedef struct lc_library_tensor_s {
  uint32_t dtype; /* lc_dtype_t; LC_DTYPE_INVALID: absent */
  uint32_t rank;
  lc_size_t dims[LC_LIBRARY_MAX_RANK];
  lc_size_t strides[LC_LIBRARY_MAX_RANK];
} lc_library_tensor_t;

typedef enum lc_library_kind_e {
  LC_LIBRARY_MATMUL = 1, /* src [.., m, k] x weights [.., k, n]; bias [n] */
  LC_LIBRARY_CONV = 2,   /* src [n, c, spatial..], weights [o, i, spatial..] or
                            [g, o/g, i/g, spatial..] when groups > 1; any
                            memory order through the strides */
  LC_LIBRARY_DECONV = 3, /* transposed convolution; weights as for CONV of the
                            forward direction: [o, i, spatial..] */
  /* Gradients of CONV with the same attributes. `weights` of the second is the
     gradient of CONV's dst: an operand like src, never packed. */
  LC_LIBRARY_CONV_GRAD_INPUT = 4,  /* src: of CONV's dst; weights: CONV's */
  LC_LIBRARY_CONV_GRAD_WEIGHT = 5, /* src: CONV's; dst: of CONV's weights */
} lc_library_kind_t;

typedef enum lc_post_op_kind_e {
  LC_POST_RELU = 1,
  LC_POST_GELU_ERF = 2,
  LC_POST_GELU_TANH = 3,
  LC_POST_SILU = 4, /* x * sigmoid(alpha * x) */
  LC_POST_SIGMOID = 5,
  LC_POST_TANH = 6,
  LC_POST_HARDSWISH = 7,   /* x * clip(alpha * x + beta, 0, 1) */
  LC_POST_HARDSIGMOID = 8, /* clip(alpha * x + beta, 0, 1) */
  LC_POST_CLIP = 9,        /* clip(x, alpha, beta) */
  LC_POST_LINEAR = 10,     /* alpha * x + beta */
  LC_POST_ELU = 11,
  LC_POST_EXP = 12,
  LC_POST_ADD = 32, /* binary with an operand that broadcasts to dst */
  LC_POST_MUL = 33,
  LC_POST_SUB = 34,
  LC_POST_MAX = 35,
  LC_POST_MIN = 36,
  LC_POST_SUM = 64, /* adds what dst holds already; dst is also an operand */
} lc_post_op_kind_t;

typedef struct lc_post_op_s {
  uint32_t kind;
  int32_t buffer; /* binary: index into the buffers of invoke */
  float alpha, beta;
  lc_library_tensor_t tensor; /* binary: its shape, 1 where it broadcasts */
} lc_post_op_t;

/* One library op. Buffers of an invoke, in order: src, weights, bias (NULL when
 * absent), dst, then those of binary post-ops. When `weights_constant` >= 0 the
 * weights are that constant, packed by the compiler or once by create(), and
 * buffers[1] is not read. */
typedef struct lc_library_op_s {
  uint32_t kind;
  uint32_t n_post_ops;
  int32_t weights_constant; /* index of a constant, or -1 */
  int32_t bias_constant;    /* index of a constant, or -1 */
  lc_library_tensor_t src, weights, bias, dst;
  int64_t stride[3], dilation[3]; /* dilation 1: dense */
  int64_t pad_low[3], pad_high[3];
  int64_t groups;
  uint32_t allow_bf16; /* compute f32 in bf16 */
  /* How the weights constant lies in the artefact: a format tag of the library,
   * or 0: as `weights` says. */
  uint32_t weights_tag;
  lc_post_op_t post_ops[LC_LIBRARY_MAX_POST_OPS];
} lc_library_op_t;

/* Defined by generated code. */
extern const lc_library_op_t lc_artefact_library_ops[];
extern const uint32_t lc_artefact_n_library_ops;

/* Defined by the library glue (OneDnn.cpp); the generated lc_executable_t
 * points to it when there are library ops. */
extern const lc_library_t lc_artefact_library;

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_RUNTIME_BACKENDS_CPU_ARTEFACT_H */
