/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A model as the compiler would write it: static tables, a host program per
 * function, kernels. Functions:
 *
 *   mlp      x[batch,16] -> gelu(x W + b) * 2 + 1        library + kernel
 *   conv     x[n,h,w,8], r[n,h,w,4] -> relu(conv3x3(x) + r)   channels last
 *   gather   i[count] -> table[i], with an index check
 *   update   s[4], g[4] -> s - 0.5 g, in place
 *   pair     a[batch,seq], b[batch,2*seq] -> b + 1, y[batch,2*seq+1] = 0
 *   gemm     a[m,k], b[k,n], c[m,n] -> a b + bias + c, all sizes may be zero
 */
#include "runtime/backends/cpu/artefact/Artefact.h"

#define F32 LC_DTYPE_F32
#define STATIC(n) {n, -1, -1, #n}
#define SYMBOL(i, text) {-1, i, -1, text}
#define PLAN(i, text) {-1, -1, i, text}
#define P(i) (-1 - (i)) /* a lc_size_t from the plan */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- constants: W [16,24], b [24], conv weights [4,8,3,3], gemm bias [40] ---
 * Element i of all weights, counted from the start, is V(i). */
#define W_AT 0
#define B_AT 1536
#define CONV_AT 1664
#define BIAS_AT 2816
#define WEIGHTS_SIZE 3072
#define V(i) (((i) * 37 % 101 - 50) / 64.0f)
#define V4(i) V(i), V(i + 1), V(i + 2), V(i + 3)
#define V16(i) V4(i), V4(i + 4), V4(i + 8), V4(i + 12)
#define V64(i) V16(i), V16(i + 16), V16(i + 32), V16(i + 48)
#define V256(i) V64(i), V64(i + 64), V64(i + 128), V64(i + 192)
static const float weights[WEIGHTS_SIZE / 4]
    __attribute__((aligned(64))) = {V256(0), V256(256), V256(512)};

static const lc_constant_t constants[] = {{"W", W_AT, 1536},
                                          {"b", B_AT, 96},
                                          {"conv", CONV_AT, 1152},
                                          {"bias", BIAS_AT, 160}};

/* --- library ops --- */
const lc_library_op_t lc_artefact_library_ops[] = {
    {.kind = LC_LIBRARY_MATMUL,
     .n_post_ops = 1,
     .weights_constant = 0,
     .bias_constant = 1,
     .src = {F32, 2, {P(1), 16}, {16, 1}},
     .weights = {F32, 2, {16, 24}, {24, 1}},
     .bias = {F32, 1, {24}, {1}},
     .dst = {F32, 2, {P(1), 24}, {24, 1}},
     .post_ops = {{LC_POST_GELU_ERF, 0, 0, 0, {0}}}},
    /* plan: 1 n, 2 h, 3 w, 4 8w, 5 8hw, 6 4w, 7 4hw */
    {.kind = LC_LIBRARY_CONV,
     .n_post_ops = 2,
     .weights_constant = 2,
     .bias_constant = -1,
     .src = {F32, 4, {P(1), 8, P(2), P(3)}, {P(5), 1, P(4), 8}},
     .weights = {F32, 4, {4, 8, 3, 3}, {72, 9, 3, 1}},
     .dst = {F32, 4, {P(1), 4, P(2), P(3)}, {P(7), 1, P(6), 4}},
     .stride = {1, 1},
     .dilation = {1, 1},
     .pad_low = {1, 1},
     .pad_high = {1, 1},
     .groups = 1,
     .post_ops = {{LC_POST_SUM, 0, 0, 0, {0}}, {LC_POST_RELU, 0, 0, 0, {0}}}},
    /* plan: 1 m, 2 k, 3 n */
    {.kind = LC_LIBRARY_MATMUL,
     .n_post_ops = 1,
     .weights_constant = -1,
     .bias_constant = -1,
     .src = {F32, 2, {P(1), P(2)}, {P(2), 1}},
     .weights = {F32, 2, {P(2), P(3)}, {P(3), 1}},
     .bias = {F32, 1, {P(3)}, {1}},
     .dst = {F32, 2, {P(1), P(3)}, {P(3), 1}},
     .post_ops = {{LC_POST_ADD, 4, 0, 0, {F32, 2, {P(1), P(3)}, {P(3), 1}}}}},
};
const uint32_t lc_artefact_n_library_ops = COUNT(lc_artefact_library_ops);

