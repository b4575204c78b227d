// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One collective on one rank: which messages it sends and receives, and what it
// does with them. Kept from run to run, so that a steady program allocates
// nothing here.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_OPERATION_H
#define LCOMPILE_RUNTIME_COMM_CORE_OPERATION_H

#include "lcompile-c/Channel.h"
#include "lcompile-c/Transport.h"
#include "runtime/base/Error.h"
#include "runtime/comm/core/Array.h"
#include "runtime/comm/core/Message.h"

namespace lcompile::rt::comm {

/// The data that goes from one rank to another in one step.
struct Message {
  enum State : uint8_t { Waiting, Posted, Done };
  uint32_t peer;
  bool receive;
  Step step;
  State state;
  uint32_t after; // the message that must be done first, or none
  uint64_t tag;
  uint64_t bytes;
  size_t firstSegment, segments; // in Operation::segments
  lc_request_t *request;         // while posted
  static constexpr uint32_t none = UINT32_MAX;
};

struct Operation {
  const lc_collective_t *what; // who it is; the program's own memory
  uint64_t digest;             // of the description, when it was last checked
  uint64_t bytes;              // of all tensors
  uint64_t element;            // bytes of one
  bool control;                // not counted as payload

  // The current run.
  bool inFlight, done, reduced;
  uint64_t sequence; // how many were started before on this channel
  uint64_t number;   // in tags: sequence, or for SEND, RECV that of the pair
  uint32_t headersMissing; // peers whose header has not come
  uint32_t unfinished;     // messages that are not done
  uint32_t receiving;      // first steps to be received before reducing
  int64_t startTime;
  Array<Message> messages;
  Array<lc_segment_t> segments;
  Array<const void *> sources;
  Array<void *> destinations;
  Array<const void *> inputs; // one a rank, while reducing
  uint8_t *scratch;

  void release();
};

/// The same on all ranks that run the same collective. A SEND and the RECV that
/// takes its data have the same digest.
uint64_t digestOf(const lc_collective_t &what);

/// LC_INVALID_ARGUMENT when the description is wrong by itself.
int32_t checkDescription(const lc_collective_t &what, uint32_t world,
                         Error error);

/// LC_INVALID_ARGUMENT when memory is missing that this rank needs.
int32_t checkPointers(const lc_collective_t &what, uint32_t rank,
                      uint32_t world, const void *const *sources,
                      void *const *destinations, const void *scratch,
                      Error error);

/// Fills in messages and segments of a run whose pointers are set.
int32_t planMessages(Operation &op, uint32_t rank, uint32_t world, Error error);

/// Whether ranks tell each other that data (or nothing, in a barrier) comes:
/// from the first to the second.
bool announces(const lc_collective_t &what, uint32_t from, uint32_t to,
               uint32_t world);

/// What a rank does alone: copies its own parts to where they belong.
void copyOwn(Operation &op, uint32_t rank, uint32_t world);

/// Reduces this rank's part once all first steps are received.
void reduceOwn(Operation &op, uint32_t rank, uint32_t world);

/// The rank that is `by` further on the ring of ranks.
inline uint32_t shifted(uint32_t rank, int64_t by, uint32_t world) {
  int64_t moved = (int64_t(rank) + by % int64_t(world)) % int64_t(world);
  return uint32_t(moved < 0 ? moved + world : moved);
}

inline bool reduces(uint32_t kind) {
  return kind == LC_COLLECTIVE_ALL_REDUCE ||
         kind == LC_COLLECTIVE_REDUCE_SCATTER || kind == LC_COLLECTIVE_REDUCE;
}
inline bool betweenPairs(uint32_t kind) {
  return kind == LC_COLLECTIVE_SEND || kind == LC_COLLECTIVE_RECV;
}

/// "all_gather".
const char *kindName(uint32_t kind);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_OPERATION_H
