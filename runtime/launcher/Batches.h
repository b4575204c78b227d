// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The batches of a training.
#ifndef LCOMPILE_RUNTIME_LAUNCHER_BATCHES_H
#define LCOMPILE_RUNTIME_LAUNCHER_BATCHES_H

#include "runtime/launcher/Run.h"

namespace lcompile::rt {

constexpr uint32_t maxBatchInputs = 64;
constexpr uint32_t maxRanks = 64; // as threads of one process

/// What each step of each rank takes as inputs. DIR/NAME.npy holds the samples
/// of input NAME one behind the other, many batches of them: step s takes the
/// next world batches, rank r the r-th of these, and after the last whole one
/// it goes on with the first. An input without dimensions has one number a step
/// in its file. Inputs without a file are those of --input.
struct Batches {
  uint32_t count = 0; // of inputs that a step takes
  struct Source {
    Array array; // the samples
    const lc_tensor_spec_t *spec;
    bool isFile;
    int64_t dims[LC_MAX_RANK]; // of one batch
    int64_t batches;           // in the file
    size_t bytes;              // of one batch
  } sources[maxBatchInputs] = {};

  /// Also sets the options' number of steps when none was given: once over all
  /// batches.
  int32_t open(Run &run, uint32_t world, Error error);
  void take(int64_t step, uint32_t rank, lc_tensor_t *inputs) const;
  void close();

private:
  int32_t openSource(Run &run, uint32_t input, Source &source, Error error);
  uint32_t world = 1;
};

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LAUNCHER_BATCHES_H
