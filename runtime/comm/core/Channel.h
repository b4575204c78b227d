// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A channel over a transport: what lcompile-c/Channel.h promises to programs.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_CHANNEL_H
#define LCOMPILE_RUNTIME_COMM_CORE_CHANNEL_H

#include "lcompile-c/Comm.h"
#include "runtime/comm/core/Operation.h"

namespace lcompile::rt::comm {

/// What a channel knows of another rank.
struct Peer {
  ControlMessage incoming; // the receive that is always posted
  lc_segment_t segment;
  lc_request_t *request;
  // Headers that came, and operations that wait for one, both in the order in
  // which the ranks started them; only one of the two is not empty. [1] is for
  // SEND and RECV, whose order on the two ranks differs from the others'.
  Queue<ControlMessage> headers[2];
  Queue<Operation *> expecting[2];
  uint64_t pairsSent, pairsReceived;
  bool farewell; // it has closed in good order
  bool answered;
  ControlMessage answer;
};

/// A control message on its way.
struct Outgoing {
  ControlMessage message;
  lc_segment_t segment;
  lc_request_t *request;
};

struct Channel : lc_channel_s {
  lc_transport_t *transport; // NULL: one rank alone
  int64_t timeout;           // nanoseconds
  lc_channel_trace_fn trace;
  void *traceUser;

  int32_t failure;    // lc_code_t; nothing works any more
  char message[1024]; // of the failure
  bool told;          // the others know of it

  Peer *peers; // `world` of them, this rank's unused
  Array<Outgoing *> outgoing, idleOutgoing;
  Array<Operation *> table; // open addressing by description
  size_t operations;
  Array<Operation *> active;
  Operation *waiting;          // inside wait
  const lc_collective_t *last; // started last
  uint64_t sequence;
  int64_t lastMove; // when data or a header came or went
  bool asked;       // questions of the current silence are out
  lc_channel_stats_t stats;

  // Exchange.cpp's own collective.
  lc_collective_t exchange;
  lc_collective_tensor_t exchanged;
};

inline Channel &unwrap(lc_channel_t *channel) {
  return *static_cast<Channel *>(channel);
}

/// A channel over `transport`, which it owns from now on, also after an error.
int32_t openChannel(lc_transport_t *transport,
                    const lc_channel_options_t &options, Channel **channel,
                    Error error);
void closeChannel(Channel *channel);

int64_t now(const Channel &channel);
int32_t startCollective(Channel &channel, const lc_collective_t *what,
                        const void *const *sources, void *const *destinations,
                        void *scratch);
int32_t waitCollective(Channel &channel, const lc_collective_t *what);

/// Moves on whatever can; `moved` tells whether data or a header came or went.
int32_t progress(Channel &channel, bool &moved);

/// The operation with this description, or NULL.
Operation *findOperation(Channel &channel, const lc_collective_t *what);
void finish(Channel &channel, Operation &op);

// Control.cpp
int32_t postControlReceive(Channel &channel, uint32_t peer);
int32_t sendControl(Channel &channel, uint32_t peer, Control type,
                    const Operation *op, const char *text, int32_t code);
int32_t progressControl(Channel &channel, bool &moved);
/// Meets the headers of a peer with the operations that wait for them.
int32_t matchHeaders(Channel &channel, uint32_t peer);
/// Asks the other ranks where they are, or gives up, when nothing has moved.
int32_t checkSilence(Channel &channel, int64_t since);

// Failure.cpp
/// Ends the channel: gives up all requests, tells the others. Returns `code`.
int32_t failChannel(Channel &channel, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/// The same for what another rank has told.
int32_t failAsTold(Channel &channel, int32_t code, const char *text);
int32_t failMismatch(Channel &channel, uint32_t peer, const Operation &op,
                     const ControlMessage &header);
int32_t failTimeout(Channel &channel);
/// Gives up every request.
void cancelAll(Channel &channel);
/// Lets control messages leave, at most for `nanoseconds`.
void flushControl(Channel &channel, int64_t nanoseconds);

/// "#417 all_gather layer3.weight (bert.py:88)".
struct Title {
  char text[640];
  explicit Title(const lc_collective_t &what);
};

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_CHANNEL_H