/* --- kernels --- */
static int64_t scale_kernel(void *const *buffers, const int64_t *symbols,
                            int64_t begin, int64_t end) {
  const float *x = buffers[0];
  float *y = buffers[1];
  for (int64_t i = begin * 24; i < end * 24; ++i)
    y[i] = x[i] * 2 + 1;
  return 0;
}
static int64_t copy_kernel(void *const *buffers, const int64_t *symbols,
                           int64_t begin, int64_t end) {
  const float *x = buffers[0];
  float *y = buffers[1];
  for (int64_t i = begin; i < end; ++i)
    y[i] = x[i];
  return 0;
}
static int64_t gather_kernel(void *const *buffers, const int64_t *symbols,
                             int64_t begin, int64_t end) {
  const int64_t *index = buffers[0];
  float *y = buffers[1];
  for (int64_t i = begin; i < end; ++i) {
    if (index[i] < 0 || index[i] >= 10)
      return 1 + i;
    y[i] = (float)index[i] * 10;
  }
  return 0;
}
static int64_t update_kernel(void *const *buffers, const int64_t *symbols,
                             int64_t begin, int64_t end) {
  const float *s = buffers[0], *g = buffers[1];
  float *y = buffers[2];
  for (int64_t i = begin; i < end; ++i)
    y[i] = s[i] - 0.5f * g[i];
  return 0;
}
static int64_t pair_kernel(void *const *buffers, const int64_t *symbols,
                           int64_t begin, int64_t end) {
  const float *b = buffers[0];
  float *y = buffers[1];
  for (int64_t i = begin; i < end; ++i)
    y[i] = b[i] + 1;
  return 0;
}
static int64_t zero_kernel(void *const *buffers, const int64_t *symbols,
                           int64_t begin, int64_t end) {
  float *y = buffers[0];
  for (int64_t i = begin; i < end; ++i)
    y[i] = 0;
  return 0;
}

static const lc_kernel_t kernels[] = {
    {"matmul_gelu", "cpu-library",
     "mlp.py:10 aten.linear; mlp.py:11 aten.gelu"},
    {"scale", "cpu-codegen", "mlp.py:12 aten.mul"},
    {"conv_sum_relu", "cpu-library", "conv.py:3 aten.conv2d"},
    {"copy", "cpu-codegen", "conv.py:4 \"quoted\" aten.add"},
    {"gather", "cpu-codegen", "emb.py:7 aten.embedding"},
    {"update", "cpu-codegen", "train.py:1 sgd"},
    {"pair", "cpu-codegen", "pair.py:1 aten.add"},
    {"zero", "cpu-codegen", "pair.py:2 aten.zeros"},
    {"gemm", "cpu-library", "gemm.py:1 aten.addmm"},
};

/* --- mlp --- */
static const lc_symbol_t batch_symbol[] = {{"batch", 1, 4096, 1}};
static const lc_dim_t mlp_x[] = {SYMBOL(0, "batch"), STATIC(16)};
static const lc_dim_t mlp_y[] = {SYMBOL(0, "batch"), STATIC(24)};
static const lc_tensor_spec_t mlp_in[] = {{"x", F32, 2, mlp_x, -1, 0}};
static const lc_tensor_spec_t mlp_out[] = {{"y", F32, 2, mlp_y, -1, 0}};
static const lc_dispatch_t mlp_dispatch[] = {
    {0, 0, "mlp.py:10 aten.linear; mlp.py:11 aten.gelu"},
    {1, 0, "mlp.py:12 aten.mul"}};
static void mlp_plan(const int64_t *s, int64_t *p) {
  p[0] = (s[0] * 96 + 63) / 64 * 64;
  p[1] = s[0];
}
static int32_t mlp_run(const lc_call_t *c) {
  void *library[] = {(void *)c->inputs[0], 0, 0, c->arena};
  int32_t code = lc_artefact_invoke(c, 0, 0, library);
  if (code)
    return code;
  void *scale[] = {c->arena, c->outputs[0]};
  return lc_artefact_dispatch(c, 1, scale_kernel, scale, c->symbols[0], 4);
}

