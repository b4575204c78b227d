// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mailboxes in shared memory. Whoever posts the second of a send and its
// receive copies the data.
#include "runtime/comm/loopback/Loopback.h"

#include "runtime/base/Platform.h"
#include "runtime/comm/core/Array.h"

#include <pthread.h>
#include <time.h>

struct lc_request_s {
  lc_request_s *next; // in a list of its mailbox, or of unused ones
  const lc_segment_t *segments;
  uint64_t count;
  uint64_t tag;
  uint32_t from, to;
  bool receive;
  bool matched;  // the data has been copied; under the mailbox's lock
  bool lost;     // the network has swallowed it
  int64_t ready; // when the clock lets it complete
  // Small messages are copied at once, so that a rank can send and leave.
  static constexpr uint64_t eager = 1024;
  bool detached; // an eager message: nobody asks for it any more
  lc_segment_t copySegment;
  uint8_t copy[eager];
};

namespace lcompile::rt::comm {
namespace {

struct List {
  lc_request_s *first, **last;
  void clear() { first = nullptr, last = &first; }
  void push(lc_request_s *request) {
    request->next = nullptr;
    *last = request;
    last = &request->next;
  }
  void unlink(lc_request_s **place) {
    lc_request_s *request = *place;
    *place = request->next;
    if (last == &request->next)
      last = place;
  }
};

/// What waits for one rank, under one lock.
struct Mailbox {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  uint64_t changes;
  List sends, receives; // not matched yet, in the order of posting
};

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

struct Locked {
  explicit Locked(Mailbox &box) : box(box) { pthread_mutex_lock(&box.lock); }
  ~Locked() { pthread_mutex_unlock(&box.lock); }
  Mailbox &box;
};

int64_t now(lc_transport_t *transport) {
  const LoopbackOptions &options = unwrap(transport).hub->options;
  return options.clock ? options.clock(options.user) : wallNanoseconds();
}

void wake(Mailbox &box) {
  Locked locked(box);
  ++box.changes;
  pthread_cond_broadcast(&box.changed);
}

uint64_t bytesOf(const lc_segment_t *segments, uint64_t count) {
  uint64_t total = 0;
  for (uint64_t i = 0; i < count; ++i)
    total += segments[i].size;
  return total;
}

/// Moves the data of a pair; with the mailbox locked.
void transfer(lc_request_s &send, lc_request_s &receive) {
  for (uint64_t i = 0; i < receive.count && i < send.count; ++i)
    memcpy(receive.segments[i].data, send.segments[i].data,
           receive.segments[i].size < send.segments[i].size
               ? receive.segments[i].size
               : send.segments[i].size);
  receive.ready = send.ready;
  send.matched = receive.matched = true;
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

/// The first in `list` that belongs to `request`, taken out of it.
lc_request_s *findMatch(List &list, const lc_request_s &request) {
  for (lc_request_s **at = &list.first; *at; at = &(*at)->next)
    if ((*at)->tag == request.tag && (*at)->from == request.from) {
      lc_request_s *found = *at;
      list.unlink(at);
      return found;
    }
  return nullptr;
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
