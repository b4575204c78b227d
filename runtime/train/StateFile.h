// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// States in files, whole or in parts.
#ifndef LCOMPILE_RUNTIME_TRAIN_STATEFILE_H
#define LCOMPILE_RUNTIME_TRAIN_STATEFILE_H

#include "runtime/train/Safetensors.h"
#include "runtime/train/Trainer.h"

namespace lcompile::rt {

/// Writes what is held of these states: of sharded ones a part, which says so.
int32_t writeStates(const char *path, const State *const *states,
                    uint32_t count, Error error);

/// Copies what the state holds from files that have all of it, whole or in
/// parts, whoever held them; `path` is for messages.
int32_t readState(State &state, const char *path, const TensorFile *files,
                  uint32_t count, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_TRAIN_STATEFILE_H