/* --- conv --- */
static const lc_symbol_t conv_symbols[] = {
    {"n", 1, 8, 1}, {"h", 3, 64, 1}, {"w", 3, 64, 1}};
static const lc_dim_t conv_x[] = {SYMBOL(0, "n"), SYMBOL(1, "h"),
                                  SYMBOL(2, "w"), STATIC(8)};
static const lc_dim_t conv_y[] = {SYMBOL(0, "n"), SYMBOL(1, "h"),
                                  SYMBOL(2, "w"), STATIC(4)};
static const lc_tensor_spec_t conv_in[] = {{"x", F32, 4, conv_x, -1, 0},
                                           {"r", F32, 4, conv_y, -1, 0}};
static const lc_tensor_spec_t conv_out[] = {{"y", F32, 4, conv_y, -1, 0}};
static const lc_dispatch_t conv_dispatch[] = {{3, 0, 0},
                                              {2, 0, "conv.py:3 aten.conv2d"}};
static void conv_plan(const int64_t *s, int64_t *p) {
  p[0] = 0;
  p[1] = s[0];
  p[2] = s[1];
  p[3] = s[2];
  p[4] = 8 * s[2];
  p[5] = 8 * s[1] * s[2];
  p[6] = 4 * s[2];
  p[7] = 4 * s[1] * s[2];
}
static int32_t conv_run(const lc_call_t *c) {
  void *copy[] = {(void *)c->inputs[1], c->outputs[0]};
  int32_t code =
      lc_artefact_dispatch(c, 0, copy_kernel, copy, c->plan[7] * c->plan[1], 1);
  if (code)
    return code;
  void *library[] = {(void *)c->inputs[0], 0, 0, c->outputs[0]};
  return lc_artefact_invoke(c, 1, 1, library);
}

/* --- gather --- */
static const lc_symbol_t count_symbol[] = {{"count", 0, INT64_MAX, 1}};
static const lc_dim_t gather_dims[] = {SYMBOL(0, "count")};
static const lc_tensor_spec_t gather_in[] = {
    {"i", LC_DTYPE_I64, 1, gather_dims, -1, 0}};
static const lc_tensor_spec_t gather_out[] = {
    {"y", F32, 1, gather_dims, -1, 0}};
static const lc_dispatch_t gather_dispatch[] = {
    {4, 0, "emb.py:7 aten.embedding"}};
static void gather_plan(const int64_t *s, int64_t *p) { p[0] = 0; }
static int32_t gather_run(const lc_call_t *c) {
  void *buffers[] = {(void *)c->inputs[0], c->outputs[0]};
  return lc_artefact_dispatch(c, 0, gather_kernel, buffers, c->symbols[0], 2);
}

/* --- update --- */
static const lc_dim_t four[] = {STATIC(4)};
static const lc_tensor_spec_t update_in[] = {{"s", F32, 1, four, -1, 0},
                                             {"g", F32, 1, four, -1, 0}};
static const lc_tensor_spec_t update_out[] = {{"s_new", F32, 1, four, 0, 0}};
static const lc_dispatch_t update_dispatch[] = {{5, 0, "train.py:1 sgd"}};
static void update_plan(const int64_t *s, int64_t *p) { p[0] = 64; }
static int32_t update_run(const lc_call_t *c) {
  void *buffers[] = {(void *)c->inputs[0], (void *)c->inputs[1], c->outputs[0]};
  return lc_artefact_dispatch(c, 0, update_kernel, buffers, 4, 1);
}

/* --- pair --- */
static const lc_symbol_t pair_symbols[] = {{"batch", 1, 32, 1},
                                           {"seq", 8, 512, 8}};
static const lc_dim_t pair_a[] = {SYMBOL(0, "batch"), SYMBOL(1, "seq")};
static const lc_dim_t pair_b[] = {SYMBOL(0, "batch"), PLAN(1, "2*seq")};
static const lc_dim_t pair_y[] = {SYMBOL(0, "batch"), PLAN(2, "2*seq+1")};
static const lc_tensor_spec_t pair_in[] = {{"a", F32, 2, pair_a, -1, 0},
                                           {"b", F32, 2, pair_b, -1, 0}};
static const lc_tensor_spec_t pair_out[] = {{"b1", F32, 2, pair_b, -1, 0},
                                            {"y", F32, 2, pair_y, -1, 0}};
