// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checkpoints: the states of a training as files.
#ifndef LCOMPILE_RUNTIME_TRAIN_CHECKPOINT_H
#define LCOMPILE_RUNTIME_TRAIN_CHECKPOINT_H

#include "runtime/train/Trainer.h"

namespace lcompile::rt {

// PATH/latest              "NUMBER RANKS": which checkpoint counts
// PATH/NUMBER/rank-R-of-N.safetensors
//
// `latest` is replaced by a rename when all files of the new checkpoint are on
// the disk; then the one before is removed.

int32_t saveCheckpoint(Trainer &trainer, const char *path, Error error);
int32_t loadCheckpoint(Trainer &trainer, const char *path, Error error);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_TRAIN_CHECKPOINT_H
