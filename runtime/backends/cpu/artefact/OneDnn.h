// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Library kernels over oneDNN's C API: what the OneDnn*.cpp files share.
//
// An instance (Library) holds the engine and packed weights; a context
// (Session) holds a stream, scratch memory and primitives made for the shapes
// seen.
#ifndef LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNN_H
#define LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNN_H

#include "runtime/backends/cpu/artefact/Artefact.h"
#include "runtime/base/Error.h"
#include "runtime/memory/Block.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>

namespace lcompile::rt::onednn {

// --- shapes (OneDnnShapes.cpp) ----------------------------------------------

/// A tensor with all sizes known.
struct Shape {
  uint32_t dtype; // LC_DTYPE_INVALID: absent
  int rank;
  dnnl_dims_t dims, strides;
};

/// An op with all sizes known.
struct Shapes {
  Shape src, weights, bias, dst;
  Shape postOps[LC_LIBRARY_MAX_POST_OPS];
};

/// Looks sizes up in the plan; `plan` may be NULL when all are static.
void resolve(const lc_library_op_t &op, const int64_t *plan, Shapes &shapes);

/// Stands in for the sizes that are not known yet when weights are packed:
/// typical ones, with memory orders as declared.
void represent(const lc_library_op_t &op, Shapes &shapes);

/// The plan indices that sizes of `op` depend on, without repeats; `indices`
/// has room for maxDynamicSizes. Returns their number: 0 for a static op.
constexpr int maxDynamicSizes =
    2 * LC_LIBRARY_MAX_RANK * (4 + LC_LIBRARY_MAX_POST_OPS);
int dynamicSizes(const lc_library_op_t &op, int32_t *indices);

bool isEmpty(const Shape &shape);

/// "matmul 4x3xf32 x 3x5xf32" for messages.
void describe(const lc_library_op_t &op, const Shapes &shapes, char *text,
              size_t size);

// --- instances (OneDnn.cpp, OneDnnPack.cpp) ---------------------------------

/// Constant weights in one memory layout.
struct Packed {
  Packed *next;
  int32_t constant;
  // A square weight may be read as it is and transposed: `desc` is then the
  // same.
  dnnl_memory_desc_t stored;
  dnnl_memory_desc_t desc;
  const void *data; // `block`, or the constant itself when it is not packed
  Block block;
};

struct OpState {
  Packed *packed; // the layout that create() chose; NULL: weights not constant
  int nSizes;
  int32_t *sizes; // plan indices: the key of shape-specific primitives
};

struct Library {
  dnnl_engine_t engine;
  const void *const *constants;
  int32_t threads;
  uint32_t nOps;
  OpState *ops;
  Packed *packs;         // list; grows only when a shape needs another layout
  pthread_mutex_t mutex; // guards `packs`
};

/// oneDNN's status as a code and message.
int32_t explain(Error error, dnnl_status_t status, const lc_library_op_t &op,
                const Shapes &shapes);

/// The constant `op.weights_constant` in layout `wanted`: found, or made.
int32_t packWeights(Library &library, const lc_library_op_t &op,
                    const Shapes &shapes, const_dnnl_memory_desc_t wanted,
                    Packed **packed, Error error);
void destroyPacked(Packed *packed);

/// Chooses the layout of constant weights and packs them, unless they lie so.
int32_t chooseLayout(Library &library, uint32_t op, Error error);

// --- layouts of weights (OneDnnLayout.cpp), with the compiler's part in
// --- OneDnnLayout.h ----------------------------------------------------------

/// Limits OpenMP to so many threads while it lives; oneDNN asks OpenMP.
class ThreadLimit {
public:
  explicit ThreadLimit(int32_t threads);
  ~ThreadLimit();

private:
  int before;
};

/// The layout that oneDNN prefers for the weights of an op with these sizes
/// (represent()); NULL where it has no say: no elements, or stand-in sizes that
/// it refuses.
dnnl_status_t preferredLayout(dnnl_engine_t engine, const lc_library_op_t &op,
                              const Shapes &shapes, dnnl_memory_desc_t *desc);

/// How the constant weights lie in the artefact.
dnnl_status_t storedLayout(const lc_library_op_t &op, const Shape &weights,
                           dnnl_memory_desc_t *desc);

/// Copies `from` (laid out as `source`) to `to` (laid out as `destination`).
dnnl_status_t reorder(dnnl_engine_t engine, const_dnnl_memory_desc_t source,
                      const void *from, const_dnnl_memory_desc_t destination,
                      void *to);

// --- descriptors (OneDnnDesc.cpp) -------------------------------------------

dnnl_data_type_t dataType(uint32_t dtype);

/// A memory descriptor of the shape, or of the shape in any layout.
dnnl_status_t makeDesc(const Shape &shape, bool any, dnnl_memory_desc_t *desc);

/// The shape with ones in front up to `rank` dimensions, as oneDNN wants
/// operands that broadcast.
Shape widen(const Shape &shape, int rank);

/// Precision, scratch memory by the caller, post-ops.
dnnl_status_t makeAttributes(const lc_library_op_t &op, const Shapes &shapes,
                             dnnl_primitive_attr_t *result);

/// What oneDNN has for an op. `weights` NULL: as declared.
dnnl_status_t makeDescriptor(dnnl_engine_t engine, const lc_library_op_t &op,
                             const Shapes &shapes,
                             const_dnnl_memory_desc_t weights,
                             dnnl_primitive_desc_t *result);

// --- primitives (OneDnnPrimitive.cpp) ---------------------------------------

enum Argument { argSrc, argWeights, argBias, argDst, argScratch, argPostOps };
constexpr int maxArguments = argPostOps + LC_LIBRARY_MAX_POST_OPS;

/// A tensor that the library wants in another layout than it has: the weights
/// are copied before the op runs, the result after it. Zero: none.
struct Staging {
  int argument; // argWeights or argDst
  dnnl_primitive_t copy;
  dnnl_memory_t outside; // as declared
  size_t offset;         // of the library's layout in the scratch memory
};

/// A primitive for one op and one set of sizes, with its memory objects, so
/// that running it only sets pointers. Zero-initialised: nothing to run.
struct Primitive {
  dnnl_primitive_t primitive; // NULL when there is nothing to compute
  size_t zeroed; // bytes of the result that are then 0: a sum of nothing
  dnnl_memory_t memories[maxArguments];
  dnnl_exec_arg_t arguments[maxArguments];
  int nArguments;
  const void *weights; // packed or stand-in weights; NULL: from the buffers
  const void *source;  // stand-in source; NULL: from the buffers
  Staging staging;
  size_t scratchSize;
  Block zeros; // stand-ins when the reduction is over no elements
};

int32_t makePrimitive(Library &library, uint32_t op, const Shapes &shapes,
                      Primitive &primitive, Error error);
void destroyPrimitive(Primitive &primitive);

// --- contexts (OneDnnInvoke.cpp) --------------------------------------------

/// Primitives of one op, least recently used first to go.
struct OpCache {
  static constexpr int capacity = 16;
  Primitive *entries;
  int64_t *keys; // per entry, nSizes values of the plan
  uint64_t lastUse[capacity];
  int used, slots;
};

struct Session {
  Library *library;
  dnnl_stream_t stream;
  Block scratch;
  OpCache *ops;
  uint64_t clock;
};

int32_t openSession(void *library, void **session, char *error,
                    size_t errorSize);
void closeSession(void *session);

} // namespace lcompile::rt::onednn

#endif // LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNN_H
