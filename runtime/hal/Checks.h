// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks that every backend makes before a command is accepted.
#ifndef LCOMPILE_RUNTIME_HAL_CHECKS_H
#define LCOMPILE_RUNTIME_HAL_CHECKS_H

#include "runtime/base/Error.h"
#include "runtime/hal/Program.h"
#include "runtime/loader/Plans.h"

namespace lcompile::rt {

/// That [offset, offset + size) lies inside a buffer; `what` starts the
/// message.
int32_t checkRange(const lc_buffer_t *buffer, uint64_t offset, uint64_t size,
                   const char *what, Error error);

/// Checks counts and shapes, and makes the plan of these shapes current in
/// `plans`, which was made for this function.
int32_t checkShapes(const lc_executable_t &executable, uint32_t function,
                    const lc_argument_t *inputs, uint32_t nInputs,
                    uint32_t nOutputs, Plans &plans, Error error);

/// Writes the dims of all outputs under the current plan.
void outputDims(const lc_function_t &function, const Plans &plans,
                int64_t (*dims)[LC_MAX_RANK]);

/// That every argument's buffer is large enough, and that outputs have the
/// dtypes and dims of the current plan.
int32_t checkArguments(const lc_function_t &function, const Plans &plans,
                       const lc_argument_t *inputs,
                       const lc_argument_t *outputs, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_HAL_CHECKS_H
