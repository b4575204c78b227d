// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starting collectives and waiting for them.
#include "runtime/comm/core/Channel.h"

#include "lcompile-c/Types.h"
#include "runtime/base/Digest.h"
#include "runtime/base/Platform.h"

namespace lcompile::rt::comm {

int64_t now(const Channel &channel) {
  lc_transport_t *transport = channel.transport;
  return transport ? transport->vtable->now(transport) : wallNanoseconds();
}

static void record(Channel &channel, const Operation &op, uint32_t event,
                   int64_t time) {
  if (channel.trace && !op.control)
    channel.trace(channel.traceUser, op.what, event, time);
}

// --- operations by description -------------------------------------------

static size_t slotOf(const Channel &channel, const lc_collective_t *what) {
  size_t mask = channel.table.size - 1;
  size_t at = size_t(digest(&what, sizeof what)) & mask;
  while (channel.table[at] && channel.table[at]->what != what)
    at = (at + 1) & mask;
  return at;
}

Operation *findOperation(Channel &channel, const lc_collective_t *what) {
  return channel.table.size ? channel.table[slotOf(channel, what)] : nullptr;
}

static bool growTable(Channel &channel) {
  if (channel.operations * 2 < channel.table.size)
    return true;
  Array<Operation *> old = channel.table, grown;
  size_t size = old.size ? old.size * 2 : 64;
  if (!grown.reserve(size))
    return false;
  memset(grown.data, 0, size * sizeof(Operation *));
  grown.size = size;
  channel.table = grown;
  for (Operation *op : old)
    if (op)
      channel.table[slotOf(channel, op->what)] = op;
  old.release();
  return true;
}

static Operation *makeOperation(Channel &channel, const lc_collective_t *what) {
  if (!growTable(channel))
    return nullptr;
  auto *op = static_cast<Operation *>(calloc(1, sizeof(Operation)));
  if (!op || !op->inputs.reserve(channel.world)) {
    free(op);
    return nullptr;
  }
  op->what = what;
  channel.table[slotOf(channel, what)] = op;
  ++channel.operations;
  return op;
}

// --- start ---------------------------------------------------------------

/// Checks what is new in a description: it is the program's own memory, where
/// another one may stand next time.
static int32_t describe(Channel &channel, Operation &op, Error error) {
  const lc_collective_t &what = *op.what;
  if (int32_t code = checkDescription(what, channel.world, error))
    return code;
  uint64_t found = digestOf(what);
  if (op.digest == found)
    return LC_OK;
  op.digest = found;
  op.element = lc_dtype_size(what.dtype);
  op.bytes = 0;
  for (uint64_t i = 0; i < what.n_tensors; ++i)
    op.bytes += uint64_t(what.tensors[i].elements) * op.element;
  op.control = &what == &channel.exchange;
  return LC_OK;
}

static int32_t prepare(Channel &channel, const lc_collective_t *what,
                       const void *const *sources, void *const *destinations,
                       void *scratch, Operation *&op, Error error) {
  op = findOperation(channel, what);
  if (!op)
    op = makeOperation(channel, what);
  if (!op || !channel.active.reserve(channel.active.size + 1))
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  if (op->inFlight)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s is started again before it was waited for",
                Title(*what).text);
  if (int32_t code = describe(channel, *op, error))
    return code;
  if (int32_t code = checkPointers(*what, channel.rank, channel.world, sources,
                                   destinations, scratch, error))
    return code;
  op->sources.clear();
  op->destinations.clear();
  for (uint64_t i = 0; i < what->n_tensors; ++i)
    if (!op->sources.push(sources ? sources[i] : nullptr) ||
        !op->destinations.push(destinations ? destinations[i] : nullptr))
      return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  op->scratch = static_cast<uint8_t *>(scratch);
  op->number = op->sequence = channel.sequence++;
  return LC_OK;
}

/// Tells the peers that data comes, and expects the same from them.
static int32_t announce(Channel &channel, Operation &op) {
  const lc_collective_t &what = *op.what;
  bool pair = betweenPairs(what.kind);
  op.headersMissing = 0;
  for (uint32_t k = 1; k < channel.world; ++k) {
    uint32_t to = (channel.rank + k) % channel.world;
    if (what.kind != LC_COLLECTIVE_RECV &&
        announces(what, channel.rank, to, channel.world)) {
      if (pair)
        op.number = channel.peers[to].pairsSent++;
      if (int32_t code = sendControl(
              channel, to, pair ? Control::PairHeader : Control::Header, &op,
              what.name ? what.name : kindName(what.kind), 0))
        return code;
    }
    uint32_t from = (channel.rank + channel.world - k) % channel.world;
    if (what.kind != LC_COLLECTIVE_SEND &&
        announces(what, from, channel.rank, channel.world)) {
      Peer &peer = channel.peers[from];
      if (pair)
        op.number = peer.pairsReceived++;
      if (!peer.expecting[pair].push(&op))
        return failChannel(channel, LC_RESOURCE_EXHAUSTED, "out of memory");
      ++op.headersMissing;
    }
  }
  return LC_OK;
}

