// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one thread of calls needs: arena, outputs, plans, library scratch.
#ifndef LCOMPILE_RUNTIME_LOADER_CONTEXT_H
#define LCOMPILE_RUNTIME_LOADER_CONTEXT_H

#include "lcompile-c/Channel.h"
#include "lcompile-c/Types.h"
#include "runtime/loader/Instance.h"
#include "runtime/loader/Plans.h"
#include "runtime/loader/Trace.h"
#include "runtime/memory/Block.h"

namespace lcompile::rt {

/// What a context keeps for one function.
struct FunctionState {
  Plans plans;
  const void **inputs; // n_inputs pointers for lc_call_t
  void **outputs;      // n_outputs pointers for lc_call_t
  int64_t **dims;      // per output, rank values
  Block *blocks;       // per output, when the runtime provides its memory
};

struct Context {
  Instance *instance;
  void *library; // from lc_library_t.open
  FunctionState *functions;
  Block arena;
  int64_t arenaBytes; // of the last call
  Trace trace;
  lc_channel_t *channel; // the caller's, or null
  bool busy;
};

/// Makes a context with its own reference to `instance`.
int32_t openContext(Instance *instance, Context **context, Error error);
void closeContext(Context *context);

/// A step of several ranks needs a channel to the others; `training` may be
/// null.
int32_t checkChannel(const Context &context, const lc_training_t *training,
                     const lc_function_t &function, Error error);

/// Checks inputs and fills in dtype, rank and dims of outputs.
int32_t inferShapes(Context &context, uint32_t function,
                    const lc_tensor_t *inputs, uint32_t nInputs,
                    lc_tensor_t *outputs, uint32_t nOutputs, Error error);

/// Runs a function; see lc_tensor_t for who provides outputs.
int32_t runFunction(Context &context, uint32_t function,
                    const lc_tensor_t *inputs, uint32_t nInputs,
                    lc_tensor_t *outputs, uint32_t nOutputs, Error error);

/// Bytes that the context holds for outputs, and plans that it remembers.
size_t outputBytes(const Context &context);
size_t cachedPlans(const Context &context);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_CONTEXT_H
