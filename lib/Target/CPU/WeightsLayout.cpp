// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where each weight lies in the artefact, and the `.weights` file.
#include "lib/Target/CPU/WeightsLayout.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lcompile-c/Executable.h"
#include "lib/Support/OutputFile.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace lcompile {

llvm::Expected<ArrayRef<char>>
WeightsLayout::Entry::content(std::vector<char> &buffer) const {
  if (!packing || data.empty())
    return data;
  llvm::Expected<std::vector<char>> packed = packWeights(*packing, data);
  if (!packed)
    return packed.takeError();
  buffer = std::move(*packed);
  return ArrayRef<char>(buffer);
}

llvm::Expected<WeightsLayout> layOutWeights(const lc::WeightStore &store,
                                            ArrayRef<std::string> keys,
                                            ArrayRef<WeightsPacking> packing,
                                            uint64_t embedLimit,
                                            bool leaveGiven) {
  WeightsLayout layout;
  uint64_t total = 0;
  for (auto [i, key] : llvm::enumerate(keys)) {
    const lc::Weight *weight = store.lookup(key);
    if (!weight)
      return llvm::createStringError("no weight named '" + key + "'");
    WeightsLayout::Entry entry{key, 0, weight->data.size(), weight->data, {}};
    if (leaveGiven && weight->isGiven) {
      entry.offset = LC_CONSTANT_GIVEN;
      entry.data = {};
    } else if (!packing.empty() && packing[i]) {
      entry.packing = packing[i];
      entry.size = packedSize(*packing[i]);
    }
    total += entry.data.empty() ? 0 : entry.size;
    layout.entries.push_back(entry);
  }
  layout.embedded = total <= embedLimit;
  uint64_t offset = layout.embedded ? 0 : sizeof(lc_weights_header_t);
  llvm::DenseMap<const char *, uint64_t>
      placed; // weights may share their bytes
  for (WeightsLayout::Entry &entry : layout.entries) {
    if (entry.offset == LC_CONSTANT_GIVEN)
      continue;
    entry.offset = offset;
    if (!entry.packing && !entry.data.empty()) {
      auto [it, isNew] = placed.try_emplace(entry.data.data(), offset);
      entry.offset = it->second;
      if (!isNew)
        entry.data = {};
    }
    if (!entry.data.empty())
      offset = llvm::alignTo(offset + entry.size, LC_ALIGNMENT);
  }
  layout.size = offset;
  return layout;
}

uint64_t digestOf(const WeightsLayout &layout) {
  uint64_t digest = layout.size;
  for (const WeightsLayout::Entry &entry : layout.entries) {
    uint64_t parts[] = {digest, entry.offset,
                        XXH3_64bits(entry.data.data(), entry.data.size()),
                        entry.packing ? entry.packing->weights_tag : 0};
    digest = XXH3_64bits(parts, sizeof(parts));
  }
  return digest;
}

llvm::Error writeWeights(WeightsLayout &layout, OutputFile &file,
                         StringRef buildId) {
  lc_weights_header_t header = {};
  header.magic = LC_WEIGHTS_MAGIC;
  header.size = layout.size;
  std::memcpy(header.build_id, buildId.data(),
              std::min(buildId.size(), sizeof(header.build_id)));
  auto bytesOf = [&] {
    return ArrayRef<char>(reinterpret_cast<const char *>(&header),
                          sizeof(header));
  };
  if (llvm::Error error = file.write(bytesOf()))
    return error;

  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  uint64_t at = sizeof(header);
  auto append = [&](ArrayRef<char> bytes) {
    XXH3_64bits_update(&state, bytes.data(), bytes.size());
    at += bytes.size();
    return file.write(bytes);
  };
  static const char zeros[LC_ALIGNMENT] = {};
  for (const WeightsLayout::Entry &entry : layout.entries) {
    std::vector<char> buffer;
    llvm::Expected<ArrayRef<char>> content = entry.content(buffer);
    if (!content)
      return content.takeError();
    if (content->empty())
      continue;
    if (llvm::Error error = append(ArrayRef<char>(zeros, entry.offset - at)))
      return error;
    if (llvm::Error error = append(*content))
      return error;
  }
  if (llvm::Error error = append(ArrayRef<char>(zeros, layout.size - at)))
    return error;

  header.digest = XXH3_64bits_digest(&state);
  layout.digest = XXH3_64bits(&header, sizeof(header));
  return file.writeAt(0, bytesOf());
}

} // namespace lcompile
