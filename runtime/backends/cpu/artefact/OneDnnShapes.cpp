// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of library ops: static, from the plan, or stand-ins for packing.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <stdio.h>
#include <string.h>

namespace lcompile::rt::onednn {

namespace {
void resolveTensor(const lc_library_tensor_t &tensor, const int64_t *plan,
                   Shape &shape) {
  shape.dtype = tensor.dtype;
  shape.rank = int(tensor.rank);
  for (int i = 0; i < shape.rank; ++i) {
    int64_t dim = tensor.dims[i], stride = tensor.strides[i];
    shape.dims[i] = dim >= 0 ? dim : plan ? plan[-1 - dim] : -1;
    shape.strides[i] = stride >= 0 ? stride : plan ? plan[-1 - stride] : -1;
  }
}

/// Replaces strides that are not known by dense ones, in the order that the
/// known ones declare: known strides inside, ascending; then from the last
/// dimension to the first.
void densify(Shape &shape) {
  bool known = true;
  for (int i = 0; i < shape.rank; ++i)
    known &= shape.strides[i] >= 0;
  if (known)
    return;
  bool placed[LC_LIBRARY_MAX_RANK] = {false};
  int64_t stride = 1;
  dnnl_dims_t strides;
  for (int n = 0; n < shape.rank; ++n) {
    int next = -1;
    for (int i = shape.rank - 1; i >= 0; --i)
      if (!placed[i] && shape.strides[i] >= 0 &&
          (next < 0 || shape.strides[i] < shape.strides[next]))
        next = i;
    for (int i = shape.rank - 1; next < 0; --i)
      if (!placed[i])
        next = i;
    placed[next] = true;
    strides[next] = stride;
    stride *= shape.dims[next] > 0 ? shape.dims[next] : 1;
  }
  memcpy(shape.strides, strides, sizeof strides[0] * size_t(shape.rank));
}

void fill(int64_t &size, int64_t value) {
  if (size < 0)
    size = value;
}

void representMatmul(Shapes &s) {
  int rank = s.src.rank;
  for (int i = 0; i < rank - 2; ++i)
    fill(s.src.dims[i], 2);
  if (rank >= 2)
    fill(s.src.dims[rank - 2], 64);
  fill(s.src.dims[rank - 1], s.weights.dims[rank - 2]);
  for (int i = 0; i < rank - 1; ++i)
    fill(s.dst.dims[i], s.src.dims[i]);
  fill(s.dst.dims[rank - 1], s.weights.dims[rank - 1]);
}

/// `in` and `out` as the convolution has them that `op` is or is a gradient of.
void representConvolution(const lc_library_op_t &op, Shapes &s) {
  bool back = op.kind == LC_LIBRARY_CONV_GRAD_INPUT;
  Shape &in = back ? s.dst : s.src, &out = back ? s.src : s.dst;
  bool grouped = s.weights.rank > s.src.rank;
  const int64_t *weights = s.weights.dims + (grouped ? 1 : 0);
  int64_t groups = grouped ? s.weights.dims[0] : 1;
  fill(in.dims[0], 4);
  fill(in.dims[1], weights[1] * groups);
  fill(out.dims[0], in.dims[0]);
  fill(out.dims[1], weights[0] * groups);
  for (int i = 2; i < in.rank; ++i) {
    int64_t kernel = (weights[i] - 1) * op.dilation[i - 2] + 1;
    int64_t pad = op.pad_low[i - 2] + op.pad_high[i - 2];
    fill(in.dims[i], 56 + kernel);
    fill(out.dims[i], op.kind == LC_LIBRARY_DECONV
                          ? (in.dims[i] - 1) * op.stride[i - 2] + kernel - pad
                          : (in.dims[i] + pad - kernel) / op.stride[i - 2] + 1);
  }
}

void collect(const lc_library_tensor_t &tensor, int32_t *indices, int &count) {
  for (uint32_t i = 0; i < 2 * tensor.rank; ++i) {
    int64_t size =
        i < tensor.rank ? tensor.dims[i] : tensor.strides[i - tensor.rank];
    if (size >= 0)
      continue;
    auto index = int32_t(-1 - size);
    bool seen = false;
    for (int k = 0; k < count; ++k)
      seen |= indices[k] == index;
    if (!seen)
      indices[count++] = index;
  }
}
} // namespace

void resolve(const lc_library_op_t &op, const int64_t *plan, Shapes &shapes) {
  resolveTensor(op.src, plan, shapes.src);
  resolveTensor(op.weights, plan, shapes.weights);
  resolveTensor(op.bias, plan, shapes.bias);
  resolveTensor(op.dst, plan, shapes.dst);
  for (uint32_t i = 0; i < op.n_post_ops; ++i)
    resolveTensor(op.post_ops[i].tensor, plan, shapes.postOps[i]);
}

void represent(const lc_library_op_t &op, Shapes &shapes) {
  resolve(op, nullptr, shapes);
  if (op.kind == LC_LIBRARY_MATMUL)
    representMatmul(shapes);
  else
    representConvolution(op, shapes);
  densify(shapes.src);
  densify(shapes.dst);
  for (uint32_t i = 0; i < op.n_post_ops; ++i) {
    Shape &operand = shapes.postOps[i];
    for (int d = 0; d < operand.rank; ++d)
      fill(operand.dims[d],
           shapes.dst.dims[d + shapes.dst.rank - operand.rank]);
    densify(operand);
  }
}

int dynamicSizes(const lc_library_op_t &op, int32_t *indices) {
  int count = 0;
  collect(op.src, indices, count);
  collect(op.weights, indices, count);
  collect(op.bias, indices, count);
  collect(op.dst, indices, count);
  for (uint32_t i = 0; i < op.n_post_ops; ++i)
    if (op.post_ops[i].tensor.dtype != LC_DTYPE_INVALID)
      collect(op.post_ops[i].tensor, indices, count);
  return count;
}

bool isEmpty(const Shape &shape) {
  for (int i = 0; i < shape.rank; ++i)
    if (shape.dims[i] == 0)
      return true;
  return false;
}

void describe(const lc_library_op_t &op, const Shapes &shapes, char *text,
              size_t size) {
  const char *name = op.kind == LC_LIBRARY_MATMUL            ? "matmul"
                     : op.kind == LC_LIBRARY_CONV            ? "convolution"
                     : op.kind == LC_LIBRARY_CONV_GRAD_INPUT ? "input gradient"
                     : op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT
                         ? "weight gradient"
                         : "deconvolution";
  Error out = {text, size};
  fail(out, LC_OK, "%s ", name);
  const Shape *tensors[] = {&shapes.src, &shapes.weights, &shapes.dst};
  const char *before[] = {"", " by ", " to "};
  for (int t = 0; t < 3; ++t) {
    amend(out, "%s", before[t]);
    for (int i = 0; i < tensors[t]->rank; ++i)
      amend(out, "%s%lld", i ? "x" : "",
            static_cast<long long>(tensors[t]->dims[i]));
  }
}

} // namespace lcompile::rt::onednn
