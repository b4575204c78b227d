// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptors: dtypes, broadcasting operands, post-ops.
#include "runtime/backends/cpu/artefact/OneDnn.h"

namespace lcompile::rt::onednn {

dnnl_data_type_t dataType(uint32_t dtype) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return dnnl_f32;
  case LC_DTYPE_F64:
    return dnnl_f64;
  case LC_DTYPE_F16:
    return dnnl_f16;
  case LC_DTYPE_BF16:
    return dnnl_bf16;
  case LC_DTYPE_I32:
    return dnnl_s32;
  case LC_DTYPE_I8:
    return dnnl_s8;
  case LC_DTYPE_U8:
    return dnnl_u8;
  default:
    return dnnl_data_type_undef;
  }
}

namespace {
dnnl_alg_kind_t algorithm(uint32_t kind) {
  switch (kind) {
  case LC_POST_RELU:
    return dnnl_eltwise_relu;
  case LC_POST_GELU_ERF:
    return dnnl_eltwise_gelu_erf;
  case LC_POST_GELU_TANH:
    return dnnl_eltwise_gelu_tanh;
  case LC_POST_SILU:
    return dnnl_eltwise_swish;
  case LC_POST_SIGMOID:
    return dnnl_eltwise_logistic;
  case LC_POST_TANH:
    return dnnl_eltwise_tanh;
  case LC_POST_HARDSWISH:
    return dnnl_eltwise_hardswish;
  case LC_POST_HARDSIGMOID:
    return dnnl_eltwise_hardsigmoid;
  case LC_POST_CLIP:
    return dnnl_eltwise_clip;
  case LC_POST_LINEAR:
    return dnnl_eltwise_linear;
  case LC_POST_ELU:
    return dnnl_eltwise_elu;
  case LC_POST_EXP:
    return dnnl_eltwise_exp;
  case LC_POST_ADD:
    return dnnl_binary_add;
  case LC_POST_MUL:
    return dnnl_binary_mul;
  case LC_POST_SUB:
    return dnnl_binary_sub;
  case LC_POST_MAX:
    return dnnl_binary_max;
  case LC_POST_MIN:
    return dnnl_binary_min;
  default:
    return dnnl_alg_kind_undef;
  }
}

dnnl_status_t appendPostOp(dnnl_post_ops_t postOps, const lc_post_op_t &op,
                           const Shape &operand, int rank) {
  if (op.kind == LC_POST_SUM)
    return dnnl_post_ops_append_sum(postOps, 1.0f, 0, dnnl_data_type_undef);
  if (op.kind < LC_POST_ADD)
    return dnnl_post_ops_append_eltwise(postOps, algorithm(op.kind), op.alpha,
                                        op.beta);
  dnnl_memory_desc_t desc = nullptr;
  dnnl_status_t status = makeDesc(widen(operand, rank), false, &desc);
  if (status == dnnl_success)
    status = dnnl_post_ops_append_binary(postOps, algorithm(op.kind), desc);
  dnnl_memory_desc_destroy(desc);
  return status;
}
dnnl_status_t create(dnnl_engine_t engine, const lc_library_op_t &op,
                     const dnnl_memory_desc_t (&desc)[4],
                     dnnl_primitive_attr_t attributes, int spatial,
                     dnnl_primitive_desc_t *result) {
  if (op.kind == LC_LIBRARY_MATMUL)
    return dnnl_matmul_primitive_desc_create(result, engine, desc[0], desc[1],
                                             desc[2], desc[3], attributes);
  dnnl_dims_t dilates = {};
  for (int i = 0; i < spatial; ++i)
    dilates[i] = op.dilation[i] - 1; // oneDNN counts the gaps
  if (op.kind == LC_LIBRARY_CONV_GRAD_INPUT)
    return dnnl_convolution_backward_data_primitive_desc_create(
        result, engine, dnnl_convolution_direct, desc[3], desc[1], desc[0],
        op.stride, dilates, op.pad_low, op.pad_high, nullptr, attributes);
  if (op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT)
    return dnnl_convolution_backward_weights_primitive_desc_create(
        result, engine, dnnl_convolution_direct, desc[0], desc[3], nullptr,
        desc[1], op.stride, dilates, op.pad_low, op.pad_high, nullptr,
        attributes);
  if (op.kind == LC_LIBRARY_CONV)
    return dnnl_convolution_forward_primitive_desc_create(
        result, engine, dnnl_forward_inference, dnnl_convolution_direct,
        desc[0], desc[1], desc[2], desc[3], op.stride, dilates, op.pad_low,
        op.pad_high, attributes);
  return dnnl_deconvolution_forward_primitive_desc_create(
      result, engine, dnnl_forward_inference, dnnl_deconvolution_direct,
      desc[0], desc[1], desc[2], desc[3], op.stride, dilates, op.pad_low,
      op.pad_high, attributes);
}

} // namespace

