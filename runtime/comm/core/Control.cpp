// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control messages: headers, questions and answers, farewells.
#include "runtime/comm/core/Channel.h"

#include <stdio.h>

namespace lcompile::rt::comm {

int32_t postControlReceive(Channel &channel, uint32_t rank) {
  Peer &peer = channel.peers[rank];
  peer.segment = {&peer.incoming, sizeof(ControlMessage)};
  ErrorBuffer error;
  if (int32_t code = channel.transport->vtable->receive(
          channel.transport, rank, controlTag, &peer.segment, 1, &peer.request,
          error.text, sizeof error.text)) {
    peer.request = nullptr;
    return failChannel(channel, code, "rank %u lost rank %u: %s", channel.rank,
                       rank, error.text);
  }
  return LC_OK;
}

static Outgoing *takeOutgoing(Channel &channel) {
  if (channel.idleOutgoing.size)
    return channel.idleOutgoing[--channel.idleOutgoing.size];
  // Room for all of them in both lists, so that moving one cannot fail.
  size_t count = channel.outgoing.size + 1;
  if (!channel.outgoing.reserve(count) || !channel.idleOutgoing.reserve(count))
    return nullptr;
  return static_cast<Outgoing *>(malloc(sizeof(Outgoing)));
}

int32_t sendControl(Channel &channel, uint32_t peer, Control type,
                    const Operation *op, const char *text, int32_t code) {
  Outgoing *out = takeOutgoing(channel);
  if (!out)
    return failChannel(channel, LC_RESOURCE_EXHAUSTED, "out of memory");
  ControlMessage &message = out->message;
  memset(&message, 0, sizeof message);
  message.magic = ControlMessage::magicNumber;
  message.type = type;
  message.sequence = op ? op->sequence : channel.sequence;
  if (op) {
    message.ticket = op->what->ticket;
    message.digest = op->digest;
    message.bytes = op->bytes;
    message.dtype = op->what->dtype;
  }
  message.code = code;
  snprintf(message.text, sizeof message.text, "%s", text);
  out->segment = {&message, sizeof message};
  ErrorBuffer error;
  if (int32_t failed = channel.transport->vtable->send(
          channel.transport, peer, controlTag, &out->segment, 1, &out->request,
          error.text, sizeof error.text)) {
    channel.idleOutgoing.push(out);
    return failChannel(channel, failed, "rank %u lost rank %u: %s",
                       channel.rank, peer, error.text);
  }
  channel.outgoing.push(out);
  ++channel.stats.control_messages_sent;
  channel.stats.control_bytes_sent += sizeof message;
  return LC_OK;
}

namespace {
/// Says where this rank is.
int32_t answer(Channel &channel, uint32_t peer) {
  if (channel.waiting)
    return sendControl(channel, peer, Control::Answer, channel.waiting,
                       channel.waiting->what->name, 1);
  Operation *last = findOperation(channel, channel.last);
  return sendControl(channel, peer, Control::Answer, last,
                     last ? last->what->name : "", 0);
}

bool agrees(const Operation &op, const ControlMessage &header) {
  return op.digest == header.digest &&
         (betweenPairs(op.what->kind) || op.sequence == header.sequence);
}

int32_t handle(Channel &channel, uint32_t rank, bool &moved) {
  Peer &peer = channel.peers[rank];
  const ControlMessage &message = peer.incoming;
  if (message.magic != ControlMessage::magicNumber)
    return failChannel(channel, LC_INCOMPATIBLE,
                       "rank %u speaks another version of the protocol", rank);
  switch (message.type) {
  case Control::Header:
  case Control::PairHeader:
    moved = true;
    if (!peer.headers[message.type == Control::PairHeader].push(message))
      return failChannel(channel, LC_RESOURCE_EXHAUSTED, "out of memory");
    return matchHeaders(channel, rank);
  case Control::Question:
    return answer(channel, rank);
  case Control::Answer:
    peer.answered = true;
    peer.answer = message;
    return LC_OK;
  case Control::Abort: {
    int32_t code = message.code;
    char text[sizeof message.text];
    memcpy(text, message.text, sizeof text);
    return failAsTold(channel, code, text);
  }
  case Control::Farewell:
    peer.farewell = true;
    return matchHeaders(channel, rank);
  }
  return failChannel(channel, LC_INCOMPATIBLE,
                     "rank %u sent a control message of unknown type %u", rank,
                     uint32_t(message.type));
}

int32_t receiveControl(Channel &channel, uint32_t rank, bool &moved) {
  Peer &peer = channel.peers[rank];
  while (peer.request) {
    int32_t done = 0;
    ErrorBuffer error;
    if (int32_t code = channel.transport->vtable->test(
            channel.transport, peer.request, &done, error.text,
            sizeof error.text)) {
      peer.request = nullptr;
      // Who said farewell may be gone.
      if (peer.farewell)
        return LC_OK;
      if (channel.waiting)
        return failChannel(channel, code, "rank %u lost rank %u in %s: %s",
                           channel.rank, rank,
                           Title(*channel.waiting->what).text, error.text);
      return failChannel(channel, code, "rank %u lost rank %u: %s",
                         channel.rank, rank, error.text);
    }
    if (!done)
      return LC_OK;
    peer.request = nullptr;
    ++channel.stats.control_messages_received;
    channel.stats.control_bytes_received += sizeof(ControlMessage);
    if (int32_t code = handle(channel, rank, moved))
      return code;
    if (!peer.farewell)
      if (int32_t code = postControlReceive(channel, rank))
        return code;
  }
  return LC_OK;
}
} // namespace

int32_t matchHeaders(Channel &channel, uint32_t rank) {
  if (rank == channel.rank)
    return LC_OK;
  Peer &peer = channel.peers[rank];
  for (int pair = 0; pair < 2; ++pair) {
    while (!peer.headers[pair].empty() && !peer.expecting[pair].empty()) {
      Operation &op = *peer.expecting[pair].front();
      if (!agrees(op, peer.headers[pair].front()))
        return failMismatch(channel, rank, op, peer.headers[pair].front());
      peer.headers[pair].pop();
      peer.expecting[pair].pop();
      --op.headersMissing;
    }
    if (peer.farewell && !peer.expecting[pair].empty())
      return failChannel(channel, LC_INCOMPATIBLE,
                         "rank %u is at %s, but rank %u has closed its channel",
                         channel.rank,
                         Title(*peer.expecting[pair].front()->what).text, rank);
  }
  return LC_OK;
}

int32_t progressControl(Channel &channel, bool &moved) {
  for (size_t i = 0; i < channel.outgoing.size;) {
    Outgoing *out = channel.outgoing[i];
    int32_t done = 0;
    ErrorBuffer error;
    // A peer that cannot be reached is noticed when something is expected of
    // it.
    if (channel.transport->vtable->test(channel.transport, out->request, &done,
                                        error.text, sizeof error.text))
      done = 1;
    if (done) {
      channel.outgoing.erase(i);
      channel.idleOutgoing.push(out);
    } else {
      ++i;
    }
  }
  for (uint32_t rank = 0; rank < channel.world; ++rank)
    if (rank != channel.rank)
      if (int32_t code = receiveControl(channel, rank, moved))
        return code;
  return LC_OK;
}

int32_t checkSilence(Channel &channel, int64_t since) {
  if (channel.lastMove > since)
    since = channel.lastMove;
  int64_t quiet = now(channel) - since;
  if (quiet >= channel.timeout)
    return failTimeout(channel);
  // Early enough that who is alive has answered when the time is over.
  if (quiet < channel.timeout / 4 * 3 || channel.asked)
    return LC_OK;
  channel.asked = true;
  for (uint32_t rank = 0; rank < channel.world; ++rank) {
    if (rank == channel.rank || channel.peers[rank].farewell)
      continue;
    channel.peers[rank].answered = false;
    if (int32_t code =
            sendControl(channel, rank, Control::Question, nullptr, "", 0))
      return code;
  }
  return LC_OK;
}

} // namespace lcompile::rt::comm