int32_t startCollective(Channel &channel, const lc_collective_t *what,
                        const void *const *sources, void *const *destinations,
                        void *scratch) {
  Operation *op;
  ErrorBuffer error;
  if (int32_t code =
          prepare(channel, what, sources, destinations, scratch, op, error))
    return failChannel(channel, code, "%s", error.text);
  op->inFlight = true;
  op->done = op->reduced = false;
  op->startTime = now(channel);
  op->unfinished = op->receiving = op->headersMissing = 0;
  op->messages.clear();
  if (!op->control)
    channel.last = what;
  record(channel, *op, LC_CHANNEL_STARTED, op->startTime);
  copyOwn(*op, channel.rank, channel.world);
  if (channel.world > 1) {
    if (int32_t code = announce(channel, *op))
      return code;
    if (int32_t code = planMessages(*op, channel.rank, channel.world, error))
      return failChannel(channel, code, "%s", error.text);
  }
  channel.active.push(op);
  // Posts what can be posted. A mismatch that is known already is told now.
  for (uint32_t peer = 0; peer < channel.world; ++peer)
    if (int32_t code = matchHeaders(channel, peer))
      return code;
  bool moved;
  return progress(channel, moved);
}

void finish(Channel &channel, Operation &op) {
  op.done = true;
  int64_t time = now(channel);
  record(channel, op, LC_CHANNEL_DONE, time);
  lc_channel_stats_t &stats = channel.stats;
  uint64_t messages[2] = {}, bytes[2] = {};
  for (const Message &message : op.messages) {
    ++messages[message.receive];
    bytes[message.receive] += message.bytes;
  }
  if (op.control) {
    stats.control_messages_sent += messages[0];
    stats.control_messages_received += messages[1];
    stats.control_bytes_sent += bytes[0];
    stats.control_bytes_received += bytes[1];
    return;
  }
  lc_channel_counters_t *const both[] = {&stats.total,
                                         &stats.kinds[op.what->kind]};
  for (lc_channel_counters_t *counters : both) {
    ++counters->collectives;
    counters->messages_sent += messages[0];
    counters->messages_received += messages[1];
    counters->bytes_sent += bytes[0];
    counters->bytes_received += bytes[1];
    counters->nanoseconds_in_flight += uint64_t(time - op.startTime);
  }
}

// --- wait ----------------------------------------------------------------

int32_t waitCollective(Channel &channel, const lc_collective_t *what) {
  Operation *op = findOperation(channel, what);
  if (!op || !op->inFlight)
    return failChannel(channel, LC_INVALID_ARGUMENT,
                       "%s is waited for, but was not started",
                       Title(*what).text);
  int64_t begin = now(channel);
  record(channel, *op, LC_CHANNEL_WAIT_BEGIN, begin);
  channel.waiting = op;
  channel.asked = false;
  // Short waits are spun, long ones slept: never yielded, since who yields to a
  // busy machine is gone for long.
  constexpr int spins = 64;
  constexpr int64_t nap = 1000000;
  int32_t code = LC_OK;
  for (int quiet = 0; code == LC_OK && !op->done; ++quiet) {
    bool moved;
    code = progress(channel, moved);
    if (moved)
      quiet = 0;
    if (code != LC_OK || op->done || quiet < spins)
      continue;
    code = checkSilence(channel, begin);
    if (code == LC_OK)
      channel.transport->vtable->idle(channel.transport, nap);
  }
  channel.waiting = nullptr;
  int64_t end = now(channel);
  record(channel, *op, LC_CHANNEL_WAIT_END, end);
  if (!op->control) {
    channel.stats.total.nanoseconds_waited += uint64_t(end - begin);
    channel.stats.kinds[what->kind].nanoseconds_waited += uint64_t(end - begin);
  }
  op->inFlight = false;
  return code;
}

} // namespace lcompile::rt::comm
