// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks over mmap, so that memory given back really leaves the process.
#include "runtime/memory/Block.h"

#include <sys/mman.h>

namespace lcompile::rt {

bool reserve(Block &block, size_t size) {
  if (size <= block.size)
    return true;
  constexpr size_t page = 4096, huge = size_t(2) << 20;
  size_t unit = size >= 2 * huge ? huge : page;
  if (size > SIZE_MAX - unit)
    return false;
  size = (size + unit - 1) / unit * unit;
  release(block);
  void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return false;
  if (unit == huge)
    madvise(data, size, MADV_HUGEPAGE);
  block = {static_cast<uint8_t *>(data), size};
  return true;
}

void release(Block &block) {
  if (block.data)
    munmap(block.data, block.size);
  block = {};
}

} // namespace lcompile::rt
