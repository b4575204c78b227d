// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The line between libtorch and the compiler: a TorchScript program as calls of
// C functions.
#ifndef LIB_IMPORT_TORCHSCRIPT_SINK_H
#define LIB_IMPORT_TORCHSCRIPT_SINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values have numbers. Pointers are valid during the call only, except where
 * stated. A type is written T tensor, i int, f float, b bool, s string,
 * n number of any kind, ?X optional, [X list, {KX dict, (X,Y) tuple,
 * (a=X,b=Y) named tuple, *Name anything else. */

typedef struct lc_torchscript_tensor {
  const char *name; /* "encoder.fc.weight"; null for one without a name */
  int32_t dtype;    /* at::ScalarType */
  int32_t rank;
  const int64_t *sizes;
  const void *data; /* dense and row-major; valid until `release` */
  size_t bytes;
  int trainable; /* a parameter that wants gradients */
  void *owner;   /* the receiver calls release(owner), once */
  void (*release)(void *owner);
} lc_torchscript_tensor;

typedef struct lc_torchscript_node {
  const char *kind; /* schema and overload: "aten::add.Tensor", "prim::If" */
  size_t operand_count;
  const int64_t *operands;
  const char *const *names; /* of the schema's arguments */
  const char *const *types; /* likewise */
  size_t result_count;
  const int64_t *results;
  const char *result_type; /* of the first result */
  const char *attribute;   /* of prim::GetAttr and prim::SetAttr; else null */
  const char *file;        /* where the model says it; "" when unknown */
  uint32_t line;
  const char *module; /* "encoder.layer.3" */
} lc_torchscript_node;

/* A constant comes before its first use. */
typedef struct lc_torchscript_sink {
  size_t size; /* of this struct */
  void (*none)(void *user, int64_t value);
  void (*boolean)(void *user, int64_t value, int constant);
  void (*integer)(void *user, int64_t value, int64_t constant);
  void (*real)(void *user, int64_t value, double constant);
  void (*text)(void *user, int64_t value, const char *constant, size_t size);
  void (*tensor)(void *user, int64_t value,
                 const lc_torchscript_tensor *constant);
  /* Something that has no form in the compiler: "an object of class X". */
  void (*opaque)(void *user, int64_t value, const char *what);
  /* An argument of forward; `otherwise` is its default, or -1. */
  void (*input)(void *user, int64_t value, const char *name, const char *type,
                int64_t otherwise);
  /* What the model was traced with, by argument name and place in lists and
   * dicts: "x", "states.0". */
  void (*example)(void *user, const char *path, int32_t dtype, int32_t rank,
                  const int64_t *sizes);
  /* The blocks of prim::If (then, else) and prim::Loop (iteration and carried
   * values to condition and carried values) follow their node. */
  void (*node)(void *user, const lc_torchscript_node *node);
  void (*begin_block)(void *user, size_t count, const int64_t *arguments);
  void (*end_block)(void *user, size_t count, const int64_t *results);
  /* What forward returns; last. */
  void (*result)(void *user, int64_t value, const char *type);
} lc_torchscript_sink;

/* Reads the TorchScript archive at `path` without running any of it and reports
 * its method `forward`: for inference, or with each module in the mode in which
 * it was saved when `keep_mode` is not 0. Returns 0, or 1 with one line in
 * `error`. */
typedef int (*lc_torchscript_read_fn)(const char *path, int keep_mode,
                                      const lc_torchscript_sink *sink,
                                      void *user, char *error,
                                      size_t error_size);

#ifdef __cplusplus
}
#endif

#endif /* LIB_IMPORT_TORCHSCRIPT_SINK_H */
