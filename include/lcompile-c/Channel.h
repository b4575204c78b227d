/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Collective operations: what a program asks for, and who carries it out.
 *
 * N ranks run the same program, each with a channel of its own. Every rank
 * starts the same collectives in the same order; the program's table of
 * lc_collective_t is that order. This header is free-standing C: artefacts
 * hold these structures as constant data and call the vtable, so the layout is
 * part of the ABI.
 *
 * Parts: a tensor of `elements` elements is split over the ranks of a channel
 * without padding. Rank r of N owns [floor(r * elements / N),
 * floor((r + 1) * elements / N)) of its elements, flat and row-major. Parts may
 * be empty.
 *
 * Exactness: a reduction adds the ranks' values in the order of the ranks, from
 * rank 0 on, one element at a time and each addition rounded, f16 and bf16 in
 * f32; multiplies the sum by `scale` once, in f32 (f64 for f64); and rounds to
 * the dtype once. So the bits do not depend on the transport, on how tensors
 * are put together in one collective, or on whether a sum is left in parts.
 */
#ifndef LCOMPILE_C_CHANNEL_H
#define LCOMPILE_C_CHANNEL_H

#include "lcompile-c/Executable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a collective does with each of its tensors, on rank r of N. "whole" has
 * all elements, "part" those that the rank owns. */
typedef enum lc_collective_kind_e {
  LC_COLLECTIVE_ALL_REDUCE = 1,     /* whole -> whole, reduced */
  LC_COLLECTIVE_REDUCE_SCATTER = 2, /* whole -> part of the reduced */
  LC_COLLECTIVE_ALL_GATHER = 3,     /* part -> whole */
  LC_COLLECTIVE_BROADCAST = 4,      /* whole of `root` -> whole */
  LC_COLLECTIVE_REDUCE = 5,         /* whole -> whole, reduced, on `root` */
  LC_COLLECTIVE_GATHER = 6,         /* part -> whole on `root` */
  LC_COLLECTIVE_SCATTER = 7,        /* whole on `root` -> part */
  LC_COLLECTIVE_ALL_TO_ALL = 8,     /* whole -> whole; elements % N == 0: block
                                       i goes to rank i, block j comes from j */
  LC_COLLECTIVE_SEND = 9,           /* whole -> rank (r + root) mod N; with */
  LC_COLLECTIVE_RECV = 10,          /* whole <- rank (r - root) mod N; */
  LC_COLLECTIVE_PERMUTE = 11,       /* both at once: a ring shift by `root` */
  LC_COLLECTIVE_BARRIER = 12,       /* no tensors */
} lc_collective_kind_t;

typedef enum lc_reduction_e {
  LC_REDUCTION_SUM = 1,
  LC_REDUCTION_PROD = 2,
  LC_REDUCTION_MIN = 3, /* NaN wins, as in torch */
  LC_REDUCTION_MAX = 4,
} lc_reduction_t;

typedef struct lc_collective_tensor_s {
  const char *name; /* "layer3.weight" */
  int64_t elements; /* of the whole */
} lc_collective_tensor_t;

/* One collective of a program. Static data; the same on all ranks. */
typedef struct lc_collective_s {
  uint32_t kind;      /* lc_collective_kind_t */
  uint32_t reduction; /* lc_reduction_t; 0 for kinds that do not reduce */
  uint32_t dtype;     /* lc_dtype_t of all its tensors */
  int32_t root;       /* see the kinds */
  double scale;       /* 1, or what a sum is multiplied by */
  uint64_t ticket;    /* its place in the order of the program, from 1 */
  uint64_t n_tensors; /* one message a peer carries all of them */
  const lc_collective_tensor_t *tensors;
  const char *name;   /* "reduce_scatter layer3.weight and 4 more" */
  const char *source; /* model lines: "bert.py:88 layer3" */
} lc_collective_t;

typedef struct lc_channel_s lc_channel_t;

/* Who carries out collectives for one rank. Threads: one at a time per channel.
 * Results are lc_code_t; a message goes to `error` (error_size bytes). After an
 * error the channel refuses everything but its closing.
 *
 * Every entry must be set. */
