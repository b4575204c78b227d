// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The beginning and the end of a channel.
#include "runtime/comm/core/Channel.h"

#include <stdio.h>

namespace lcompile::rt::comm {

namespace {
int32_t report(const Channel &channel, char *error, size_t size) {
  return fail({error, size}, lc_code_t(channel.failure), "%s", channel.message);
}

const lc_channel_vtable_t vtable = {
    [](lc_channel_t *handle, const lc_collective_t *what,
       const void *const *sources, void *const *destinations, void *scratch,
       char *error, size_t size) {
      Channel &channel = unwrap(handle);
      if (channel.failure ||
          startCollective(channel, what, sources, destinations, scratch))
        return report(channel, error, size);
      return int32_t(LC_OK);
    },
    [](lc_channel_t *handle, const lc_collective_t *what, char *error,
       size_t size) {
      Channel &channel = unwrap(handle);
      if (channel.failure || waitCollective(channel, what))
        return report(channel, error, size);
      return int32_t(LC_OK);
    },
    [](lc_channel_t *handle, char *error, size_t size) {
      Channel &channel = unwrap(handle);
      bool moved;
      if (channel.failure || progress(channel, moved))
        return report(channel, error, size);
      return int32_t(LC_OK);
    },
};

/// Says farewell; where ranks must leave together, waits for the others.
void leave(Channel &channel) {
  lc_transport_t *transport = channel.transport;
  for (uint32_t rank = 0; rank < channel.world; ++rank)
    if (rank != channel.rank && !channel.failure)
      sendControl(channel, rank, Control::Farewell, nullptr, "", 0);
  if (!(transport->vtable->flags & LC_TRANSPORT_CLOSE_TOGETHER))
    return;
  int64_t end = now(channel) + channel.timeout;
  auto all = [&] {
    for (uint32_t rank = 0; rank < channel.world; ++rank)
      if (rank != channel.rank && !channel.peers[rank].farewell)
        return false;
    return !channel.outgoing.size;
  };
  while (!channel.failure && !all() && now(channel) < end) {
    bool moved;
    if (progress(channel, moved) == LC_OK && !moved)
      transport->vtable->idle(transport, 1000000);
  }
  // Whoever is missing by now is lost: transports do not wait for it again.
  if (!channel.failure && !all())
    transport->vtable->abort(transport, "ranks did not close together");
}

void release(Channel *channel) {
  for (Operation *op : channel->table)
    if (op) {
      op->release();
      free(op);
    }
  channel->table.release();
  channel->active.release();
  Array<Outgoing *> *const lists[] = {&channel->outgoing,
                                      &channel->idleOutgoing};
  for (Array<Outgoing *> *list : lists) {
    for (Outgoing *out : *list)
      free(out);
    list->release();
  }
  for (uint32_t i = 0; channel->peers && i < channel->world; ++i)
    for (int pair = 0; pair < 2; ++pair) {
      channel->peers[i].headers[pair].release();
      channel->peers[i].expecting[pair].release();
    }
  free(channel->peers);
  free(channel);
}
} // namespace

int32_t openChannel(lc_transport_t *transport,
                    const lc_channel_options_t &options, Channel **result,
                    Error error) {
  if (transport && transport->vtable->struct_size < sizeof *transport->vtable)
    return fail(error, LC_INCOMPATIBLE,
                "the transport is of an older version than this library");
  uint32_t world = transport ? transport->world : 1;
  auto *channel = static_cast<Channel *>(calloc(1, sizeof(Channel)));
  if (channel)
    channel->peers = static_cast<Peer *>(calloc(world, sizeof(Peer)));
  if (!channel || !channel->peers) {
    free(channel);
    if (transport)
      transport->vtable->close(transport);
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  channel->vtable = &vtable;
  channel->rank = transport ? transport->rank : 0;
  channel->world = world;
  channel->transport = transport;
  channel->timeout = int64_t(options.timeout_seconds * 1e9);
  channel->trace = options.trace;
  channel->traceUser = options.trace_user;
  for (uint32_t rank = 0; rank < world; ++rank)
    if (rank != channel->rank)
      if (int32_t code = postControlReceive(*channel, rank)) {
        fail(error, lc_code_t(code), "%s", channel->message);
        closeChannel(channel);
        return code;
      }
  *result = channel;
  return LC_OK;
}

void closeChannel(Channel *channel) {
  if (lc_transport_t *transport = channel->transport) {
    if (!channel->failure && channel->active.size)
      failChannel(*channel, LC_UNAVAILABLE, "rank %u closed its channel in %s",
                  channel->rank, Title(*channel->active[0]->what).text);
    if (!channel->failure)
      leave(*channel);
    cancelAll(*channel);
    transport->vtable->close(transport);
  }
  release(channel);
}

} // namespace lcompile::rt::comm