static const lc_dispatch_t pair_dispatch[] = {{6, 0, "pair.py:1 aten.add"},
                                              {7, 0, "pair.py:2 aten.zeros"}};
static void pair_plan(const int64_t *s, int64_t *p) {
  p[0] = 64 * s[0];
  p[1] = 2 * s[1];
  p[2] = 2 * s[1] + 1;
}
static int32_t pair_run(const lc_call_t *c) {
  void *add[] = {(void *)c->inputs[1], c->outputs[0]};
  void *zero[] = {c->outputs[1]};
  lc_artefact_dispatch(c, 0, pair_kernel, add, c->symbols[0] * c->plan[1], 1);
  return lc_artefact_dispatch(c, 1, zero_kernel, zero,
                              c->symbols[0] * c->plan[2], 1);
}

/* --- gemm --- */
static const lc_symbol_t gemm_symbols[] = {
    {"m", 0, 64, 1}, {"k", 0, 64, 1}, {"n", 0, 40, 1}};
static const lc_dim_t gemm_a[] = {SYMBOL(0, "m"), SYMBOL(1, "k")};
static const lc_dim_t gemm_b[] = {SYMBOL(1, "k"), SYMBOL(2, "n")};
static const lc_dim_t gemm_c[] = {SYMBOL(0, "m"), SYMBOL(2, "n")};
static const lc_tensor_spec_t gemm_in[] = {{"a", F32, 2, gemm_a, -1, 0},
                                           {"b", F32, 2, gemm_b, -1, 0},
                                           {"c", F32, 2, gemm_c, -1, 0}};
static const lc_tensor_spec_t gemm_out[] = {{"y", F32, 2, gemm_c, -1, 0}};
static const lc_dispatch_t gemm_dispatch[] = {{8, 0, "gemm.py:1 aten.addmm"}};
static void gemm_plan(const int64_t *s, int64_t *p) {
  p[0] = 0;
  p[1] = s[0];
  p[2] = s[1];
  p[3] = s[2];
}
static int32_t gemm_run(const lc_call_t *c) {
  void *buffers[] = {(void *)c->inputs[0], (void *)c->inputs[1],
                     (void *)c->constants[3], c->outputs[0],
                     (void *)c->inputs[2]};
  return lc_artefact_invoke(c, 0, 2, buffers);
}

#define FUNCTION(name, symbols, n_symbols, n_plan, text, live)                 \
  {#name,                                                                      \
   COUNT(name##_in),                                                           \
   COUNT(name##_out),                                                          \
   n_symbols,                                                                  \
   n_plan,                                                                     \
   COUNT(name##_dispatch),                                                     \
   0,                                                                          \
   name##_in,                                                                  \
   name##_out,                                                                 \
   symbols,                                                                    \
   name##_dispatch,                                                            \
   name##_plan,                                                                \
   name##_run,                                                                 \
   text,                                                                       \
   live}

static const lc_function_t functions[] = {
    FUNCTION(mlp, batch_symbol, 1, 2, "align(96*batch, 64)", 393216),
    FUNCTION(conv, conv_symbols, 3, 8, "0", 0),
    FUNCTION(gather, count_symbol, 1, 1, "0", 0),
    FUNCTION(update, 0, 0, 1, "64", 64),
    FUNCTION(pair, pair_symbols, 2, 3, "64*batch", 2048),
    FUNCTION(gemm, gemm_symbols, 3, 4, "0", 0),
};

static const lc_executable_t executable = {LC_EXECUTABLE_MAGIC,
                                           LC_EXECUTABLE_VERSION,
                                           sizeof(lc_executable_t),
                                           "testmodel",
                                           "0123456789abcdef",
                                           "lcompile test",
                                           "x86-64",
                                           0,
                                           COUNT(functions),
                                           COUNT(constants),
                                           COUNT(kernels),
                                           2,
                                           functions,
                                           constants,
                                           kernels,
                                           &lc_artefact_library,
                                           WEIGHTS_SIZE,
                                           (const uint8_t *)weights,
                                           0,
                                           0};

__attribute__((visibility("default"))) const lc_executable_t *
lc_executable_query(uint32_t max_version) {
  return executable.version <= max_version ? &executable : 0;
}
