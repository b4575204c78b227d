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

int32_t agree(Trainer &trainer, int32_t code, Error error) {
  lc_channel_t *channel = trainer.context->channel;
  if (!channel)
    return code;
  auto *all = static_cast<int32_t *>(calloc(channel->world, sizeof(int32_t)));
  if (!all)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  lc_status_t status = lc_channel_exchange(channel, &code, sizeof code, all);
  int32_t result = code;
  if (status) {
    result = fail(error, lc_code_t(lc_status_code(status)), "%s",
                  lc_status_message(status));
    lc_status_free(status);
  }
  for (uint32_t r = 0; result == LC_OK && r < channel->world; ++r)
    if (all[r] != LC_OK)
      result =
          fail(error, lc_code_t(all[r]), "rank %u could not write its part", r);
  free(all);
  return result;
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
