// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that all ranks write together.
#include "runtime/train/Parts.h"

#include "lcompile-c/Comm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace lcompile::rt {

/// What each rank says, `size` bytes, to be freed; `code` says whether it came.
/// Null without memory. There must be a channel.
static void *fromAll(Trainer &trainer, const void *mine, size_t size,
                     int32_t &code, Error error) {
  lc_channel_t *channel = trainer.context->channel;
  void *all = calloc(channel->world, size);
  if (!all) {
    code = fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
    return nullptr;
  }
  if (lc_status_t status = lc_channel_exchange(channel, mine, size, all)) {
    code = fail(error, lc_code_t(lc_status_code(status)), "%s",
                lc_status_message(status));
    lc_status_free(status);
  }
  return all;
}

int32_t agree(Trainer &trainer, int32_t code, Error error) {
  if (!trainer.context->channel)
    return code;
  int32_t result = code;
  auto *all = static_cast<int32_t *>(
      fromAll(trainer, &code, sizeof code, result, error));
  for (uint32_t r = 0; result == LC_OK && r < worldOf(trainer); ++r)
    if (all[r] != LC_OK)
      result =
          fail(error, lc_code_t(all[r]), "rank %u could not write its part", r);
  free(all);
  return result;
}

int32_t sumOverRanks(Trainer &trainer, uint64_t &value, Error error) {
  if (!trainer.context->channel)
    return LC_OK;
  int32_t code = LC_OK;
  auto *all = static_cast<uint64_t *>(
      fromAll(trainer, &value, sizeof value, code, error));
  value = 0;
  for (uint32_t r = 0; code == LC_OK && r < worldOf(trainer); ++r)
    value += all[r];
  free(all);
  return code;
}

int32_t Parts::name(uint32_t rank, Error error) {
  int length = snprintf(current, sizeof current, "%s.rank-%u-of-%u", path, rank,
                        worldOf(trainer));
  return length > 0 && size_t(length) < sizeof current
             ? int32_t(LC_OK)
             : fail(error, LC_INVALID_ARGUMENT, "path is too long");
}

int32_t Parts::appendTo(OutputFile &file, uint32_t rank, Error error) {
  if (int32_t code = name(rank, error))
    return code;
  int descriptor = open(current, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(error, LC_INVALID_ARGUMENT,
                "cannot read '%s', the part of rank %u: %s; all ranks must see "
                "the same folder",
                current, rank, strerror(errno));
  char buffer[16384];
  ssize_t size;
  while ((size = read(descriptor, buffer, sizeof buffer)) > 0)
    file.write(buffer, size_t(size));
  int problem = errno;
  close(descriptor);
  return size < 0 ? fail(error, LC_INTERNAL, "cannot read '%s': %s", current,
                         strerror(problem))
                  : int32_t(LC_OK);
}

Parts::~Parts() {
  ErrorBuffer ignored;
  if (name(rankOf(trainer), ignored) == LC_OK)
    unlink(current);
}

} // namespace lcompile::rt
