// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a rank does with its own parts, without messages.
#include "runtime/comm/core/Operation.h"
#include "runtime/comm/core/Reduce.h"

namespace lcompile::rt::comm {

/// Source and destination may be the same, but else do not overlap.
static void copy(void *to, const void *from, int64_t size) {
  if (size && to != from)
    memmove(to, from, size_t(size));
}

void copyOwn(Operation &op, uint32_t rank, uint32_t world) {
  const lc_collective_t &what = *op.what;
  bool root = rank == uint32_t(what.root);
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    int64_t size = int64_t(op.element);
    int64_t at = lc_part_begin(what.tensors[i].elements, rank, world) * size;
    int64_t part =
        lc_part_begin(what.tensors[i].elements, rank + 1, world) * size - at;
    auto *source = static_cast<const uint8_t *>(op.sources[i]);
    auto *destination = static_cast<uint8_t *>(op.destinations[i]);
    if (what.kind == LC_COLLECTIVE_ALL_GATHER ||
        (what.kind == LC_COLLECTIVE_GATHER && root))
      copy(destination + at, source, part);
    else if (what.kind == LC_COLLECTIVE_ALL_TO_ALL)
      copy(destination + at, source + at, part);
    else if (what.kind == LC_COLLECTIVE_SCATTER && root)
      copy(destination, source + at, part);
    else if ((what.kind == LC_COLLECTIVE_BROADCAST && root) ||
             (what.kind == LC_COLLECTIVE_PERMUTE &&
              shifted(rank, what.root, world) == rank))
      copy(destination, source, what.tensors[i].elements * size);
  }
}

void reduceOwn(Operation &op, uint32_t rank, uint32_t world) {
  const lc_collective_t &what = *op.what;
  bool root = rank == uint32_t(what.root);
  uint64_t slot = 0; // bytes of one peer's parts
  for (uint64_t i = 0; i < what.n_tensors; ++i)
    slot += uint64_t(lc_part_begin(what.tensors[i].elements, rank + 1, world) -
                     lc_part_begin(what.tensors[i].elements, rank, world)) *
            op.element;
  uint64_t inSlot = 0;
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    int64_t first = lc_part_begin(what.tensors[i].elements, rank, world);
    uint64_t count = uint64_t(
        lc_part_begin(what.tensors[i].elements, rank + 1, world) - first);
    if (!count)
      continue;
    uint64_t at = uint64_t(first) * op.element;
    const void **inputs = op.inputs.data;
    for (uint32_t r = 0; r < world; ++r)
      inputs[r] = r == rank
                      ? static_cast<const uint8_t *>(op.sources[i]) + at
                      : op.scratch + slot * (r < rank ? r : r - 1) + inSlot;
    void *output = what.kind == LC_COLLECTIVE_REDUCE_SCATTER
                       ? op.destinations[i]
                   : what.kind == LC_COLLECTIVE_ALL_REDUCE || root
                       ? static_cast<uint8_t *>(op.destinations[i]) + at
                       : op.scratch + inSlot; // a part that the root wants
    reduce(what.dtype, what.reduction,
           {inputs, world, output, count, what.scale});
    inSlot += count * op.element;
  }
}

} // namespace lcompile::rt::comm
