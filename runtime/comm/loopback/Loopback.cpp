// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mailboxes in shared memory. Whoever posts the second of a send and its
// receive copies the data.
#include "runtime/comm/loopback/Loopback.h"

#include "runtime/base/Platform.h"
#include "runtime/comm/core/Array.h"
#include "runtime/comm/loopback/Mailbox.h"

#include <time.h>

namespace lcompile::rt::comm {
namespace {

struct Hub {
  LoopbackOptions options;
  uint32_t world, open;
  Mailbox *mailboxes;
};

struct Transport : lc_transport_s {
  Hub *hub;
  lc_request_s *unused;
  Array<lc_request_s *> all; // everything ever allocated here
  int64_t outFree, busy;     // when the way out is free; how long it was not
  uint64_t seen;             // changes of the mailbox, at the last idle
  int64_t nextReady;         // the earliest completion by clock, or 0
};

Transport &unwrap(lc_transport_t *transport) {
  return *static_cast<Transport *>(transport);
}

int64_t now(lc_transport_t *transport) {
  const LoopbackOptions &options = unwrap(transport).hub->options;
  return options.clock ? options.clock(options.user) : wallNanoseconds();
}

uint64_t bytesOf(const lc_segment_t *segments, uint64_t count) {
  uint64_t total = 0;
  for (uint64_t i = 0; i < count; ++i)
    total += segments[i].size;
  return total;
}

lc_request_s *take(Transport &self) {
  if (lc_request_s *request = self.unused) {
    self.unused = request->next;
    return request;
  }
  auto *request = static_cast<lc_request_s *>(malloc(sizeof(lc_request_s)));
  if (request && !self.all.push(request)) {
    free(request);
    return nullptr;
  }
  return request;
}

/// Eager messages belong to the mailbox once they are sent: the receiver's
/// transport keeps their memory for later use.
void giveBack(Transport &self, lc_request_s *request) {
  request->next = self.unused;
  self.unused = request;
}

lc_request_s *make(Transport &self, uint32_t peer, uint64_t tag,
                   const lc_segment_t *segments, uint64_t count, bool receive) {
  lc_request_s *request = take(self);
  if (!request)
    return nullptr;
  request->segments = segments;
  request->count = count;
  request->tag = tag;
  request->from = receive ? peer : self.rank;
  request->to = receive ? self.rank : peer;
  request->receive = receive;
  request->matched = request->lost = request->detached = false;
  request->ready = 0;
  return request;
}

int32_t send(lc_transport_t *transport, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **result, char *error, size_t errorSize) {
  Transport &self = unwrap(transport);
  Hub &hub = *self.hub;
  const LoopbackOptions &options = hub.options;
  lc_request_s *request = make(self, peer, tag, segments, count, false);
  if (!request)
    return fail({error, errorSize}, LC_RESOURCE_EXHAUSTED, "out of memory");
  *result = request;
  uint64_t bytes = bytesOf(segments, count);
  int64_t time = now(transport);
  if (options.bytesPerSecond) {
    int64_t cost =
        int64_t(double(bytes) * 1e9 / double(options.bytesPerSecond));
    self.busy += cost;
    self.outFree = (self.outFree > time ? self.outFree : time) + cost;
    time = self.outFree;
  }
  request->ready = time + options.latency;
  if (options.deliver &&
      !options.deliver(options.user, self.rank, peer, tag, bytes)) {
    request->lost = true;
    return LC_OK;
  }
  if (count == 1 && bytes <= lc_request_s::eager) {
    memcpy(request->copy, segments[0].data, bytes);
    request->copySegment = {request->copy, bytes};
    request->segments = &request->copySegment;
  }
  Locked locked(hub.mailboxes[peer]);
  if (lc_request_s *receive = findMatch(locked.box.receives, *request))
    transfer(*request, *receive);
  else
    locked.box.sends.push(request);
  ++locked.box.changes;
  pthread_cond_broadcast(&locked.box.changed);
  return LC_OK;
}

int32_t receive(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                const lc_segment_t *segments, uint64_t count,
                lc_request_t **result, char *error, size_t errorSize) {
  Transport &self = unwrap(transport);
  Hub &hub = *self.hub;
  lc_request_s *request = make(self, peer, tag, segments, count, true);
  if (!request)
    return fail({error, errorSize}, LC_RESOURCE_EXHAUSTED, "out of memory");
  *result = request;
  bool matched;
  {
    Locked locked(hub.mailboxes[self.rank]);
    lc_request_s *send = findMatch(locked.box.sends, *request);
    matched = send;
    if (send)
      transfer(*send, *request);
    else
      locked.box.receives.push(request);
  }
  if (matched)
    wake(hub.mailboxes[peer]); // who waits for its send
  return LC_OK;
}

bool isEager(const lc_request_s &request) {
  return request.segments == &request.copySegment;
}

int32_t test(lc_transport_t *transport, lc_request_t *request, int32_t *done,
             char *, size_t) {
  Transport &self = unwrap(transport);
  *done = 0;
  bool matched;
  {
    Locked locked(self.hub->mailboxes[request->to]);
    matched = request->matched;
  }
  if (!matched)
    return LC_OK;
  int64_t time = now(transport);
  if (request->ready > time) {
    if (!self.nextReady || request->ready < self.nextReady)
      self.nextReady = request->ready;
    return LC_OK;
  }
  *done = 1;
  giveBack(self, request);
  return LC_OK;
}

void cancel(lc_transport_t *transport, lc_request_t *request) {
  Transport &self = unwrap(transport);
  {
    Locked locked(self.hub->mailboxes[request->to]);
    // An eager message still arrives; it is freed with the hub.
    if (!request->matched && !request->lost) {
      if (!request->receive && isEager(*request)) {
        request->detached = true;
        return;
      }
      List &list = request->receive ? locked.box.receives : locked.box.sends;
      for (lc_request_s **at = &list.first; *at; at = &(*at)->next)
        if (*at == request) {
          list.unlink(at);
          break;
        }
    }
  }
  giveBack(self, request);
}

int32_t progress(lc_transport_t *, char *, size_t) { return LC_OK; }

void idle(lc_transport_t *transport, int64_t nanoseconds) {
  Transport &self = unwrap(transport);
  if (self.nextReady) {
    int64_t left = self.nextReady - now(transport);
    self.nextReady = 0;
    nanoseconds =
        left < nanoseconds ? (left < 1000 ? 1000 : left) : nanoseconds;
  }
  int64_t end = wallNanoseconds() + nanoseconds;
  timespec until = {time_t(end / 1000000000), long(end % 1000000000)};
  Locked locked(self.hub->mailboxes[self.rank]);
  if (locked.box.changes == self.seen)
    pthread_cond_timedwait(&locked.box.changed, &locked.box.lock, &until);
  self.seen = locked.box.changes;
}

void abort(lc_transport_t *, const char *) {}

void close(lc_transport_t *transport) {
  Transport &self = unwrap(transport);
  Hub *hub = self.hub;
  // A rank that has left may still have eager messages under way, so all memory
  // goes when the last one leaves.
  if (__atomic_sub_fetch(&hub->open, 1, __ATOMIC_ACQ_REL))
    return;
  auto *ranks = reinterpret_cast<Transport *>(hub->mailboxes + hub->world);
  for (uint32_t rank = 0; rank < hub->world; ++rank) {
    for (lc_request_s *request : ranks[rank].all)
      free(request);
    ranks[rank].all.release();
    pthread_cond_destroy(&hub->mailboxes[rank].changed);
    pthread_mutex_destroy(&hub->mailboxes[rank].lock);
  }
  free(hub->mailboxes);
  free(hub);
}

const lc_transport_vtable_t vtable = {
    sizeof(lc_transport_vtable_t),
    "loopback",
    0,
    send,
    receive,
    test,
    cancel,
    progress,
    idle,
    now,
    abort,
    close,
};
} // namespace

int64_t loopbackBusy(const lc_transport_t *transport) {
  return static_cast<const Transport *>(transport)->busy;
}

int32_t openLoopback(uint32_t world, const LoopbackOptions &options,
                     lc_transport_t **transports, Error error) {
  auto *hub = static_cast<Hub *>(calloc(1, sizeof(Hub)));
  // Mailboxes, then transports.
  void *memory = calloc(world, sizeof(Mailbox) + sizeof(Transport));
  if (!hub || !memory) {
    free(hub);
    free(memory);
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  hub->options = options;
  hub->world = hub->open = world;
  hub->mailboxes = static_cast<Mailbox *>(memory);
  auto *ranks = reinterpret_cast<Transport *>(hub->mailboxes + world);
  for (uint32_t rank = 0; rank < world; ++rank) {
    Mailbox &box = hub->mailboxes[rank];
    pthread_mutex_init(&box.lock, nullptr);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&box.changed, &clock);
    pthread_condattr_destroy(&clock);
    box.sends.clear();
    box.receives.clear();
    ranks[rank].vtable = &vtable;
    ranks[rank].rank = rank;
    ranks[rank].world = world;
    ranks[rank].hub = hub;
    transports[rank] = &ranks[rank];
  }
  return LC_OK;
}

} // namespace lcompile::rt::comm
