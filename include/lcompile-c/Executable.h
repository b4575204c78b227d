/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The contract between compiled artefacts and whoever runs them.
 *
 * An artefact exports one symbol, `lc_executable_query`. It answers with a
 * description of the module: functions, shapes, constants, kernels and the code
 * that runs them. This header is free-standing C; the compiler writes these
 * structures as constant data and the runtime reads them, so their layout is
 * the ABI and is asserted at the end.
 *
 * Versions: a runtime of version (major, minor) runs artefacts of the same
 * major version and any minor version up to its own. Fields are only ever
 * appended.
 *
 *   1.0  first version
 *   1.1  lc_executable_t.training, lc_call_t.channel
 */
#ifndef LCOMPILE_C_EXECUTABLE_H
#define LCOMPILE_C_EXECUTABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LC_EXECUTABLE_MAGIC 0x3145584cu /* "LXE1", little endian */
#define LC_EXECUTABLE_VERSION_MAJOR 1u
#define LC_EXECUTABLE_VERSION_MINOR 1u
#define LC_EXECUTABLE_VERSION                                                  \
  ((LC_EXECUTABLE_VERSION_MAJOR << 16) | LC_EXECUTABLE_VERSION_MINOR)

/* The alignment in bytes of the arena, of every offset in it, and of every
 * constant. Inputs and outputs need only the alignment of their element. */
#define LC_ALIGNMENT 64

/* The highest rank of a tensor. */
#define LC_MAX_RANK 16

/* Element types. bool is one byte, 0 or 1. */
typedef enum lc_dtype_e {
  LC_DTYPE_INVALID = 0,
  LC_DTYPE_F32 = 1,
  LC_DTYPE_F64 = 2,
  LC_DTYPE_F16 = 3,
  LC_DTYPE_BF16 = 4,
  LC_DTYPE_I64 = 5,
  LC_DTYPE_I32 = 6,
  LC_DTYPE_I16 = 7,
  LC_DTYPE_I8 = 8,
  LC_DTYPE_U8 = 9,
  LC_DTYPE_BOOL = 10,
} lc_dtype_t;

/* What a call can end with. The numbers are also the codes of lc_status_t. */
typedef enum lc_code_e {
  LC_OK = 0,
  LC_INVALID_ARGUMENT = 1,   /* wrong count, name, dtype, rank, shape or file */
  LC_OUT_OF_RANGE = 2,       /* an index in the data is out of range */
  LC_RESOURCE_EXHAUSTED = 3, /* memory or disk */
  LC_UNAVAILABLE = 4,        /* missing device, ISA or library */
  LC_INCOMPATIBLE = 5,       /* artefact of another version, or corrupted */
  LC_UNIMPLEMENTED = 6,
  LC_INTERNAL = 7,
} lc_code_t;

/* ISA features that an artefact may require, as bits. */
#define LC_ISA_AVX2 (1ull << 0)   /* with FMA, BMI2, F16C: x86-64-v3 */
#define LC_ISA_AVX512 (1ull << 1) /* F, CD, BW, DQ, VL: x86-64-v4 */
#define LC_ISA_AVX512_VNNI (1ull << 2)
#define LC_ISA_AVX512_BF16 (1ull << 3)
#define LC_ISA_AMX (1ull << 4) /* TILE, BF16, INT8 */

/* A symbolic size: min <= value <= max and value % divisor == 0. */
typedef struct lc_symbol_s {
  const char *name;
  int64_t min;
  int64_t max; /* INT64_MAX when unbounded */
  int64_t divisor;
} lc_symbol_t;

/* One dimension of an input or output. Exactly one of three forms:
 *   value >= 0                  the static size
 *   symbol >= 0                 the value of that symbol (an input binds it)
 *   plan >= 0                   plan[plan], an expression of the symbols
 * `text` is how it is written for people: "3", "batch", "2*s0+1". */
typedef struct lc_dim_s {
  int64_t value; /* -1 when not static */
  int32_t symbol;
  int32_t plan;
  const char *text;
} lc_dim_t;

/* An input or output. Data is dense and row-major. */
typedef struct lc_tensor_spec_s {
  const char *name;
  uint32_t dtype; /* lc_dtype_t */
  uint32_t rank;
  const lc_dim_t *dims;
  int32_t alias; /* of an output: the input that it updates in place, or -1 */
  uint32_t flags;
} lc_tensor_spec_t;

/* A constant: `size` bytes at `offset` (a multiple of LC_ALIGNMENT) of the
 * weights, which are embedded or mapped from a file; or, with the offset
 * LC_CONSTANT_GIVEN, memory that whoever opens an instance gives by name. */
