// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where each weight lies in the artefact, and the `.weights` file.
#ifndef LIB_TARGET_CPU_WEIGHTSLAYOUT_H
#define LIB_TARGET_CPU_WEIGHTSLAYOUT_H

#include "dialects/lc/IR/WeightStore.h"
#include "lib/Target/CPU/WeightsPacking.h"
#include "llvm/Support/Error.h"

namespace lcompile {

class OutputFile;

struct WeightsLayout {
  struct Entry {
    std::string key;
    uint64_t offset, size;
    llvm::ArrayRef<char>
        data; // as the model has it; none when it lies elsewhere
    WeightsPacking packing;

    /// The bytes to write: `data`, or packed into `buffer`.
    llvm::Expected<llvm::ArrayRef<char>>
    content(std::vector<char> &buffer) const;
  };
  // An entry at the offset LC_CONSTANT_GIVEN is left to whoever loads the
  // artefact.
  std::vector<Entry> entries;
  uint64_t size = 0;   // of the whole file
  uint64_t digest = 0; // of the file's header, once written
  bool embedded = true;
  std::string fileName; // without folder, when not embedded
};

/// Lays out the weights with these keys, equal data once. Offsets count from
/// the start of the file; embedded weights have no header. With `leaveGiven`,
/// weights in the caller's memory stay there. `packing` says for each key how
/// it is packed; empty: all as they are.
llvm::Expected<WeightsLayout>
layOutWeights(const lc::WeightStore &store, llvm::ArrayRef<std::string> keys,
              llvm::ArrayRef<WeightsPacking> packing, uint64_t embedLimit,
              bool leaveGiven);

/// XXH3-64 over all weights: part of the build id.
uint64_t digestOf(const WeightsLayout &layout);

/// Writes the file, which the caller commits; sets layout.digest.
llvm::Error writeWeights(WeightsLayout &layout, OutputFile &file,
                         llvm::StringRef buildId);

} // namespace lcompile

#endif // LIB_TARGET_CPU_WEIGHTSLAYOUT_H
