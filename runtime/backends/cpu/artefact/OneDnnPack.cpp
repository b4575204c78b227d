// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packing constant weights into the layout that oneDNN prefers, where the
// compiler did not.
#include "runtime/backends/cpu/artefact/OneDnn.h"

#include <stdlib.h>

namespace lcompile::rt::onednn {

namespace {
Packed *find(Library &library, int32_t constant,
             const_dnnl_memory_desc_t stored, const_dnnl_memory_desc_t wanted) {
  for (Packed *packed = library.packs; packed; packed = packed->next)
    if (packed->constant == constant &&
        dnnl_memory_desc_equal(packed->stored, stored) &&
        dnnl_memory_desc_equal(packed->desc, wanted))
      return packed;
  return nullptr;
}

/// Fills in an entry whose constant is known; it takes `stored`.
dnnl_status_t pack(Library &library, const_dnnl_memory_desc_t wanted,
                   Packed &packed) {
  const void *constant = library.constants[packed.constant];
  dnnl_status_t status = dnnl_memory_desc_clone(&packed.desc, wanted);
  if (status != dnnl_success)
    return status;
  packed.data = constant;
  if (dnnl_memory_desc_equal(packed.stored, wanted))
    return dnnl_success;
  if (!reserve(packed.block, dnnl_memory_desc_get_size(wanted) + 1))
    return dnnl_out_of_memory;
  packed.data = packed.block.data;
  return reorder(library.engine, packed.stored, constant, wanted,
                 packed.block.data);
}

/// Makes an entry. Takes `stored`, how the constant lies in the artefact.
dnnl_status_t add(Library &library, int32_t constant, dnnl_memory_desc_t stored,
                  const_dnnl_memory_desc_t wanted, Packed **result) {
  auto *packed = static_cast<Packed *>(calloc(1, sizeof(Packed)));
  if (!packed) {
    dnnl_memory_desc_destroy(stored);
    return dnnl_out_of_memory;
  }
  packed->constant = constant;
  packed->stored = stored;
  dnnl_status_t status = pack(library, wanted, *packed);
  if (status != dnnl_success) {
    destroyPacked(packed);
    return status;
  }
  packed->next = library.packs;
  *result = library.packs = packed;
  return dnnl_success;
}
} // namespace

void destroyPacked(Packed *packed) {
  dnnl_memory_desc_destroy(packed->stored);
  dnnl_memory_desc_destroy(packed->desc);
  release(packed->block);
  free(packed);
}

int32_t packWeights(Library &library, const lc_library_op_t &op,
                    const Shapes &shapes, const_dnnl_memory_desc_t wanted,
                    Packed **result, Error error) {
  dnnl_memory_desc_t stored = nullptr;
  dnnl_status_t status = storedLayout(op, shapes.weights, &stored);
  if (status != dnnl_success)
    return explain(error, status, op, shapes);
  pthread_mutex_lock(&library.mutex);
  *result = find(library, op.weights_constant, stored, wanted);
  if (*result)
    dnnl_memory_desc_destroy(stored);
  else
    status = add(library, op.weights_constant, stored, wanted, result);
  pthread_mutex_unlock(&library.mutex);
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
  dnnl_status_t status = preferredLayout(library.engine, op, shapes, &weights);
  if (status == dnnl_success && !weights)
    status = storedLayout(op, shapes.weights, &weights);
  int32_t code = status == dnnl_success
                     ? packWeights(library, op, shapes, weights,
                                   &library.ops[index].packed, error)
                     : explain(error, status, op, shapes);
  dnnl_memory_desc_destroy(weights);
  return code;
}

} // namespace lcompile::rt::onednn
