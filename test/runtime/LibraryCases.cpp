// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of library ops under test: every kind, memory orders, groups,
// strides, dilations, uneven padding, every post-op, bf16, sizes from the plan.
#include "test/runtime/LibraryOps.h"

#define F LC_DTYPE_F32
#define H LC_DTYPE_BF16
#define P(i) (-1 - (i))

// clang-format off
#define NO_BIAS {0, 0, {0}, {0}}
#define MATMUL_7_17_9 \
  .kind = LC_LIBRARY_MATMUL, .weights_constant = 0, .bias_constant = -1, \
  .src = {F, 2, {7, 17}, {17, 1}}, .weights = {F, 2, {17, 9}, {9, 1}}, \
  .bias = {F, 1, {9}, {1}}, .dst = {F, 2, {7, 9}, {9, 1}}
#define ONE_POST(...) .n_post_ops = 1, .post_ops = {{__VA_ARGS__}}
#define ELTWISE(kind, alpha, beta) {MATMUL_7_17_9, ONE_POST(kind, 0, alpha, beta, {})}
#define BINARY(kind, ...) {MATMUL_7_17_9, ONE_POST(kind, 4, 0, 0, __VA_ARGS__)}
#define ROW {F, 2, {1, 9}, {9, 1}}
#define COLUMN {F, 2, {7, 1}, {1, 1}}
#define FULL {F, 2, {7, 9}, {9, 1}}
#define SCALAR {F, 2, {1, 1}, {1, 1}}

