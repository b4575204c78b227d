// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a library op and its sizes to a oneDNN primitive.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <string.h>

namespace lcompile::rt::onednn {

namespace {
/// Adds an argument with a memory object whose pointer is set at each run.
dnnl_status_t addArgument(Primitive &primitive, dnnl_engine_t engine,
                          int position, int argument,
                          const_dnnl_memory_desc_t desc) {
  dnnl_memory_t &memory = primitive.memories[position];
  dnnl_status_t status =
      dnnl_memory_create(&memory, desc, engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success)
    primitive.arguments[primitive.nArguments++] = {argument, memory};
  return status;
}

/// What oneDNN calls a tensor of an op.
struct Named {
  int position, argument;
  dnnl_query_t query;
};

using Signature = Named[4];

const Signature &signatureOf(uint32_t kind) {
  static constexpr Named scratch = {argScratch, DNNL_ARG_SCRATCHPAD,
                                    dnnl_query_scratchpad_md};
  static constexpr Signature forward = {
      {argSrc, DNNL_ARG_SRC, dnnl_query_src_md},
      {argWeights, DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
      {argDst, DNNL_ARG_DST, dnnl_query_dst_md},
      scratch};
  static constexpr Signature gradInput = {
      {argSrc, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
      {argWeights, DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
      {argDst, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md},
      scratch};
  static constexpr Signature gradWeight = {
      {argSrc, DNNL_ARG_SRC, dnnl_query_src_md},
      {argWeights, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
      {argDst, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md},
      scratch};
  return kind == LC_LIBRARY_CONV_GRAD_INPUT    ? gradInput
         : kind == LC_LIBRARY_CONV_GRAD_WEIGHT ? gradWeight
                                               : forward;
}

dnnl_status_t addArguments(Library &library, const lc_library_op_t &op,
                           dnnl_primitive_desc_t desc, bool bias, int rank,
                           const Shapes &shapes, Primitive &result) {
  dnnl_status_t status = dnnl_success;
  for (const Named &entry : signatureOf(op.kind))
    if (status == dnnl_success)
      status =
          addArgument(result, library.engine, entry.position, entry.argument,
                      dnnl_primitive_desc_query_md(desc, entry.query, 0));
  if (status == dnnl_success && bias)
    status = addArgument(
        result, library.engine, argBias, DNNL_ARG_BIAS,
        dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 1));
  for (uint32_t i = 0; status == dnnl_success && i < op.n_post_ops; ++i) {
    if (op.post_ops[i].kind < LC_POST_ADD || op.post_ops[i].kind == LC_POST_SUM)
      continue;
    dnnl_memory_desc_t operand = nullptr;
    status = makeDesc(widen(shapes.postOps[i], rank), false, &operand);
    if (status == dnnl_success)
      status = addArgument(
          result, library.engine, argPostOps + int(i),
          DNNL_ARG_ATTR_MULTIPLE_POST_OP(int(i)) | DNNL_ARG_SRC_1, operand);
    dnnl_memory_desc_destroy(operand);
  }
  result.scratchSize = dnnl_memory_desc_get_size(
      dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0));
  return status;
}

/// Prepares a copy between the declared layout of what the library was left to
/// choose the layout of and the one that it chose, unless they are the same.
dnnl_status_t stage(Library &library, const lc_library_op_t &op,
                    const Shapes &shapes, dnnl_primitive_desc_t desc,
                    Primitive &result) {
  bool out = op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT;
  Staging &staging = result.staging;
  staging.argument = out ? argDst : argWeights;
  const_dnnl_memory_desc_t inside = dnnl_primitive_desc_query_md(
      desc, out ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
  dnnl_memory_desc_t outside = nullptr;
  dnnl_primitive_desc_t copy = nullptr;
  dnnl_engine_t engine = library.engine;
  dnnl_status_t status =
      makeDesc(out ? shapes.dst : shapes.weights, false, &outside);
  if (status == dnnl_success && !dnnl_memory_desc_equal(inside, outside)) {
    status =
        dnnl_memory_create(&staging.outside, outside, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
      status = dnnl_reorder_primitive_desc_create(
          &copy, out ? inside : outside, engine, out ? outside : inside, engine,
          nullptr);
    if (status == dnnl_success)
      status = dnnl_primitive_create(&staging.copy, copy);
    if (copy)
      dnnl_primitive_desc_destroy(copy);
    constexpr size_t line = 64;
    staging.offset = (result.scratchSize + line - 1) / line * line;
    result.scratchSize = staging.offset + dnnl_memory_desc_get_size(inside);
  }
  dnnl_memory_desc_destroy(outside);
  return status;
}

bool isReference(const_dnnl_primitive_desc_t desc) {
  const char *name = "";
  dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name);
  return strstr(name, "ref");
}

/// A descriptor that takes constant weights as packed. Should oneDNN want
/// another layout for these sizes and have only its reference code for the
/// packed one, the weights are packed a second time.
int32_t makeForConstant(Library &library, const lc_library_op_t &op,
                        Packed *packed, const Shapes &shapes,
                        dnnl_primitive_desc_t *result, Primitive &primitive,
                        Error error) {
  dnnl_status_t status, anyStatus;
  dnnl_primitive_desc_t any = nullptr;
  dnnl_memory_desc_t anyWeights = nullptr;
  status = makeDescriptor(library.engine, op, shapes, packed->desc, result);
  primitive.weights = packed->data;
  if (status == dnnl_success && !isReference(*result))
    return LC_OK;
  anyStatus = makeDesc(shapes.weights, true, &anyWeights);
  if (anyStatus == dnnl_success)
    anyStatus = makeDescriptor(library.engine, op, shapes, anyWeights, &any);
  dnnl_memory_desc_destroy(anyWeights);
  if (anyStatus != dnnl_success)
    return status == dnnl_success ? int32_t(LC_OK)
                                  : explain(error, status, op, shapes);
  if (status == dnnl_success && isReference(any)) {
    dnnl_primitive_desc_destroy(any);
    return LC_OK;
  }
  if (status == dnnl_success)
    dnnl_primitive_desc_destroy(*result);
  *result = any;
  int32_t code =
      packWeights(library, op, shapes,
                  dnnl_primitive_desc_query_md(any, dnnl_query_weights_md, 0),
                  &packed, error);
  if (code == LC_OK)
    primitive.weights = packed->data;
  else
    dnnl_primitive_desc_destroy(any);
  return code;
}

/// A sum over no elements is zero: the same op over one element with zeros, so
/// that bias and post-ops still apply.
bool standIn(Shapes &shapes, Primitive &primitive) {
  Shape *operands[] = {&shapes.src, &shapes.weights};
  size_t bytes = 0;
  for (int t = 0; t < 2; ++t) {
    Shape &shape = *operands[t];
    shape.dims[t ? shape.rank - 2 : shape.rank - 1] = 1;
    int64_t count = 1;
    for (int i = shape.rank - 1; i >= 0; --i) {
      shape.strides[i] = count;
      count *= shape.dims[i];
    }
    if (bytes < size_t(count) * 8)
      bytes = size_t(count) * 8;
  }
  primitive.source = primitive.weights = nullptr;
  if (!reserve(primitive.zeros, bytes))
    return false;
  primitive.source = primitive.weights = primitive.zeros.data;
  return true;
}
} // namespace

int32_t makePrimitive(Library &library, uint32_t index, const Shapes &given,
                      Primitive &result, Error error) {
  const lc_library_op_t &op = lc_artefact_library_ops[index];
  result = {};
  if (isEmpty(given.dst))
    return LC_OK;
  bool isGradient = op.kind == LC_LIBRARY_CONV_GRAD_INPUT ||
                    op.kind == LC_LIBRARY_CONV_GRAD_WEIGHT;
  if (isGradient && (isEmpty(given.src) || isEmpty(given.weights))) {
    dnnl_memory_desc_t zeros = nullptr;
    dnnl_status_t made = makeDesc(given.dst, false, &zeros);
    if (made == dnnl_success)
      result.zeroed = dnnl_memory_desc_get_size(zeros);
    dnnl_memory_desc_destroy(zeros);
    return made == dnnl_success ? int32_t(LC_OK)
                                : explain(error, made, op, given);
  }
  Shapes shapes = given;
  dnnl_primitive_desc_t desc = nullptr;
  dnnl_status_t status = dnnl_success;
  int32_t code = LC_OK;
  bool noReduction = isEmpty(given.src) || isEmpty(given.weights);
  if (noReduction && op.kind != LC_LIBRARY_MATMUL)
    return explain(error, dnnl_unimplemented, op, shapes);
  if (noReduction && !standIn(shapes, result))
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  Packed *packed = noReduction ? nullptr : library.ops[index].packed;
  bool isStaged = !packed && op.kind != LC_LIBRARY_MATMUL;
  if (packed) {
    code = makeForConstant(library, op, packed, shapes, &desc, result, error);
  } else {
    dnnl_memory_desc_t any = nullptr;
    if (isStaged && op.kind != LC_LIBRARY_CONV_GRAD_WEIGHT)
      status = makeDesc(shapes.weights, true, &any);
    if (status == dnnl_success)
      status = makeDescriptor(library.engine, op, shapes, any, &desc);
    dnnl_memory_desc_destroy(any);
    if (status != dnnl_success)
      code = explain(error, status, op, shapes);
  }
  if (code == LC_OK) {
    status = dnnl_primitive_create(&result.primitive, desc);
    if (status == dnnl_success)
      status =
          addArguments(library, op, desc, shapes.bias.dtype != LC_DTYPE_INVALID,
                       shapes.dst.rank, shapes, result);
    if (status == dnnl_success && isStaged)
      status = stage(library, op, shapes, desc, result);
    dnnl_primitive_desc_destroy(desc);
    if (status != dnnl_success)
      code = explain(error, status, op, shapes);
  }
  if (code != LC_OK)
    destroyPrimitive(result);
  return code;
}

void destroyPrimitive(Primitive &primitive) {
  if (primitive.primitive)
    dnnl_primitive_destroy(primitive.primitive);
  for (dnnl_memory_t memory : primitive.memories)
    if (memory)
      dnnl_memory_destroy(memory);
  if (primitive.staging.copy)
    dnnl_primitive_destroy(primitive.staging.copy);
  dnnl_memory_destroy(primitive.staging.outside);
  release(primitive.zeros);
  primitive = {};
}

} // namespace lcompile::rt::onednn
