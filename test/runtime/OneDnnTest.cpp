// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Library kernels against plain loops: convolution with sum and relu, matmul
// with operands that are not constant, sizes of zero.
#include "test/runtime/Support.h"

using namespace lcompile::test;

namespace {
std::vector<double> referenceConv(const Floats &x, const Floats &r) {
  int64_t n = x.dims[0], h = x.dims[1], w = x.dims[2];
  std::vector<double> y(r.data.size());
  for (int64_t b = 0; b < n; ++b)
    for (int64_t i = 0; i < h; ++i)
      for (int64_t j = 0; j < w; ++j)
        for (int64_t o = 0; o < 4; ++o) {
          size_t at = size_t(((b * h + i) * w + j) * 4 + o);
          double sum = r.data[at];
          for (int64_t c = 0; c < 8; ++c)
            for (int64_t p = 0; p < 3; ++p)
              for (int64_t q = 0; q < 3; ++q) {
                int64_t u = i + p - 1, v = j + q - 1;
                if (u < 0 || u >= h || v < 0 || v >= w)
                  continue;
                sum += double(x.data[size_t(((b * h + u) * w + v) * 8 + c)]) *
                       weight(416 + ((o * 8 + c) * 3 + p) * 3 + q);
              }
          y[at] = sum > 0 ? sum : 0;
        }
  return y;
}
} // namespace

TEST(OneDnn, ConvolutionChannelsLastWithSumAndRelu) {
  Model model;
  for (auto [n, h, w] : {std::array<int64_t, 3>{1, 9, 9},
                         {2, 3, 5},
                         {1, 64, 64},
                         {8, 7, 17},
                         {1, 3, 3}}) {
    Floats x({n, h, w, 8}, 3), r({n, h, w, 4}, 4);
    lc_tensor_t in[] = {x.view(), r.view()}, out = {};
    ASSERT_EQ(
        text(lc_context_run(model.context, model.find("conv"), in, 2, &out, 1)),
        "");
    expectClose(static_cast<float *>(out.data), referenceConv(x, r), 1e-4);
  }
}

TEST(OneDnn, MatmulWithSizesOfZero) {
  Model model;
  for (int64_t m : {0, 1, 3, 17})
    for (int64_t k : {0, 1, 7, 63})
      for (int64_t n : {0, 1, 2, 40}) {
        Floats a({m, k}, 1), b({k, n}, 2), c({m, n}, 3);
        lc_tensor_t in[] = {a.view(), b.view(), c.view()}, out = {};
        ASSERT_EQ(text(lc_context_run(model.context, model.find("gemm"), in, 3,
                                      &out, 1)),
                  "")
            << m << " " << k << " " << n;
        std::vector<double> expected;
        for (int64_t i = 0; i < m; ++i)
          for (int64_t j = 0; j < n; ++j) {
            double sum = c.data[size_t(i * n + j)] + weight(704 + j);
            for (int64_t p = 0; p < k; ++p)
              sum +=
                  double(a.data[size_t(i * k + p)]) * b.data[size_t(p * n + j)];
            expected.push_back(sum);
          }
        expectClose(static_cast<float *>(out.data), expected, 2e-5);
      }
}