extern "C" const lc_library_op_t lc_artefact_library_ops[] = {
  /* 0 */ ELTWISE(LC_POST_RELU, 0, 0),
  /* 1 */ ELTWISE(LC_POST_GELU_ERF, 0, 0),
  /* 2 */ ELTWISE(LC_POST_GELU_TANH, 0, 0),
  /* 3 */ ELTWISE(LC_POST_SILU, 1, 0),
  /* 4 */ ELTWISE(LC_POST_SIGMOID, 0, 0),
  /* 5 */ ELTWISE(LC_POST_TANH, 0, 0),
  /* 6 */ ELTWISE(LC_POST_HARDSWISH, 1.0f / 6, 0.5f),
  /* 7 */ ELTWISE(LC_POST_HARDSIGMOID, 1.0f / 6, 0.5f),
  /* 8 */ ELTWISE(LC_POST_CLIP, -0.5f, 0.25f),
  /* 9 */ ELTWISE(LC_POST_LINEAR, 2, -1),
  /* 10 */ ELTWISE(LC_POST_ELU, 1, 0),
  /* 11 */ ELTWISE(LC_POST_EXP, 0, 0),
  /* 12 */ BINARY(LC_POST_ADD, FULL),
  /* 13 */ BINARY(LC_POST_MUL, ROW),
  /* 14 */ BINARY(LC_POST_SUB, COLUMN),
  /* 15 */ BINARY(LC_POST_MAX, SCALAR),
  /* 16 */ BINARY(LC_POST_MIN, {F, 1, {9}, {1}}),
  /* 17: batched, weights not constant and transposed, sizes from the plan */
  {.kind = LC_LIBRARY_MATMUL, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {2, P(0), P(1), 16}, {P(2), P(3), 16, 1}},
   .weights = {F, 4, {2, P(0), 16, P(1)}, {P(2), P(3), 1, 16}},
   .dst = {F, 4, {2, P(0), P(1), P(1)}, {P(4), P(5), P(1), 1}}},
  /* 18: bf16 with f32 bias */
  {.kind = LC_LIBRARY_MATMUL, ONE_POST(LC_POST_RELU, 0, 0, 0, {}),
   .weights_constant = 0, .bias_constant = 1,
   .src = {H, 2, {P(0), 65}, {65, 1}}, .weights = {H, 2, {65, 33}, {1, 65}},
   .bias = {F, 1, {33}, {1}}, .dst = {H, 2, {P(0), 33}, {33, 1}}},
  /* 19: f32 computed in bf16 */
  {.kind = LC_LIBRARY_MATMUL, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 2, {17, 64}, {64, 1}}, .weights = {F, 2, {64, 32}, {32, 1}},
   .dst = {F, 2, {17, 32}, {32, 1}}, .allow_bf16 = 1},
  /* 20: convolution, channels first, stride 2, uneven padding, constant bias */
  {.kind = LC_LIBRARY_CONV, ONE_POST(LC_POST_RELU, 0, 0, 0, {}),
   .weights_constant = 0, .bias_constant = 1,
   .src = {F, 4, {2, 3, 11, 13}, {429, 143, 13, 1}},
   .weights = {F, 4, {5, 3, 3, 2}, {18, 6, 2, 1}}, .bias = {F, 1, {5}, {1}},
   .dst = {F, 4, {2, 5, 6, 8}, {240, 48, 8, 1}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 2}, .pad_high = {1, 1},
   .groups = 1},
  /* 21: grouped, dilated, channels last */
  {.kind = LC_LIBRARY_CONV, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 4, {1, 8, 9, 9}, {648, 1, 72, 8}},
   .weights = {F, 5, {2, 3, 4, 3, 3}, {108, 36, 9, 3, 1}},
   .dst = {F, 4, {1, 6, 5, 5}, {150, 1, 30, 6}},
   .stride = {1, 1}, .dilation = {2, 2}, .groups = 2},
  /* 22: depthwise with sum, channels last */
  {.kind = LC_LIBRARY_CONV, ONE_POST(LC_POST_SUM, 0, 0, 0, {}),
   .weights_constant = 0, .bias_constant = -1,
   .src = {F, 4, {1, 8, 5, 5}, {200, 1, 40, 8}},
   .weights = {F, 5, {8, 1, 1, 3, 3}, {9, 9, 9, 3, 1}},
   .dst = {F, 4, {1, 8, 5, 5}, {200, 1, 40, 8}},
   .stride = {1, 1}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {1, 1},
   .groups = 8},
  /* 23: one spatial dimension, width from the plan, channels first */
  {.kind = LC_LIBRARY_CONV, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 3, {1, 4, P(0)}, {P(1), P(0), 1}},
   .weights = {F, 3, {6, 4, 5}, {20, 5, 1}},
   .dst = {F, 3, {1, 6, P(2)}, {P(3), P(2), 1}},
   .stride = {1}, .dilation = {1}, .groups = 1},
  /* 24: three spatial dimensions */
  {.kind = LC_LIBRARY_CONV, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 5, {1, 2, 4, 5, 6}, {240, 120, 30, 6, 1}},
   .weights = {F, 5, {3, 2, 2, 2, 2}, {16, 8, 4, 2, 1}},
   .dst = {F, 5, {1, 3, 3, 4, 5}, {180, 60, 20, 5, 1}},
   .stride = {1, 1, 1}, .dilation = {1, 1, 1}, .groups = 1},
  /* 25: transposed, stride 2, one more row at the end; weights as [i, o, ..] */
  {.kind = LC_LIBRARY_DECONV, ONE_POST(LC_POST_RELU, 0, 0, 0, {}),
   .weights_constant = 0, .bias_constant = 1,
   .src = {F, 4, {1, 3, 4, 5}, {60, 20, 5, 1}},
   .weights = {F, 4, {2, 3, 3, 3}, {9, 18, 3, 1}}, .bias = {F, 1, {2}, {1}},
   .dst = {F, 4, {1, 2, 8, 9}, {144, 72, 9, 1}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {0, 1},
   .groups = 1},
  /* 26: transposed, grouped, channels last */
  {.kind = LC_LIBRARY_DECONV, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 4, {2, 4, 3, 3}, {36, 1, 12, 4}},
   .weights = {F, 5, {2, 3, 2, 2, 2}, {24, 4, 12, 2, 1}},
   .dst = {F, 4, {2, 6, 6, 6}, {216, 1, 36, 6}},
   .stride = {2, 2}, .dilation = {1, 1}, .groups = 2},
  /* 27: two post-ops with operands, channels last convolution */
  {.kind = LC_LIBRARY_CONV, .n_post_ops = 3, .weights_constant = 0,
   .bias_constant = -1,
   .src = {F, 4, {1, 4, 6, 6}, {144, 1, 24, 4}},
   .weights = {F, 4, {8, 4, 1, 1}, {4, 1, 1, 1}},
   .dst = {F, 4, {1, 8, 6, 6}, {288, 1, 48, 8}},
   .stride = {1, 1}, .dilation = {1, 1}, .groups = 1,
   .post_ops = {{LC_POST_MUL, 4, 0, 0, {F, 4, {1, 8, 1, 1}, {8, 1, 8, 8}}},
                {LC_POST_ADD, 5, 0, 0, {F, 4, {1, 8, 6, 6}, {288, 1, 48, 8}}},
                {LC_POST_SILU, 0, 1, 0, {}}}},
  /* 28: input gradient of 20: stride, uneven padding; weights are an operand */
  {.kind = LC_LIBRARY_CONV_GRAD_INPUT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {2, 5, 6, 8}, {240, 48, 8, 1}},
   .weights = {F, 4, {5, 3, 3, 2}, {18, 6, 2, 1}},
   .dst = {F, 4, {2, 3, 11, 13}, {429, 143, 13, 1}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 2}, .pad_high = {1, 1},
   .groups = 1},
  /* 29: input gradient, 16 and 32 channels, channels last, batch from the plan, packed */
  {.kind = LC_LIBRARY_CONV_GRAD_INPUT, .weights_constant = 0, .bias_constant = -1,
   .src = {F, 4, {P(0), 32, 5, 5}, {800, 1, 160, 32}},
   .weights = {F, 4, {32, 16, 3, 3}, {144, 9, 3, 1}},
   .dst = {F, 4, {P(0), 16, 9, 9}, {1296, 1, 144, 16}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {1, 1},
   .groups = 1},
  /* 30: input gradient, grouped, dilated, channels last */
  {.kind = LC_LIBRARY_CONV_GRAD_INPUT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {1, 6, 5, 5}, {150, 1, 30, 6}},
   .weights = {F, 5, {2, 3, 4, 3, 3}, {108, 36, 9, 3, 1}},
   .dst = {F, 4, {1, 8, 9, 9}, {648, 1, 72, 8}},
   .stride = {1, 1}, .dilation = {2, 2}, .groups = 2},
  /* 31: weight gradient of 20 */
  {.kind = LC_LIBRARY_CONV_GRAD_WEIGHT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {2, 3, 11, 13}, {429, 143, 13, 1}},
   .weights = {F, 4, {2, 5, 6, 8}, {240, 48, 8, 1}},
   .dst = {F, 4, {5, 3, 3, 2}, {18, 6, 2, 1}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 2}, .pad_high = {1, 1},
   .groups = 1},
  /* 32: weight gradient, channels last, batch from the plan: none gives zeros */
  {.kind = LC_LIBRARY_CONV_GRAD_WEIGHT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {P(0), 16, 9, 9}, {1296, 1, 144, 16}},
   .weights = {F, 4, {P(0), 32, 5, 5}, {800, 1, 160, 32}},
   .dst = {F, 4, {32, 16, 3, 3}, {144, 9, 3, 1}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {1, 1},
   .groups = 1},
  /* 33: weight gradient, grouped, dilated, channels last */
  {.kind = LC_LIBRARY_CONV_GRAD_WEIGHT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {1, 8, 9, 9}, {648, 1, 72, 8}},
   .weights = {F, 4, {1, 6, 5, 5}, {150, 1, 30, 6}},
   .dst = {F, 5, {2, 3, 4, 3, 3}, {108, 36, 9, 3, 1}},
   .stride = {1, 1}, .dilation = {2, 2}, .groups = 2},
  /* 34: weight gradient, depthwise, channels last */
  {.kind = LC_LIBRARY_CONV_GRAD_WEIGHT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 4, {1, 8, 5, 5}, {200, 1, 40, 8}},
   .weights = {F, 4, {1, 8, 5, 5}, {200, 1, 40, 8}},
   .dst = {F, 5, {8, 1, 1, 3, 3}, {9, 9, 9, 3, 1}},
   .stride = {1, 1}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {1, 1},
   .groups = 8},
  /* 35: weight gradient, three spatial dimensions */
  {.kind = LC_LIBRARY_CONV_GRAD_WEIGHT, .weights_constant = -1, .bias_constant = -1,
   .src = {F, 5, {1, 2, 4, 5, 6}, {240, 120, 30, 6, 1}},
   .weights = {F, 5, {1, 3, 3, 4, 5}, {180, 60, 20, 5, 1}},
   .dst = {F, 5, {3, 2, 2, 2, 2}, {16, 8, 4, 2, 1}},
   .stride = {1, 1, 1}, .dilation = {1, 1, 1}, .groups = 1},
  /* 36: convolution whose weights are an operand, channels last */
  {.kind = LC_LIBRARY_CONV, ONE_POST(LC_POST_RELU, 0, 0, 0, {}),
   .weights_constant = -1, .bias_constant = 1,
   .src = {F, 4, {1, 16, 9, 9}, {1296, 1, 144, 16}},
   .weights = {F, 4, {32, 16, 3, 3}, {144, 9, 3, 1}}, .bias = {F, 1, {32}, {1}},
   .dst = {F, 4, {1, 32, 5, 5}, {800, 1, 160, 32}},
   .stride = {2, 2}, .dilation = {1, 1}, .pad_low = {1, 1}, .pad_high = {1, 1},
   .groups = 1},
};
// clang-format on
extern "C" const uint32_t lc_artefact_n_library_ops =
    sizeof lc_artefact_library_ops / sizeof lc_artefact_library_ops[0];