#define LC_CONSTANT_GIVEN UINT64_MAX
typedef struct lc_constant_s {
  const char *name;
  uint64_t offset;
  uint64_t size;
} lc_constant_t;

/* A kernel, for profiles and messages; `source` is the list of model lines that
 * it computes ("bert.py:142 encoder.layer.3 aten.gelu; ..."). */
typedef struct lc_kernel_s {
  const char *name;
  const char *unit; /* cpu-codegen, cpu-library, ... */
  const char *source;
} lc_kernel_t;

struct lc_channel_s;    /* lcompile-c/Channel.h */
struct lc_collective_s; /* lcompile-c/Channel.h */

/* Called around every dispatch of a kernel when profiling: phase 0 before and
 * 1 after; `dispatch` indexes lc_function_t.dispatches. */
typedef void (*lc_profile_fn)(void *user, uint32_t dispatch, uint32_t phase);

/* Everything that a function needs for one call. Made by the runtime; the
 * function reads it and writes `outputs`, the arena, `scratch` and `error`.
 * Thread rule: one call at a time per lc_call_t and per `library` state. */
typedef struct lc_call_s {
  const void *const *inputs; /* n_inputs pointers, dense row-major data */
  void *const *outputs;      /* n_outputs pointers; may be the aliased input */
  const int64_t *symbols;    /* n_symbols values, checked by the runtime */
  const int64_t *plan;       /* n_plan values, from lc_function_t.plan */
  uint8_t *arena;            /* plan[0] bytes, aligned */
  const void *const *constants; /* n_constants pointers */
  void *library;                /* from lc_library_t.open, NULL without one */
  int32_t threads;
  int32_t function;      /* index of the function that runs */
  lc_profile_fn profile; /* NULL: not profiling */
  void *profile_user;
  char *error; /* error_size bytes; a message when the result is not LC_OK */
  size_t error_size;
  struct lc_channel_s *channel; /* NULL unless the function has collectives */
} lc_call_t;

/* What one dispatch in the host program runs. `source` says for which lines. */
typedef struct lc_dispatch_s {
  uint32_t kernel;
  uint32_t reserved;
  const char *source;
} lc_dispatch_t;

typedef struct lc_function_s {
  const char *name;
  uint32_t n_inputs, n_outputs, n_symbols, n_plan, n_dispatches;
  uint32_t reserved;
  const lc_tensor_spec_t *inputs;
  const lc_tensor_spec_t *outputs;
  const lc_symbol_t *symbols;
  const lc_dispatch_t *dispatches;
  /* Fills n_plan values from n_symbols values: the size of the arena in bytes
   * (first), arena offsets, dimensions of outputs. Pure; may be called at any
   * time; the runtime caches its result per set of symbol values. */
  void (*plan)(const int64_t *symbols, int64_t *plan);
  /* Runs the function; lc_code_t. No allocation, no locks. */
  int32_t (*run)(const lc_call_t *call);
  const char *arena_text; /* size of the arena as a formula, for people */
  /* Lower bound of the arena at the symbols' upper bounds (static: exact), in
   * bytes: the most bytes that are live at once. */
  int64_t arena_live_bytes;
} lc_function_t;

/* Library kernels (oneDNN) that the artefact carries with it: state is made
 * once per instance from the mapped constants, then a light context per thread.
 */
typedef struct lc_library_s {
  uint32_t struct_size;
  uint32_t n_ops;
  const char *name; /* "onednn 3.2.0" */
  /* Packs weights; `released[i]` is set to 1 for constants whose original bytes
   * are not read again. lc_code_t; message in error. */
  int32_t (*create)(const void *const *constants, int32_t threads,
                    uint8_t *released, void **instance, char *error,
                    size_t error_size);
  void (*destroy)(void *instance);
  /* A context for one thread of calls: scratch memory and primitives made for
   * the shapes seen (a bounded number). */
  int32_t (*open)(void *instance, void **library, char *error,
                  size_t error_size);
  void (*close)(void *library);
} lc_library_t;

/* A state of a training step: an input that an output updates, which the
 * runtime keeps from step to step. Its name is that of the input. */
typedef enum lc_state_kind_e {
  LC_STATE_PARAMETER = 1,
  LC_STATE_OPTIMIZER = 2, /* "NAME.exp_avg" of the parameter NAME */
  LC_STATE_BUFFER = 3,    /* running statistics of the model */
  LC_STATE_COUNTER = 4,   /* one number: steps done, the scale of the loss */
} lc_state_kind_t;

