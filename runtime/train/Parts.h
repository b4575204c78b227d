// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that all ranks write together: each a part under a name of its own,
// which rank 0 puts together.
#ifndef LCOMPILE_RUNTIME_TRAIN_PARTS_H
#define LCOMPILE_RUNTIME_TRAIN_PARTS_H

#include "runtime/base/OutputFile.h"
#include "runtime/train/Trainer.h"

namespace lcompile::rt {

inline uint32_t rankOf(const Trainer &trainer) {
  return trainer.context->channel ? trainer.context->channel->rank : 0;
}
inline uint32_t worldOf(const Trainer &trainer) {
  return trainer.context->channel ? trainer.context->channel->world : 1;
}

/// Whether all ranks came so far without an error: `code`, or that of another
/// rank. Also where they wait for each other.
int32_t agree(Trainer &trainer, int32_t code, Error error);

/// Makes `value` its sum over all ranks.
int32_t sumOverRanks(Trainer &trainer, uint64_t &value, Error error);

/// The parts of the file `path`. All ranks must see the same folder. A rank's
/// part goes when its `Parts` does, which must not be before rank 0 has read
/// it.
class Parts {
public:
  Parts(Trainer &trainer, const char *path) : trainer(trainer), path(path) {}
  Parts(const Parts &) = delete;
  ~Parts();

  /// Makes `current` the name of a rank's part.
  int32_t name(uint32_t rank, Error error);
  /// Copies the part of a rank.
  int32_t appendTo(OutputFile &file, uint32_t rank, Error error);

  char current[PATH_MAX] = {};

private:
  Trainer &trainer;
  const char *path;
};

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_TRAIN_PARTS_H