namespace lcompile::test {

static std::vector<std::pair<uint32_t, LibraryCase>> makeCases() {
  std::vector<std::pair<uint32_t, LibraryCase>> cases;
  for (uint32_t op = 0; op < lc_artefact_n_library_ops; ++op)
    if (op != 17 && op != 18 && op != 23 && op != 29 && op != 32)
      cases.push_back({op, {"static", {}, op == 19 ? 2e-2 : 1e-5}});
  for (int64_t heads : {1, 3})
    for (int64_t rows : {1, 2, 7, 63, 65})
      cases.push_back({17,
                       {"attention",
                        {heads, rows, heads * rows * 16, rows * 16,
                         heads * rows * rows, rows * rows},
                        1e-5}});
  for (int64_t rows : {1, 2, 3, 7, 17, 127})
    cases.push_back({18, {"bf16", {rows}, 1e-2}});
  for (uint32_t op : {29, 32})
    for (int64_t batch : {0, 1, 2, 3, 7})
      cases.push_back({op, {"batch", {batch}, 1e-5}});
  for (int64_t width : {5, 6, 17, 64})
    cases.push_back(
        {23, {"width", {width, 4 * width, width - 4, 6 * (width - 4)}, 1e-5}});
  return cases;
}

const std::vector<std::pair<uint32_t, LibraryCase>> libraryCases = makeCases();

} // namespace lcompile::test
