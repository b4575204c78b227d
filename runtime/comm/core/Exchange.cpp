// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A few bytes of every rank for every rank; whether all ranks agree.
#include "runtime/comm/core/Exchange.h"

#include <stdio.h>

namespace lcompile::rt::comm {

int32_t exchange(Channel &channel, const char *name, const void *mine,
                 size_t size, void *all) {
  channel.exchanged = {name, int64_t(size * channel.world)};
  channel.exchange = {};
  channel.exchange.kind = LC_COLLECTIVE_ALL_GATHER;
  channel.exchange.dtype = LC_DTYPE_U8;
  channel.exchange.scale = 1;
  channel.exchange.n_tensors = 1;
  channel.exchange.tensors = &channel.exchanged;
  channel.exchange.name = name;
  const void *sources[] = {mine};
  void *destinations[] = {all};
  if (int32_t code = startCollective(channel, &channel.exchange, sources,
                                     destinations, nullptr))
    return code;
  return waitCollective(channel, &channel.exchange);
}

int32_t agree(Channel &channel, uint64_t digest, const char *what) {
  char name[256];
  snprintf(name, sizeof name, "agreement on %.200s", what);
  Array<uint64_t> all;
  if (!all.reserve(channel.world))
    return failChannel(channel, LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = exchange(channel, name, &digest, sizeof digest, all.data);
  channel.exchange.name = "exchange"; // `name` ends here
  if (code != LC_OK) {
    all.release();
    return code;
  }
  all.size = channel.world;
  // What most ranks have is taken for right; of equally many, the first.
  uint32_t best = 0, most = 0;
  for (uint32_t i = 0; i < channel.world; ++i) {
    uint32_t count = 0;
    for (uint64_t other : all)
      count += other == all[i];
    if (count > most)
      best = i, most = count;
  }
  char text[640];
  Error error = {text, sizeof text};
  uint32_t differing = 0;
  text[0] = 0;
  for (uint32_t i = 0; i < channel.world; ++i)
    if (all[i] != all[best])
      amend(error, "%s%u", differing++ ? ", " : "", i);
  if (differing)
    code = failChannel(channel, LC_INCOMPATIBLE,
                       "%s is not the same on all ranks: rank%s %s differ%s "
                       "from rank %u",
                       what, differing > 1 ? "s" : "", text,
                       differing > 1 ? "" : "s", best);
  all.release();
  return code;
}

} // namespace lcompile::rt::comm
