// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layouts of constant weights. Used by the compiler too: nothing here may need
// generated code.
#include "runtime/backends/cpu/artefact/OneDnnLayout.h"

#include "runtime/backends/cpu/artefact/OneDnn.h"

extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

namespace lcompile::rt::onednn {

ThreadLimit::ThreadLimit(int32_t threads) : before(omp_get_max_threads()) {
  if (before != threads)
    omp_set_num_threads(threads);
}

ThreadLimit::~ThreadLimit() {
  if (before != omp_get_max_threads())
    omp_set_num_threads(before);
}

dnnl_status_t preferredLayout(dnnl_engine_t engine, const lc_library_op_t &op,
                              const Shapes &shapes, dnnl_memory_desc_t *desc) {
  *desc = nullptr;
  if (isEmpty(shapes.src) || isEmpty(shapes.weights) || isEmpty(shapes.dst))
    return dnnl_success;
  dnnl_memory_desc_t any = nullptr;
  dnnl_primitive_desc_t primitive = nullptr;
  dnnl_status_t status = makeDesc(shapes.weights, true, &any);
  if (status != dnnl_success)
    return status;
  // Stand-in sizes that oneDNN refuses say nothing about the real ones.
  if (makeDescriptor(engine, op, shapes, any, &primitive) == dnnl_success)
    status = dnnl_memory_desc_clone(
        desc,
        dnnl_primitive_desc_query_md(primitive, dnnl_query_weights_md, 0));
  if (primitive)
    dnnl_primitive_desc_destroy(primitive);
  dnnl_memory_desc_destroy(any);
  return status;
}

dnnl_status_t storedLayout(const lc_library_op_t &op, const Shape &weights,
                           dnnl_memory_desc_t *desc) {
  if (!op.weights_tag)
    return makeDesc(weights, false, desc);
  return dnnl_memory_desc_create_with_tag(desc, weights.rank, weights.dims,
                                          dataType(weights.dtype),
                                          dnnl_format_tag_t(op.weights_tag));
}

dnnl_status_t reorder(dnnl_engine_t engine, const_dnnl_memory_desc_t source,
                      const void *from, const_dnnl_memory_desc_t destination,
                      void *to) {
  dnnl_primitive_desc_t desc = nullptr;
  dnnl_primitive_t primitive = nullptr;
  dnnl_stream_t stream = nullptr;
  dnnl_memory_t in = nullptr, out = nullptr;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(
      &desc, source, engine, destination, engine, nullptr);
  if (status == dnnl_success)
    status = dnnl_primitive_create(&primitive, desc);
  if (status == dnnl_success)
    status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  if (status == dnnl_success)
    status = dnnl_memory_create(&in, source, engine, const_cast<void *>(from));
  if (status == dnnl_success)
    status = dnnl_memory_create(&out, destination, engine, to);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, in}, {DNNL_ARG_TO, out}};
    status = dnnl_primitive_execute(primitive, stream, 2, arguments);
    if (status == dnnl_success)
      status = dnnl_stream_wait(stream);
  }
  dnnl_memory_destroy(out);
  dnnl_memory_destroy(in);
  if (stream)
    dnnl_stream_destroy(stream);
  if (primitive)
    dnnl_primitive_destroy(primitive);
  if (desc)
    dnnl_primitive_desc_destroy(desc);
  return status;
}

uint32_t preferredTag(const lc_library_op_t &op, int32_t threads) {
  ThreadLimit limit(threads ? threads : omp_get_max_threads());
  dnnl_engine_t engine = nullptr;
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success)
    return 0;
  Shapes shapes;
  represent(op, shapes);
  dnnl_memory_desc_t wanted = nullptr, stored = nullptr;
  uint32_t result = 0;
  if (preferredLayout(engine, op, shapes, &wanted) == dnnl_success && wanted &&
      makeDesc(shapes.weights, false, &stored) == dnnl_success &&
      !dnnl_memory_desc_equal(wanted, stored)) {
    lc_library_op_t trial = op;
    for (int tag = dnnl_format_tag_any + 1;
         !result && tag < dnnl_format_tag_last; ++tag) {
      dnnl_memory_desc_t desc = nullptr;
      trial.weights_tag = uint32_t(tag);
      if (storedLayout(trial, shapes.weights, &desc) != dnnl_success)
        continue;
      if (dnnl_memory_desc_equal(desc, wanted))
        result = uint32_t(tag);
      dnnl_memory_desc_destroy(desc);
    }
  }
  dnnl_memory_desc_destroy(stored);
  dnnl_memory_desc_destroy(wanted);
  dnnl_engine_destroy(engine);
  return result;
}

size_t packedSize(const lc_library_op_t &op) {
  Shapes shapes;
  represent(op, shapes);
  dnnl_memory_desc_t desc = nullptr;
  if (storedLayout(op, shapes.weights, &desc) != dnnl_success)
    return 0;
  size_t size = dnnl_memory_desc_get_size(desc);
  dnnl_memory_desc_destroy(desc);
  return size;
}

bool packAsTagged(const lc_library_op_t &op, const void *from, void *to) {
  Shapes shapes;
  represent(op, shapes);
  dnnl_engine_t engine = nullptr;
  dnnl_memory_desc_t source = nullptr, destination = nullptr;
  dnnl_status_t status = dnnl_engine_create(&engine, dnnl_cpu, 0);
  if (status == dnnl_success)
    status = makeDesc(shapes.weights, false, &source);
  if (status == dnnl_success)
    status = storedLayout(op, shapes.weights, &destination);
  if (status == dnnl_success)
    status = reorder(engine, source, from, destination, to);
  dnnl_memory_desc_destroy(destination);
  dnnl_memory_desc_destroy(source);
  if (engine)
    dnnl_engine_destroy(engine);
  return status == dnnl_success;
}

} // namespace lcompile::rt::onednn