#define LC_STATE_SHARDED 1u /* a rank holds its part (Channel.h), flat */
typedef struct lc_state_s {
  uint32_t input;   /* of the function */
  uint32_t kind;    /* lc_state_kind_t */
  int32_t constant; /* its first value, of the whole; -1: zeros */
  uint32_t flags;   /* LC_STATE_* */
  uint32_t rank;
  uint32_t reserved;
  const int64_t *dims; /* of the whole */
} lc_state_t;

/* What makes a function a training step. */
typedef struct lc_training_s {
  uint64_t struct_size;
  uint32_t function;
  uint32_t world; /* ranks that run it together; 1: without a channel */
  /* The symbol that is the caller's rank, which no input binds, or -1. */
  int32_t rank_symbol;
  uint32_t zero_stage; /* 0 to 3: what ranks hold parts of */
  uint64_t n_states, n_collectives;
  const lc_state_t *states;
  const struct lc_collective_s *collectives; /* in the order of their tickets */
  /* Of all that ranks must agree on; never 0. */
  uint64_t digest;
} lc_training_t;

typedef struct lc_executable_s {
  uint32_t magic;   /* LC_EXECUTABLE_MAGIC */
  uint32_t version; /* LC_EXECUTABLE_VERSION of the compiler */
  uint64_t struct_size;
  const char *name;
  const char *build_id; /* hex digest of code and constants */
  const char *compiler; /* "lcompile 0.1.0" */
  const char *target;   /* "x86-64-v4", ... */
  uint64_t isa;         /* LC_ISA_* bits that the code needs */
  uint32_t n_functions, n_constants, n_kernels;
  int32_t threads; /* default number of threads; 0: as many as cores */
  const lc_function_t *functions;
  const lc_constant_t *constants;
  const lc_kernel_t *kernels;
  const lc_library_t *library; /* NULL without library kernels */
  /* Weights: embedded (weights != NULL), or in a file beside the artefact. */
  uint64_t weights_size;
  const uint8_t *weights;
  const char *weights_file; /* file name without folder, NULL when embedded */
  uint64_t weights_digest;  /* of the file's header; see lc_weights_header_t */
  const lc_training_t *training; /* NULL unless a function is a training step */
} lc_executable_t;

/* First bytes of a `.weights` file; constants' offsets count from its start. */
#define LC_WEIGHTS_MAGIC 0x3153544757434cull /* "LCWGTS1" */
typedef struct lc_weights_header_s {
  uint64_t magic;
  uint64_t size;   /* of the whole file, in bytes */
  uint64_t digest; /* XXH3-64 of the bytes after this header */
  uint64_t reserved;
  char build_id[32];
} lc_weights_header_t;

/* The one exported symbol. `max_version` is the caller's LC_EXECUTABLE_VERSION;
 * NULL when the artefact is newer than that. The result is static data. */
typedef const lc_executable_t *(*lc_executable_query_fn)(uint32_t max_version);
#define LC_EXECUTABLE_QUERY_NAME "lc_executable_query"

#ifdef __cplusplus
}
#define LC_STATIC_ASSERT static_assert
#else
#define LC_STATIC_ASSERT _Static_assert
#endif

LC_STATIC_ASSERT(sizeof(lc_symbol_t) == 32, "ABI");
LC_STATIC_ASSERT(sizeof(lc_dim_t) == 24, "ABI");
LC_STATIC_ASSERT(sizeof(lc_tensor_spec_t) == 32, "ABI");
LC_STATIC_ASSERT(sizeof(lc_constant_t) == 24, "ABI");
LC_STATIC_ASSERT(sizeof(lc_kernel_t) == 24, "ABI");
LC_STATIC_ASSERT(sizeof(lc_call_t) == 104, "ABI");
LC_STATIC_ASSERT(sizeof(lc_dispatch_t) == 16, "ABI");
LC_STATIC_ASSERT(sizeof(lc_function_t) == 96, "ABI");
LC_STATIC_ASSERT(sizeof(lc_library_t) == 48, "ABI");
LC_STATIC_ASSERT(sizeof(lc_state_t) == 32, "ABI");
LC_STATIC_ASSERT(sizeof(lc_training_t) == 64, "ABI");
LC_STATIC_ASSERT(sizeof(lc_executable_t) == 144, "ABI");
LC_STATIC_ASSERT(sizeof(lc_weights_header_t) == 64, "ABI");

#endif /* LCOMPILE_C_EXECUTABLE_H */
