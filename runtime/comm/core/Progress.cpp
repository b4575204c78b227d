// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How operations move on: posting, testing, reducing.
#include "runtime/comm/core/Channel.h"

namespace lcompile::rt::comm {

namespace {
int32_t lost(Channel &channel, const Operation &op, const Message &message,
             int32_t code, const char *text) {
  return failChannel(channel, code, "rank %u lost rank %u in %s: %s",
                     channel.rank, message.peer, Title(*op.what).text, text);
}

bool ready(const Operation &op, const Message &message) {
  if (message.after != Message::none &&
      op.messages[message.after].state != Message::Done)
    return false;
  return message.receive || message.step != Step::Second || op.reduced;
}

int32_t post(Channel &channel, Operation &op, Message &message) {
  lc_transport_t *transport = channel.transport;
  auto start =
      message.receive ? transport->vtable->receive : transport->vtable->send;
  ErrorBuffer error;
  if (int32_t code =
          start(transport, message.peer, message.tag,
                op.segments.data + message.firstSegment, message.segments,
                &message.request, error.text, sizeof error.text))
    return lost(channel, op, message, code, error.text);
  message.state = Message::Posted;
  return LC_OK;
}

int32_t test(Channel &channel, Operation &op, Message &message, bool &moved) {
  int32_t done = 0;
  ErrorBuffer error;
  if (int32_t code = channel.transport->vtable->test(
          channel.transport, message.request, &done, error.text,
          sizeof error.text)) {
    message.state = Message::Done; // the request is no more
    return lost(channel, op, message, code, error.text);
  }
  if (!done)
    return LC_OK;
  message.state = Message::Done;
  --op.unfinished;
  if (message.receive && message.step == Step::First)
    --op.receiving;
  moved = true;
  return LC_OK;
}

int32_t advance(Channel &channel, Operation &op, bool &moved) {
  // Receives first: data finds its place when it comes.
  for (int pass = 0; pass < 2; ++pass)
    for (Message &message : op.messages) {
      if (message.receive != (pass == 0))
        continue;
      if (message.state == Message::Waiting && ready(op, message))
        if (int32_t code = post(channel, op, message))
          return code;
      if (message.state == Message::Posted)
        if (int32_t code = test(channel, op, message, moved))
          return code;
    }
  if (op.headersMissing || op.receiving)
    return LC_OK;
  if (!op.reduced) {
    op.reduced = true;
    if (reduces(op.what->kind)) {
      reduceOwn(op, channel.rank, channel.world);
      return advance(channel, op, moved);
    }
  }
  if (!op.unfinished) {
    moved = true;
    finish(channel, op);
  }
  return LC_OK;
}
} // namespace

int32_t progress(Channel &channel, bool &moved) {
  moved = false;
  if (lc_transport_t *transport = channel.transport) {
    ErrorBuffer error;
    if (int32_t code = transport->vtable->progress(transport, error.text,
                                                   sizeof error.text))
      return failChannel(channel, code, "%s: %s", transport->vtable->name,
                         error.text);
    if (int32_t code = progressControl(channel, moved))
      return code;
  }
  for (size_t i = 0; i < channel.active.size;) {
    Operation &op = *channel.active[i];
    if (int32_t code = advance(channel, op, moved))
      return code;
    if (op.done)
      channel.active.erase(i);
    else
      ++i;
  }
  if (moved) {
    channel.lastMove = now(channel);
    channel.asked = false;
  }
  return LC_OK;
}

} // namespace lcompile::rt::comm
