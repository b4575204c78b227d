// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A training step with its states, as Python sees it.
#ifndef PYTHON_SRC_TRAINER_H
#define PYTHON_SRC_TRAINER_H

#include "lcompile-c/Training.h"
#include "python/src/Channel.h"
#include "python/src/Model.h"

namespace lcompile::python {

/// None when the artefact is no training step, else {world, zero, digest,
/// states: [(name, kind, dtype, sizes, is sharded, is zero at first)]}.
nb::object describeTraining(const Model &model);

class Trainer {
public:
  /// Both must outlive the trainer; the channel is null for one rank.
  Trainer(Model &model, Channel *channel);
  ~Trainer() { lc_trainer_close(trainer); }
  Trainer(const Trainer &) = delete;

  /// The results of one step: the loss of this rank's batch comes first.
  nb::list step(nb::sequence given);
  /// Places of the inputs that a step takes among those of the function.
  std::vector<uint32_t> inputs() const { return expected; }
  /// The memory of a state, as a tensor or array that keeps the trainer alive.
  nb::object state(uint32_t index, bool asTorch);
  /// From now on the state is in the memory of this dense array.
  void bind(uint32_t index, nb::object array);
  void save(const std::string &path);
  void load(const std::string &path);
  nb::dict info();

private:
  void checkIndex(uint32_t index) const;

  const lc_training_t &training() const {
    return *lc_executable_training(&table);
  }
  const lc_function_t &function() const {
    return table.functions[training().function];
  }

  const lc_executable_t &table;
  lc_trainer_t *trainer = nullptr;
  std::vector<uint32_t> expected;
  uint32_t outputCount = 0;
  nb::dict bound; // arrays by index
};

} // namespace lcompile::python

#endif // PYTHON_SRC_TRAINER_H
