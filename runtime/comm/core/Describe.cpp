// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptions of collectives: their names, digests and what is wrong in them.
#include "runtime/comm/core/Operation.h"

#include "lcompile-c/Types.h"
#include "runtime/base/Digest.h"
#include "runtime/comm/core/Reduce.h"

namespace lcompile::rt::comm {

const char *kindName(uint32_t kind) {
  static const char *const names[] = {
      "nothing", "all_reduce", "reduce_scatter", "all_gather", "broadcast",
      "reduce",  "gather",     "scatter",        "all_to_all", "send",
      "recv",    "permute",    "barrier"};
  return kind <= LC_COLLECTIVE_BARRIER ? names[kind] : "unknown";
}

uint64_t digestOf(const lc_collective_t &what) {
  struct {
    uint32_t kind, reduction, dtype;
    int32_t root;
    double scale;
    uint64_t ticket, tensors;
  } head = {what.kind,  what.reduction, what.dtype,    what.root,
            what.scale, what.ticket,    what.n_tensors};
  if (betweenPairs(what.kind)) {
    head.kind = LC_COLLECTIVE_SEND;
    head.ticket = 0; // two collectives, two tickets
  }
  uint64_t result = digest(&head, sizeof head);
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    uint64_t chain[2] = {result, uint64_t(what.tensors[i].elements)};
    result = digest(chain, sizeof chain);
  }
  return result;
}

static bool usesRoot(uint32_t kind) {
  return kind == LC_COLLECTIVE_BROADCAST || kind == LC_COLLECTIVE_REDUCE ||
         kind == LC_COLLECTIVE_GATHER || kind == LC_COLLECTIVE_SCATTER;
}

int32_t checkDescription(const lc_collective_t &what, uint32_t world,
                         Error error) {
  const char *name = what.name ? what.name : kindName(what.kind);
  if (what.kind < LC_COLLECTIVE_ALL_REDUCE || what.kind > LC_COLLECTIVE_BARRIER)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: collective kind %u is none that this version knows", name,
                what.kind);
  if (what.kind == LC_COLLECTIVE_BARRIER)
    return what.n_tensors ? fail(error, LC_INVALID_ARGUMENT,
                                 "%s: a barrier has no tensors", name)
                          : int32_t(LC_OK);
  uint64_t element = lc_dtype_size(what.dtype);
  if (!element)
    return fail(error, LC_INVALID_ARGUMENT, "%s: dtype %u is invalid", name,
                what.dtype);
  if (usesRoot(what.kind) && (what.root < 0 || uint32_t(what.root) >= world))
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: root %d is not among the %u ranks", name, what.root,
                world);
  if (betweenPairs(what.kind) && what.root % int64_t(world) == 0)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: a shift by %d of %u ranks leads back to the sender", name,
                what.root, world);
  uint64_t total = 0;
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    int64_t elements = what.tensors[i].elements;
    const char *tensor = what.tensors[i].name ? what.tensors[i].name : "";
    if (elements < 0 || __builtin_add_overflow(total, elements, &total) ||
        total > uint64_t(INT64_MAX) / element)
      return fail(error, LC_INVALID_ARGUMENT,
                  "%s: tensor '%s' has %lld elements", name, tensor,
                  static_cast<long long>(elements));
    if (what.kind == LC_COLLECTIVE_ALL_TO_ALL && elements % world)
      return fail(error, LC_INVALID_ARGUMENT,
                  "%s: the %lld elements of '%s' cannot be split into %u equal "
                  "blocks",
                  name, static_cast<long long>(elements), tensor, world);
  }
  return reduces(what.kind) ? checkReduction(what.dtype, what.reduction,
                                             what.scale, name, error)
                            : int32_t(LC_OK);
}

namespace {
enum Extent { None, Part, Whole };

/// What this rank reads and writes of each tensor.
void extents(const lc_collective_t &what, uint32_t rank, Extent &source,
             Extent &destination) {
  bool root = rank == uint32_t(what.root);
  switch (what.kind) {
  case LC_COLLECTIVE_ALL_REDUCE:
  case LC_COLLECTIVE_ALL_TO_ALL:
  case LC_COLLECTIVE_PERMUTE:
    source = destination = Whole;
    break;
  case LC_COLLECTIVE_REDUCE_SCATTER:
    source = Whole, destination = Part;
    break;
  case LC_COLLECTIVE_ALL_GATHER:
    source = Part, destination = Whole;
    break;
  case LC_COLLECTIVE_BROADCAST:
    source = root ? Whole : None, destination = Whole;
    break;
  case LC_COLLECTIVE_REDUCE:
    source = Whole, destination = root ? Whole : None;
    break;
  case LC_COLLECTIVE_GATHER:
    source = Part, destination = root ? Whole : None;
    break;
  case LC_COLLECTIVE_SCATTER:
    source = root ? Whole : None, destination = Part;
    break;
  case LC_COLLECTIVE_SEND:
    source = Whole, destination = None;
    break;
  case LC_COLLECTIVE_RECV:
    source = None, destination = Whole;
    break;
  default:
    source = destination = None;
  }
}

bool missing(const void *pointer, Extent extent, int64_t whole, int64_t part) {
  return !pointer && ((extent == Whole && whole) || (extent == Part && part));
}
} // namespace

int32_t checkPointers(const lc_collective_t &what, uint32_t rank,
                      uint32_t world, const void *const *sources,
                      void *const *destinations, const void *scratch,
                      Error error) {
  const char *name = what.name ? what.name : kindName(what.kind);
  Extent source, destination;
  extents(what, rank, source, destination);
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    int64_t whole = what.tensors[i].elements;
    int64_t part = lc_part_begin(whole, rank + 1, world) -
                   lc_part_begin(whole, rank, world);
    const char *tensor = what.tensors[i].name ? what.tensors[i].name : "";
    const void *from = sources ? sources[i] : nullptr;
    const void *to = destinations ? destinations[i] : nullptr;
    if (missing(from, source, whole, part))
      return fail(error, LC_INVALID_ARGUMENT, "%s: no source for '%s'", name,
                  tensor);
    if (missing(to, destination, whole, part))
      return fail(error, LC_INVALID_ARGUMENT, "%s: no destination for '%s'",
                  name, tensor);
    if (from && from == to && whole && world > 1 &&
        (what.kind == LC_COLLECTIVE_ALL_TO_ALL ||
         what.kind == LC_COLLECTIVE_PERMUTE))
      return fail(error, LC_INVALID_ARGUMENT,
                  "%s: source and destination of '%s' are the same memory",
                  name, tensor);
  }
  if (!scratch &&
      lc_channel_scratch(&what, lc_dtype_size(what.dtype), rank, world))
    return fail(error, LC_INVALID_ARGUMENT, "%s: no scratch memory", name);
  return LC_OK;
}

} // namespace lcompile::rt::comm
