// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where messages of the loopback engine meet their receives.
#ifndef LCOMPILE_RUNTIME_COMM_LOOPBACK_MAILBOX_H
#define LCOMPILE_RUNTIME_COMM_LOOPBACK_MAILBOX_H

#include "lcompile-c/Transport.h"

#include <pthread.h>
#include <string.h>

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

struct Locked {
  explicit Locked(Mailbox &box) : box(box) { pthread_mutex_lock(&box.lock); }
  ~Locked() { pthread_mutex_unlock(&box.lock); }
  Mailbox &box;
};

inline void wake(Mailbox &box) {
  Locked locked(box);
  ++box.changes;
  pthread_cond_broadcast(&box.changed);
}

/// Moves the data of a pair; with the mailbox locked.
inline void transfer(lc_request_s &send, lc_request_s &receive) {
  for (uint64_t i = 0; i < receive.count && i < send.count; ++i)
    memcpy(receive.segments[i].data, send.segments[i].data,
           receive.segments[i].size < send.segments[i].size
               ? receive.segments[i].size
               : send.segments[i].size);
  receive.ready = send.ready;
  send.matched = receive.matched = true;
}

/// The first in `list` that belongs to `request`, taken out of it.
inline lc_request_s *findMatch(List &list, const lc_request_s &request) {
  for (lc_request_s **at = &list.first; *at; at = &(*at)->next)
    if ((*at)->tag == request.tag && (*at)->from == request.from) {
      lc_request_s *found = *at;
      list.unlink(at);
      return found;
    }
  return nullptr;
}

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_LOOPBACK_MAILBOX_H
