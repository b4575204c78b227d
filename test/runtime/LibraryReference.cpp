// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Library ops by plain loops in double.
#include "test/runtime/LibraryOps.h"

#include "runtime/launcher/Values.h"

#include <cmath>

using namespace lcompile::rt::onednn;

namespace lcompile::test {

int64_t extent(const Shape &shape) {
  int64_t last = 0;
  for (int i = 0; i < shape.rank; ++i)
    last += (shape.dims[i] - 1) * shape.strides[i];
  return (last + 1) * int64_t(lc_dtype_size(shape.dtype));
}

double load(const Shape &shape, const void *data, int64_t at) {
  return rt::loadElement(shape.dtype, data, at);
}

static double matmul(const Shapes &s, void *const *buffers, const int64_t *at) {
  int rank = s.dst.rank;
  std::vector<int64_t> a(at, at + rank), b(at, at + rank);
  double sum = 0;
  for (int64_t k = 0; k < s.src.dims[rank - 1]; ++k) {
    a[size_t(rank - 1)] = b[size_t(rank - 2)] = k;
    sum += load(s.src, buffers[0], offset(s.src, a.data())) *
           load(s.weights, buffers[1], offset(s.weights, b.data()));
  }
  return sum;
}

/// A convolution gathers; its transpose is written as a gather too: the source
/// position must divide by the stride.
static double convolve(const lc_library_op_t &op, const Shapes &s,
                       void *const *buffers, const int64_t *at) {
  bool grouped = s.weights.rank > s.src.rank;
  int spatial = s.src.rank - 2, lead = grouped ? 1 : 0;
  int64_t perGroup = s.weights.dims[lead], inputs = s.weights.dims[lead + 1];
  int64_t group = at[1] / perGroup;
  std::vector<int64_t> window(s.weights.dims + lead + 1,
                              s.weights.dims + s.weights.rank);
  double sum = 0;
  forEach(spatial + 1, window.data(), [&](const int64_t *k) {
    std::vector<int64_t> x = {at[0], group * inputs + k[0]}, w;
    if (grouped)
      w.push_back(group);
    w.push_back(at[1] % perGroup);
    w.push_back(k[0]);
    for (int i = 0; i < spatial; ++i) {
      int64_t reach = k[i + 1] * op.dilation[i], position;
      if (op.kind == LC_LIBRARY_CONV) {
        position = at[i + 2] * op.stride[i] + reach - op.pad_low[i];
      } else {
        position = at[i + 2] + op.pad_low[i] - reach;
        if (position % op.stride[i])
          return;
        position /= op.stride[i];
      }
      if (position < 0 || position >= s.src.dims[i + 2])
        return;
      x.push_back(position);
      w.push_back(k[i + 1]);
    }
    sum += load(s.src, buffers[0], offset(s.src, x.data())) *
           load(s.weights, buffers[1], offset(s.weights, w.data()));
  });
  return sum;
}

/// The sum over all pairs of places in images and windows, of which the
/// gradient at `at` takes those that meet there. Written from the definition of
/// the convolution, not from convolve().
static double gradient(const lc_library_op_t &op, const Shapes &s,
                       void *const *buffers, const int64_t *at) {
  bool ofWeight = op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT;
  const Shape &image = ofWeight ? s.src : s.dst;
  const Shape &kernel = ofWeight ? s.dst : s.weights;
  const Shape &grad = ofWeight ? s.weights : s.src;
  const void *grads = buffers[ofWeight ? 1 : 0];
  int spatial = image.rank - 2, lead = kernel.rank > image.rank ? 1 : 0;
  int64_t outputs = kernel.dims[lead], inputs = kernel.dims[lead + 1];
  int64_t group = ofWeight ? (lead ? at[0] : 0) : at[1] / inputs;
  // Over the batch and places of grad, or over its channels and the window.
  std::vector<int64_t> sizes = {ofWeight ? grad.dims[0] : outputs};
  for (int i = 0; i < spatial; ++i)
    sizes.push_back(ofWeight ? grad.dims[i + 2] : kernel.dims[lead + 2 + i]);
  double sum = 0;
  forEach(spatial + 1, sizes.data(), [&](const int64_t *k) {
    int64_t o = ofWeight ? at[lead] : k[0];
    int64_t c = ofWeight ? at[lead + 1] : at[1] % inputs;
    int64_t n = ofWeight ? k[0] : at[0];
    std::vector<int64_t> x = {n, group * inputs + c}, w,
                         y = {n, group * outputs + o};
    if (lead)
      w.push_back(group);
    w.push_back(o);
    w.push_back(c);
    for (int i = 0; i < spatial; ++i) {
      int64_t tap = ofWeight ? at[lead + 2 + i] : k[i + 1];
      int64_t reach = tap * op.dilation[i] - op.pad_low[i];
      int64_t place = k[i + 1], position = at[i + 2];
      if (ofWeight) {
        position = place * op.stride[i] + reach;
        if (position < 0 || position >= image.dims[i + 2])
          return;
      } else {
        place = position - reach;
        if (place % op.stride[i])
          return;
        place /= op.stride[i];
        if (place < 0 || place >= grad.dims[i + 2])
          return;
      }
      x.push_back(position);
      w.push_back(tap);
      y.push_back(place);
    }
    sum += load(grad, grads, offset(grad, y.data())) *
           (ofWeight ? load(image, buffers[0], offset(image, x.data()))
                     : load(kernel, buffers[1], offset(kernel, w.data())));
  });
  return sum;
}

static double clip(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

static double apply(const lc_post_op_t &op, double x, double y) {
  double a = double(op.alpha), b = double(op.beta);
  switch (op.kind) {
  case LC_POST_RELU:
    return x > 0 ? x : a * x;
  case LC_POST_GELU_ERF:
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  case LC_POST_GELU_TANH:
    return 0.5 * x *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  case LC_POST_SILU:
    return x / (1 + std::exp(-a * x));
  case LC_POST_SIGMOID:
    return 1 / (1 + std::exp(-x));
  case LC_POST_TANH:
    return std::tanh(x);
  case LC_POST_HARDSWISH:
    return x * clip(a * x + b, 0, 1);
  case LC_POST_HARDSIGMOID:
    return clip(a * x + b, 0, 1);
  case LC_POST_CLIP:
    return clip(x, a, b);
  case LC_POST_LINEAR:
    return a * x + b;
  case LC_POST_ELU:
    return x > 0 ? x : a * (std::exp(x) - 1);
  case LC_POST_EXP:
    return std::exp(x);
  case LC_POST_ADD:
  case LC_POST_SUM:
    return x + y;
  case LC_POST_MUL:
    return x * y;
  case LC_POST_SUB:
    return x - y;
  case LC_POST_MAX:
    return std::max(x, y);
  default:
    return std::min(x, y);
  }
}

std::vector<double> reference(const lc_library_op_t &op, const Shapes &s,
                              void *const *buffers, const void *before) {
  std::vector<double> result;
  forEach(s.dst.rank, s.dst.dims, [&](const int64_t *at) {
    bool isGradient = op.kind == LC_LIBRARY_CONV_GRAD_INPUT ||
                      op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT;
    double x = op.kind == LC_LIBRARY_MATMUL ? matmul(s, buffers, at)
               : isGradient                 ? gradient(op, s, buffers, at)
                                            : convolve(op, s, buffers, at);
    if (s.bias.dtype != LC_DTYPE_INVALID)
      x += load(s.bias, buffers[2],
                at[op.kind == LC_LIBRARY_MATMUL ? s.dst.rank - 1 : 1]);
    for (uint32_t i = 0; i < op.n_post_ops; ++i) {
      const lc_post_op_t &post = op.post_ops[i];
      double y = 0;
      if (post.kind == LC_POST_SUM)
        y = load(s.dst, before, offset(s.dst, at));
      else if (post.kind >= LC_POST_ADD)
        y = load(s.postOps[i], buffers[post.buffer],
                 offset(s.postOps[i], at + s.dst.rank - s.postOps[i].rank));
      x = apply(post, x, y);
    }
    result.push_back(x);
  });
  return result;
}

} // namespace lcompile::test
