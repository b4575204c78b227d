// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes and ranges of commands.
#include "runtime/hal/Checks.h"

#include "runtime/loader/Symbols.h"

#include <stdio.h>
#include <stdlib.h>

namespace lcompile::rt {

namespace {
using Unsigned = unsigned long long;

int32_t checkBuffer(const char *kind, const lc_tensor_spec_t &spec,
                    const lc_argument_t &argument, Error error) {
  char what[160];
  snprintf(what, sizeof what, "%s '%s'", kind, spec.name);
  int64_t size = byteSize(argument.dtype, argument.rank, argument.dims);
  if (size < 0)
    return fail(error, LC_INVALID_ARGUMENT, "%s: too large", what);
  return checkRange(argument.buffer, argument.offset, uint64_t(size), what,
                    error);
}
} // namespace

int32_t checkRange(const lc_buffer_t *buffer, uint64_t offset, uint64_t size,
                   const char *what, Error error) {
  if (!buffer)
    return fail(error, LC_INVALID_ARGUMENT, "%s: no buffer", what);
  if (offset <= buffer->size && size <= buffer->size - offset)
    return LC_OK;
  return fail(error, LC_INVALID_ARGUMENT,
              "%s: expected %llu bytes from %llu on, found a buffer of %llu",
              what, Unsigned(size), Unsigned(offset), Unsigned(buffer->size));
}

int32_t checkShapes(const lc_executable_t &executable, uint32_t index,
                    const lc_argument_t *inputs, uint32_t nInputs,
                    uint32_t nOutputs, Plans &plans, Error error) {
  const lc_function_t &function = executable.functions[index];
  if (nOutputs != function.n_outputs)
    return fail(error, LC_INVALID_ARGUMENT,
                "function '%s': expected %u outputs, found %u", function.name,
                function.n_outputs, nOutputs);
  auto *tensors = static_cast<lc_tensor_t *>(
      calloc(size_t(nInputs) + 1, sizeof(lc_tensor_t)));
  if (!tensors)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t i = 0; i < nInputs; ++i)
    tensors[i] = {nullptr, inputs[i].dtype, inputs[i].rank, inputs[i].dims,
                  nullptr};
  int32_t code = bindSymbols(function, tensors, nInputs, /*rankSymbol=*/-1, 0,
                             plans.wanted(), error);
  if (code == LC_OK) {
    plans.find();
    code = checkExpressions(function, tensors, plans.plan(), error);
  }
  free(tensors);
  return code;
}

void outputDims(const lc_function_t &function, const Plans &plans,
                int64_t (*dims)[LC_MAX_RANK]) {
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    for (uint32_t d = 0; d < function.outputs[i].rank; ++d)
      dims[i][d] =
          dimension(function.outputs[i].dims[d], plans.symbols(), plans.plan());
}

int32_t checkArguments(const lc_function_t &function, const Plans &plans,
                       const lc_argument_t *inputs,
                       const lc_argument_t *outputs, Error error) {
  for (uint32_t i = 0; i < function.n_inputs; ++i)
    if (int32_t code =
            checkBuffer("input", function.inputs[i], inputs[i], error))
      return code;
  for (uint32_t i = 0; i < function.n_outputs; ++i) {
    const lc_tensor_spec_t &spec = function.outputs[i];
    bool same = outputs[i].dtype == spec.dtype && outputs[i].rank == spec.rank;
    for (uint32_t d = 0; same && d < spec.rank; ++d)
      same = outputs[i].dims[d] ==
             dimension(spec.dims[d], plans.symbols(), plans.plan());
    if (!same)
      return fail(error, LC_INVALID_ARGUMENT,
                  "output '%s': not the dtype and shape that the inputs give",
                  spec.name);
    if (int32_t code = checkBuffer("output", spec, outputs[i], error))
      return code;
  }
  return LC_OK;
}

} // namespace lcompile::rt
