// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that grows by being replaced: arenas, scratch, outputs.
#ifndef LCOMPILE_RUNTIME_MEMORY_BLOCK_H
#define LCOMPILE_RUNTIME_MEMORY_BLOCK_H

#include <stddef.h>
#include <stdint.h>

namespace lcompile::rt {

/// A page-aligned anonymous mapping; all zero when new.
struct Block {
  uint8_t *data = nullptr;
  size_t size = 0;
};

/// Makes the block at least `size` bytes. Contents are lost when it grows; it
/// never shrinks. Large blocks ask for huge pages. False when memory is out;
/// the block is then empty.
bool reserve(Block &block, size_t size);

/// Gives the memory back; the block is empty afterwards.
void release(Block &block);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_MEMORY_BLOCK_H
