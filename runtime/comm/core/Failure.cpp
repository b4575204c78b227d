// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a channel ends badly: what it says, and that all ranks hear of it.
#include "runtime/comm/core/Channel.h"

#include "lcompile-c/Types.h"

#include <stdarg.h>
#include <stdio.h>

namespace lcompile::rt::comm {

Title::Title(const lc_collective_t &what) {
  Error out = {text, sizeof text};
  text[0] = 0;
  // Ours have no place in the program.
  if (what.ticket)
    amend(out, "#%llu ", static_cast<unsigned long long>(what.ticket));
  amend(out, "%.400s", what.name ? what.name : kindName(what.kind));
  if (what.source && what.source[0])
    amend(out, " (%.200s)", what.source);
}

namespace {
/// "rank 2", "ranks 0, 1, 3".
void nameRanks(Error out, const Array<uint32_t> &ranks) {
  amend(out, ranks.size == 1 ? "rank " : "ranks ");
  for (size_t i = 0; i < ranks.size; ++i)
    amend(out, "%s%u", i ? ", " : "", ranks[i]);
}

/// Gives up what was posted, so that nobody's memory is written any more.
void cancelOperations(Channel &channel) {
  for (Operation *op : channel.active)
    for (Message &message : op->messages)
      if (message.state == Message::Posted) {
        channel.transport->vtable->cancel(channel.transport, message.request);
        message.state = Message::Done;
      }
  channel.active.clear();
}

void tell(Channel &channel) {
  if (!channel.transport || channel.told)
    return;
  channel.told = true;
  for (uint32_t rank = 0; rank < channel.world; ++rank)
    if (rank != channel.rank && !channel.peers[rank].farewell)
      sendControl(channel, rank, Control::Abort, nullptr, channel.message,
                  channel.failure);
  constexpr int64_t patience = 200000000;
  flushControl(channel, patience);
}
} // namespace

int32_t failAsTold(Channel &channel, int32_t code, const char *text) {
  if (channel.failure)
    return channel.failure;
  channel.failure = code ? code : int32_t(LC_INTERNAL);
  snprintf(channel.message, sizeof channel.message, "%s", text);
  channel.told = true;
  if (channel.transport) {
    cancelOperations(channel);
    channel.transport->vtable->abort(channel.transport, channel.message);
  }
  return channel.failure;
}

int32_t failChannel(Channel &channel, int32_t code, const char *format, ...) {
  // While telling the others, more may fail.
  if (channel.failure)
    return channel.failure;
  channel.failure = code;
  va_list args;
  va_start(args, format);
  vsnprintf(channel.message, sizeof channel.message, format, args);
  va_end(args);
  if (channel.transport) {
    // Before anything is given up: what has half left may share its way with
    // what is told.
    tell(channel);
    cancelOperations(channel);
    channel.transport->vtable->abort(channel.transport, channel.message);
  }
  return code;
}

void flushControl(Channel &channel, int64_t nanoseconds) {
  lc_transport_t *transport = channel.transport;
  int64_t end = now(channel) + nanoseconds;
  // With a clock that stands still, the number of attempts ends it.
  for (int attempt = 0; channel.outgoing.size && attempt < 4096; ++attempt) {
    ErrorBuffer error;
    transport->vtable->progress(transport, error.text, sizeof error.text);
    for (size_t i = channel.outgoing.size; i-- > 0;) {
      int32_t done = 0;
      Outgoing *out = channel.outgoing[i];
      if (!transport->vtable->test(transport, out->request, &done, error.text,
                                   sizeof error.text) &&
          !done)
        continue;
      channel.outgoing.erase(i);
      channel.idleOutgoing.push(out);
    }
    if (now(channel) >= end)
      return;
    if (channel.outgoing.size)
      transport->vtable->idle(transport, 100000);
  }
}

void cancelAll(Channel &channel) {
  cancelOperations(channel);
  lc_transport_t *transport = channel.transport;
  for (Outgoing *out : channel.outgoing) {
    transport->vtable->cancel(transport, out->request);
    channel.idleOutgoing.push(out);
  }
  channel.outgoing.clear();
  for (uint32_t rank = 0; rank < channel.world; ++rank)
    if (channel.peers[rank].request) {
      transport->vtable->cancel(transport, channel.peers[rank].request);
      channel.peers[rank].request = nullptr;
    }
}

int32_t failMismatch(Channel &channel, uint32_t peer, const Operation &op,
                     const ControlMessage &header) {
  const lc_collective_t &what = *op.what;
  const char *name = what.name ? what.name : kindName(what.kind);
  char number[32] = "", why[256] = "";
  Error note = {why, sizeof why};
  if (header.ticket)
    snprintf(number, sizeof number, "#%llu ",
             static_cast<unsigned long long>(header.ticket));
  bool same = what.ticket == header.ticket && !strcmp(name, header.text);
  if (op.bytes != header.bytes || what.dtype != header.dtype)
    amend(note, ": %llu bytes of %s here, %llu bytes of %s there",
          static_cast<unsigned long long>(op.bytes), lc_dtype_name(what.dtype),
          static_cast<unsigned long long>(header.bytes),
          lc_dtype_name(header.dtype));
  else if (same && op.digest != header.digest)
    amend(note, ": with other sizes, reduction, scale or root");
  else if (same)
    amend(note, ": after %llu collectives here, after %llu there",
          static_cast<unsigned long long>(op.sequence),
          static_cast<unsigned long long>(header.sequence));
  return failChannel(channel, LC_INCOMPATIBLE,
                     "rank %u is at %s, but rank %u sent %s%s%s", channel.rank,
                     Title(what).text, peer, number, header.text, why);
}

int32_t failTimeout(Channel &channel) {
  char report[900];
  Error out = {report, sizeof report};
  fail(out, LC_UNAVAILABLE, "rank %u waits in %s", channel.rank,
       Title(*channel.waiting->what).text);
  // Ranks at the same place are named together.
  Array<uint32_t> group;
  for (uint32_t first = 0; first < channel.world; ++first) {
    const Peer &peer = channel.peers[first];
    auto alike = [&](uint32_t rank) {
      const Peer &other = channel.peers[rank];
      return rank != channel.rank && peer.farewell == other.farewell &&
             peer.answered == other.answered &&
             (!peer.answered ||
              (peer.answer.ticket == other.answer.ticket &&
               peer.answer.sequence == other.answer.sequence &&
               peer.answer.code == other.answer.code));
    };
    if (first == channel.rank)
      continue;
    group.clear();
    bool earlier = false;
    for (uint32_t rank = 0; rank < channel.world; ++rank)
      if (alike(rank)) {
        earlier |= rank < first;
        group.push(rank);
      }
    if (earlier)
      continue;
    amend(out, "; ");
    nameRanks(out, group);
    bool one = group.size == 1;
    const ControlMessage &at = peer.answer;
    auto ticket = static_cast<unsigned long long>(at.ticket);
    if (peer.farewell)
      amend(out, one ? " has closed its channel" : " have closed theirs");
    else if (!peer.answered)
      amend(out, one ? " does not answer" : " do not answer");
    else if (at.code)
      amend(out, " %s in #%llu %.200s", one ? "waits" : "wait", ticket,
            at.text);
    else if (at.text[0])
      amend(out, " %s at #%llu %.200s", one ? "is" : "are", ticket, at.text);
    else
      amend(out, one ? " has started nothing" : " have started nothing");
  }
  group.release();
  return failChannel(channel, LC_UNAVAILABLE, "%s", report);
}

} // namespace lcompile::rt::comm