Shape widen(const Shape &shape, int rank) {
  Shape wide = {shape.dtype, rank, {}, {}};
  int added = rank - shape.rank;
  for (int i = 0; i < rank; ++i) {
    wide.dims[i] = i < added ? 1 : shape.dims[i - added];
    wide.strides[i] = i < added ? 1 : shape.strides[i - added];
  }
  if (added > 0 && shape.rank)
    for (int i = 0; i < added; ++i)
      wide.strides[i] = shape.strides[0] * shape.dims[0];
  return wide;
}

dnnl_status_t makeAttributes(const lc_library_op_t &op, const Shapes &shapes,
                             dnnl_primitive_attr_t *result) {
  dnnl_status_t status = dnnl_primitive_attr_create(result);
  if (status != dnnl_success)
    return status;
  dnnl_primitive_attr_set_scratchpad_mode(*result, dnnl_scratchpad_mode_user);
  if (op.allow_bf16)
    dnnl_primitive_attr_set_fpmath_mode(*result, dnnl_fpmath_mode_bf16);
  dnnl_post_ops_t postOps;
  status = dnnl_post_ops_create(&postOps);
  for (uint32_t i = 0; status == dnnl_success && i < op.n_post_ops; ++i)
    status = appendPostOp(postOps, op.post_ops[i], shapes.postOps[i],
                          shapes.dst.rank);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_post_ops(*result, postOps);
  dnnl_post_ops_destroy(postOps);
  return status;
}

dnnl_status_t makeDesc(const Shape &shape, bool any, dnnl_memory_desc_t *desc) {
  dnnl_data_type_t type = dataType(shape.dtype);
  if (any)
    return dnnl_memory_desc_create_with_tag(desc, shape.rank, shape.dims, type,
                                            dnnl_format_tag_any);
  return dnnl_memory_desc_create_with_strides(desc, shape.rank, shape.dims,
                                              type, shape.strides);
}

dnnl_status_t makeDescriptor(dnnl_engine_t engine, const lc_library_op_t &op,
                             const Shapes &shapes,
                             const_dnnl_memory_desc_t weights,
                             dnnl_primitive_desc_t *result) {
  dnnl_memory_desc_t desc[4] = {};
  dnnl_primitive_attr_t attributes = nullptr;
  dnnl_status_t status = makeDesc(shapes.src, false, &desc[0]);
  if (status == dnnl_success)
    status = weights ? dnnl_memory_desc_clone(&desc[1], weights)
                     : makeDesc(shapes.weights, false, &desc[1]);
  if (status == dnnl_success && shapes.bias.dtype != LC_DTYPE_INVALID)
    status = makeDesc(op.kind == LC_LIBRARY_MATMUL
                          ? widen(shapes.bias, shapes.dst.rank)
                          : shapes.bias,
                      false, &desc[2]);
  if (status == dnnl_success)
    status =
        makeDesc(shapes.dst, op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT, &desc[3]);
  if (status == dnnl_success)
    status = makeAttributes(op, shapes, &attributes);
  if (status == dnnl_success)
    status = create(engine, op, desc, attributes, shapes.src.rank - 2, result);
  for (dnnl_memory_desc_t d : desc)
    dnnl_memory_desc_destroy(d);
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

} // namespace lcompile::rt::onednn
