// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The algorithms. Every kind is one or two steps of messages between pairs of
// ranks, each part going straight from where it is to where it belongs:
//
//   all_reduce, reduce_scatter, reduce   1. every rank sends each owner the
//       owner's part; the owner sums the ranks' values in their order
//   all_reduce   2. every owner sends its part to all
//   reduce       2. every owner sends its part to the root
//   the others   1. from who has it to who wants it
#include "runtime/comm/core/Operation.h"

namespace lcompile::rt::comm {

void Operation::release() {
  messages.release();
  segments.release();
  sources.release();
  destinations.release();
  inputs.release();
}

namespace {
/// Adds messages to an operation.
class Planner {
public:
  Planner(Operation &op, uint32_t rank, uint32_t world)
      : op(op), rank(rank), world(world) {}

  /// Sets `failed` when memory is out.
  void plan();
  bool failed = false;

private:
  int64_t begin(uint64_t tensor, uint32_t owner) const {
    return lc_part_begin(op.what->tensors[tensor].elements, owner, world) *
           int64_t(op.element);
  }
  Message &open(uint32_t peer, bool receive, Step step);
  void add(Message &message, const void *data, int64_t size);
  void close(Message &message);

  /// `owner`'s parts of whole tensors.
  template <typename T>
  void parts(uint32_t peer, bool receive, Step step, T *const *wholes,
             uint32_t owner, bool afterSend = false);
  /// What the pointers point to: this rank's parts.
  template <typename T>
  void ownParts(uint32_t peer, bool receive, T *const *pointers);
  template <typename T>
  void whole(uint32_t peer, bool receive, Step step, T *const *wholes);
  void firstStepOfReduction(uint32_t to, uint32_t from, uint8_t *&scratch);
  void toAndFrom(uint32_t to, uint32_t from, uint8_t *&scratch);