typedef struct lc_channel_vtable_s {
  /* Starts a collective. One source and one destination pointer a tensor; a
   * kind that has none on this rank gets NULL there. The destination of
   * ALL_REDUCE, BROADCAST, REDUCE may be the source; that of ALL_GATHER may
   * hold the source in its place. `scratch` has lc_channel_scratch() bytes.
   * Until wait returns, the program reads and writes none of this memory. */
  int32_t (*start)(lc_channel_t *channel, const lc_collective_t *what,
                   const void *const *sources, void *const *destinations,
                   void *scratch, char *error, size_t error_size);
  /* Returns when the collective that was started last with this description is
   * done here. */
  int32_t (*wait)(lc_channel_t *channel, const lc_collective_t *what,
                  char *error, size_t error_size);
  /* Lets whatever is under way make progress; never blocks. Programs call it
   * between kernels. */
  int32_t (*poll)(lc_channel_t *channel, char *error, size_t error_size);
} lc_channel_vtable_t;

struct lc_channel_s {
  const lc_channel_vtable_t *vtable;
  uint32_t rank, world; /* rank < world */
};

/* Where rank `rank` of `world` begins in a tensor of `elements` elements; with
 * rank == world, where the last one ends. */
static inline int64_t lc_part_begin(int64_t elements, uint32_t rank,
                                    uint32_t world) {
  /* floor(rank * elements / world) without overflow */
  return elements / world * rank + elements % world * rank / world;
}

/* Bytes of scratch memory that `start` needs on this rank: what the other ranks
 * send for a part that this rank reduces. `element` is the size of the dtype.
 */
static inline uint64_t lc_channel_scratch(const lc_collective_t *what,
                                          uint64_t element, uint32_t rank,
                                          uint32_t world) {
  uint64_t total = 0;
  for (uint64_t i = 0; i < what->n_tensors; ++i) {
    int64_t elements = what->tensors[i].elements;
    uint64_t part = (uint64_t)(lc_part_begin(elements, rank + 1, world) -
                               lc_part_begin(elements, rank, world));
    if (what->kind == LC_COLLECTIVE_ALL_REDUCE ||
        what->kind == LC_COLLECTIVE_REDUCE_SCATTER ||
        what->kind == LC_COLLECTIVE_REDUCE)
      total += part * element * (world - 1);
  }
  return total;
}

/* Bytes of tensors that rank `rank` of `world` sends for a collective: the
 * formulas that plans and reports use. `element` is the size of the dtype. */
static inline uint64_t lc_channel_sent(const lc_collective_t *what,
                                       uint64_t element, uint32_t rank,
                                       uint32_t world) {
  uint64_t total = 0, others = world - 1;
  for (uint64_t i = 0; i < what->n_tensors; ++i) {
    int64_t elements = what->tensors[i].elements;
    uint64_t whole = (uint64_t)elements * element;
    uint64_t part = (uint64_t)(lc_part_begin(elements, rank + 1, world) -
                               lc_part_begin(elements, rank, world)) *
                    element;
    int isRoot = what->root == (int32_t)rank;
    switch (what->kind) {
    case LC_COLLECTIVE_ALL_REDUCE:
      total += whole - part + others * part;
      break;
    case LC_COLLECTIVE_REDUCE_SCATTER:
      total += whole - part;
      break;
    case LC_COLLECTIVE_ALL_GATHER:
      total += others * part;
      break;
    case LC_COLLECTIVE_BROADCAST:
      total += isRoot ? others * whole : 0;
      break;
    case LC_COLLECTIVE_REDUCE:
      total += whole - part + (isRoot ? 0 : part);
      break;
    case LC_COLLECTIVE_GATHER:
      total += isRoot ? 0 : part;
      break;
    case LC_COLLECTIVE_SCATTER:
      total += isRoot ? whole - part : 0;
      break;
    case LC_COLLECTIVE_ALL_TO_ALL:
      total += whole - whole / world;
      break;
    case LC_COLLECTIVE_SEND:
    case LC_COLLECTIVE_PERMUTE:
      total += world > 1 ? whole : 0;
      break;
    default:
      break;
    }
  }
  return total;
}

LC_STATIC_ASSERT(sizeof(lc_collective_tensor_t) == 16, "ABI");
LC_STATIC_ASSERT(sizeof(lc_collective_t) == 64, "ABI");
LC_STATIC_ASSERT(sizeof(lc_channel_vtable_t) == 24, "ABI");
LC_STATIC_ASSERT(sizeof(lc_channel_t) == 16, "ABI");

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_CHANNEL_H */
