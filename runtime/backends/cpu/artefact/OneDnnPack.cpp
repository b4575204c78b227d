// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packing constant weights into the layout that oneDNN prefers.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <stdlib.h>

namespace lcompile::rt::onednn {

namespace {
Packed *find(Library &library, int32_t constant,
             const_dnnl_memory_desc_t desc) {
  for (Packed *packed = library.packs; packed; packed = packed->next)
    if (packed->constant == constant &&
        dnnl_memory_desc_equal(packed->desc, desc))
      return packed;
  return nullptr;
}

/// Copies `from` (layout `plain`) to `to` (layout `wanted`).
dnnl_status_t reorder(dnnl_engine_t engine, const_dnnl_memory_desc_t plain,
                      const void *from, const_dnnl_memory_desc_t wanted,
                      void *to) {
  dnnl_primitive_desc_t desc = nullptr;
  dnnl_primitive_t primitive = nullptr;
  dnnl_stream_t stream = nullptr;
  dnnl_memory_t source = nullptr, destination = nullptr;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(
      &desc, plain, engine, wanted, engine, nullptr);
  if (status == dnnl_success)
    status = dnnl_primitive_create(&primitive, desc);
  if (status == dnnl_success)
    status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  if (status == dnnl_success)
    status =
        dnnl_memory_create(&source, plain, engine, const_cast<void *>(from));
  if (status == dnnl_success)
    status = dnnl_memory_create(&destination, wanted, engine, to);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source},
                                   {DNNL_ARG_TO, destination}};
    status = dnnl_primitive_execute(primitive, stream, 2, arguments);
    if (status == dnnl_success)
      status = dnnl_stream_wait(stream);
  }
  dnnl_memory_destroy(destination);
  dnnl_memory_destroy(source);
  if (stream)
    dnnl_stream_destroy(stream);
  if (primitive)
    dnnl_primitive_destroy(primitive);
  if (desc)
    dnnl_primitive_desc_destroy(desc);
  return status;
}

/// Fills in an entry; `plain` is how the constant lies in the weights.
dnnl_status_t pack(Library &library, const_dnnl_memory_desc_t plain,
                   const_dnnl_memory_desc_t wanted, Packed &packed) {
  const void *constant = library.constants[packed.constant];
  dnnl_status_t status = dnnl_memory_desc_clone(&packed.desc, wanted);
  if (status != dnnl_success)
    return status;
  packed.data = constant;
  if (dnnl_memory_desc_equal(plain, wanted))
    return dnnl_success;
  if (!reserve(packed.block, dnnl_memory_desc_get_size(wanted) + 1))
    return dnnl_out_of_memory;
  packed.data = packed.block.data;
  return reorder(library.engine, plain, constant, wanted, packed.block.data);
}
} // namespace

int32_t packWeights(Library &library, const lc_library_op_t &op,
                    const Shapes &shapes, const_dnnl_memory_desc_t wanted,
                    Packed **result, Error error) {
  pthread_mutex_lock(&library.mutex);
  Packed *packed = find(library, op.weights_constant, wanted);
  dnnl_status_t status = dnnl_success;
  if (!packed) {
    packed = static_cast<Packed *>(calloc(1, sizeof(Packed)));
    dnnl_memory_desc_t plain = nullptr;
    status =
        packed ? makeDesc(shapes.weights, false, &plain) : dnnl_out_of_memory;
    if (status == dnnl_success) {
      packed->constant = op.weights_constant;
      status = pack(library, plain, wanted, *packed);
    }
    dnnl_memory_desc_destroy(plain);
    if (status == dnnl_success) {
      packed->next = library.packs;
      library.packs = packed;
    } else if (packed) {
      dnnl_memory_desc_destroy(packed->desc);
      release(packed->block);
      free(packed);
    }
  }
  pthread_mutex_unlock(&library.mutex);
  *result = packed;
  return status == dnnl_success ? int32_t(LC_OK)
                                : explain(error, status, op, shapes);
}

int32_t chooseLayout(Library &library, uint32_t index, Error error) {
  const lc_library_op_t &op = lc_artefact_library_ops[index];
  if (op.weights_constant < 0)
    return LC_OK;
  Shapes shapes;
  represent(op, shapes);
  if (isEmpty(shapes.weights))
    return LC_OK;
  dnnl_memory_desc_t weights = nullptr;
  dnnl_primitive_desc_t any = nullptr;
  dnnl_status_t status = makeDesc(shapes.weights, true, &weights);
  if (status == dnnl_success && !isEmpty(shapes.src) && !isEmpty(shapes.dst))
    makeDescriptor(library, op, shapes, weights, &any, &status);
  if (any && status == dnnl_success) {
    dnnl_memory_desc_destroy(weights);
    status = dnnl_memory_desc_clone(
        &weights, dnnl_primitive_desc_query_md(any, dnnl_query_weights_md, 0));
    dnnl_primitive_desc_destroy(any);
  } else {
    // Stand-in sizes that oneDNN refuses say nothing about the real ones: keep
    // the weights as they are.
    dnnl_memory_desc_destroy(weights);
    weights = nullptr;
    status = makeDesc(shapes.weights, false, &weights);
  }
  int32_t code = status == dnnl_success
                     ? packWeights(library, op, shapes, weights,
                                   &library.ops[index].packed, error)
                     : explain(error, status, op, shapes);
  dnnl_memory_desc_destroy(weights);
  return code;
}

} // namespace lcompile::rt::onednn
