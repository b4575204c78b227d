// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ranks tell each other between collectives.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_EXCHANGE_H
#define LCOMPILE_RUNTIME_COMM_CORE_EXCHANGE_H

#include "runtime/comm/core/Channel.h"

namespace lcompile::rt::comm {

/// lc_channel_exchange; `name` for messages, valid during the call.
int32_t exchange(Channel &channel, const char *name, const void *mine,
                 size_t size, void *all);

/// lc_channel_agree.
int32_t agree(Channel &channel, uint64_t digest, const char *what);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_EXCHANGE_H