  Operation &op;
  uint32_t rank, world;
  Message current;
};

Message &Planner::open(uint32_t peer, bool receive, Step step) {
  current = {};
  current.peer = peer;
  current.receive = receive;
  current.step = step;
  current.after = Message::none;
  current.tag = dataTag(op.digest, step, op.number);
  current.firstSegment = op.segments.size;
  return current;
}

void Planner::add(Message &message, const void *data, int64_t size) {
  if (!size)
    return;
  lc_segment_t segment = {const_cast<void *>(data), uint64_t(size)};
  failed |= !op.segments.push(segment);
  ++message.segments;
  message.bytes += segment.size;
}

void Planner::close(Message &message) {
  if (!message.bytes)
    return;
  failed |= !op.messages.push(message);
  ++op.unfinished;
  if (message.receive && message.step == Step::First)
    ++op.receiving;
}

template <typename T>
void Planner::parts(uint32_t peer, bool receive, Step step, T *const *wholes,
                    uint32_t owner, bool afterSend) {
  Message &message = open(peer, receive, step);
  for (uint64_t i = 0; i < op.what->n_tensors; ++i) {
    int64_t at = begin(i, owner);
    add(message, static_cast<const uint8_t *>(wholes[i]) + at,
        begin(i, owner + 1) - at);
  }
  // In place, what arrives in a second step overwrites what the first one sent.
  if (afterSend)
    for (uint32_t i = 0; i < op.messages.size; ++i)
      if (op.messages[i].peer == peer && !op.messages[i].receive &&
          op.messages[i].step == Step::First)
        message.after = i;
  close(message);
}

template <typename T>
void Planner::ownParts(uint32_t peer, bool receive, T *const *pointers) {
  Message &message = open(peer, receive, Step::First);
  for (uint64_t i = 0; i < op.what->n_tensors; ++i)
    add(message, pointers[i], begin(i, rank + 1) - begin(i, rank));
  close(message);
}

template <typename T>
void Planner::whole(uint32_t peer, bool receive, Step step, T *const *wholes) {
  Message &message = open(peer, receive, step);
  for (uint64_t i = 0; i < op.what->n_tensors; ++i)
    add(message, wholes[i], begin(i, world));
  close(message);
}

void Planner::firstStepOfReduction(uint32_t to, uint32_t from,
                                   uint8_t *&scratch) {
  parts(to, false, Step::First, op.sources.data, to);
  // Scratch holds the peers' parts in the order of the ranks.
  uint64_t size = 0;
  for (uint64_t i = 0; i < op.what->n_tensors; ++i)
    size += uint64_t(begin(i, rank + 1) - begin(i, rank));
  uint8_t *slot = scratch + size * (from < rank ? from : from - 1);
  Message &message = open(from, true, Step::First);
  for (uint64_t i = 0; i < op.what->n_tensors; ++i) {
    int64_t part = begin(i, rank + 1) - begin(i, rank);
    add(message, slot, part);
    slot += part;
  }
  close(message);
}

void Planner::toAndFrom(uint32_t to, uint32_t from, uint8_t *&scratch) {
  uint32_t root = uint32_t(op.what->root);
  const void *const *sources = op.sources.data;
  void *const *destinations = op.destinations.data;
  switch (op.what->kind) {
  case LC_COLLECTIVE_ALL_REDUCE:
  case LC_COLLECTIVE_REDUCE_SCATTER:
  case LC_COLLECTIVE_REDUCE:
    return firstStepOfReduction(to, from, scratch);
  case LC_COLLECTIVE_ALL_GATHER:
    ownParts(to, false, sources);
    return parts(from, true, Step::First, destinations, from);
  case LC_COLLECTIVE_ALL_TO_ALL:
    parts(to, false, Step::First, sources, to);
    return parts(from, true, Step::First, destinations, from);
  case LC_COLLECTIVE_BROADCAST:
    if (rank == root)
      whole(to, false, Step::First, sources);
    else if (from == root)
      whole(from, true, Step::First, destinations);
    return;
  case LC_COLLECTIVE_GATHER:
    if (rank == root)
      parts(from, true, Step::First, destinations, from);
    else if (to == root)
      ownParts(to, false, sources);
    return;
  case LC_COLLECTIVE_SCATTER:
    if (rank == root)
      parts(to, false, Step::First, sources, to);
    else if (from == root)
      ownParts(from, true, destinations);
    return;
  }
}

void Planner::plan() {
  const lc_collective_t &what = *op.what;
  uint8_t *scratch = op.scratch;
  // Starting behind itself, no two ranks send to the same one at the same time.
  for (uint32_t k = 1; k < world; ++k)
    toAndFrom(shifted(rank, k, world), shifted(rank, -int64_t(k), world),
              scratch);
  uint32_t to = shifted(rank, what.root, world);
  uint32_t from = shifted(rank, -int64_t(what.root), world);
  if (what.kind == LC_COLLECTIVE_SEND)
    whole(to, false, Step::Pair, op.sources.data);
  if (what.kind == LC_COLLECTIVE_RECV)
    whole(from, true, Step::Pair, op.destinations.data);
  if (what.kind == LC_COLLECTIVE_PERMUTE && to != rank) {
    whole(to, false, Step::First, op.sources.data);
    whole(from, true, Step::First, op.destinations.data);
  }
  for (uint32_t k = 1; k < world; ++k) {
    to = shifted(rank, k, world), from = shifted(rank, -int64_t(k), world);
    if (what.kind == LC_COLLECTIVE_ALL_REDUCE) {
      parts(to, false, Step::Second, op.destinations.data, rank);
      parts(from, true, Step::Second, op.destinations.data, from, true);
    } else if (what.kind == LC_COLLECTIVE_REDUCE) {
      uint32_t root = uint32_t(what.root);
      if (rank == root) {
        parts(from, true, Step::Second, op.destinations.data, from, true);
      } else if (to == root) {
        Message &message = open(root, false, Step::Second);
        uint8_t *sum = scratch;
        for (uint64_t i = 0; i < what.n_tensors; ++i) {
          int64_t part = begin(i, rank + 1) - begin(i, rank);
          add(message, sum, part);
          sum += part;
        }
        close(message);
      }
    }
  }
}
} // namespace

int32_t planMessages(Operation &op, uint32_t rank, uint32_t world,
                     Error error) {
  op.messages.clear();
  op.segments.clear();
  op.unfinished = op.receiving = 0;
  Planner planner(op, rank, world);
  planner.plan();
  return planner.failed ? fail(error, LC_RESOURCE_EXHAUSTED, "out of memory")
                        : int32_t(LC_OK);
}

bool announces(const lc_collective_t &what, uint32_t from, uint32_t to,
               uint32_t world) {
  if (from == to)
    return false;
  switch (what.kind) {
  case LC_COLLECTIVE_BROADCAST:
  case LC_COLLECTIVE_SCATTER:
    return from == uint32_t(what.root);
  case LC_COLLECTIVE_GATHER:
    return to == uint32_t(what.root);
  case LC_COLLECTIVE_SEND:
  case LC_COLLECTIVE_RECV:
  case LC_COLLECTIVE_PERMUTE:
    return to == shifted(from, what.root, world);
  default:
    return true;
  }
}

} // namespace lcompile::rt::comm
