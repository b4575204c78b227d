/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Opening channels: which ranks there are and how they reach each other. What a
 * channel then does for a program is in Channel.h.
 *
 * Engines: "mpi" and "gloo" are plug-ins beside liblcompile-runtime, loaded
 * only when chosen; "single" is one rank alone; "loopback" is N ranks in one
 * process; an engine of the caller's own is a transport (Transport.h).
 *
 * Which engine, rank, world, address and timeout: what the options say, else
 *   LCOMPILE_COMM=single|mpi|gloo  LCOMPILE_RANK  LCOMPILE_WORLD
 *   LCOMPILE_MASTER=host:port  LCOMPILE_COMM_TIMEOUT=seconds,
 * else what the launcher left in the environment: mpirun or srun (mpi),
 * torchrun (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT: gloo, at the port after
 * that one, which is torch's own), else "single".
 *
 * Ownership: a channel that was opened is closed by lc_channel_close.
 * Threads: one call at a time per channel; channels are independent.
 * Failures: every error of a channel ends it: the other ranks are told and get
 * an error too, whatever they wait for, and only lc_channel_close,
 * lc_channel_stats and lc_channel_engine may still be called. What programs do
 * after that is to end with a non-zero exit code.
 *   LC_INCOMPATIBLE      ranks do not run the same collectives
 *   LC_UNAVAILABLE       a rank is gone, or nothing has moved for the timeout
 *   LC_INVALID_ARGUMENT  a description or call that is wrong by itself
 * Structures start with `struct_size`, set by the caller to sizeof; fields are
 * only ever appended.
 */
#ifndef LCOMPILE_C_COMM_H
#define LCOMPILE_C_COMM_H

#include "lcompile-c/Channel.h"
#include "lcompile-c/Transport.h"
#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What has happened to a collective. */
typedef enum lc_channel_event_e {
  LC_CHANNEL_STARTED = 1,
  LC_CHANNEL_DONE = 2, /* found done, in start, wait or poll */
  LC_CHANNEL_WAIT_BEGIN = 3,
  LC_CHANNEL_WAIT_END = 4,
} lc_channel_event_t;

/* Called on the thread that uses the channel; `nanoseconds` is monotonic. */
typedef void (*lc_channel_trace_fn)(void *user, const lc_collective_t *what,
                                    uint32_t event, int64_t nanoseconds);

typedef struct lc_channel_options_s {
  size_t struct_size;
  const char *engine;     /* NULL: as said above */
  uint32_t rank, world;   /* world 0: as said above */
  const char *address;    /* "host:port" of rank 0 for gloo; NULL: as above */
  double timeout_seconds; /* without progress; 0: as above, else 60 */
  /* Loopback only: what a rank sends leaves it at this rate (0: at once), and
   * each message takes the latency on top. */
  uint64_t bytes_per_second;
  uint64_t latency_nanoseconds;
  lc_channel_trace_fn trace; /* NULL: none */
  void *trace_user;
} lc_channel_options_t;

/* This process's channel among all that were started together. Returns when all
 * ranks are there. `options` may be NULL.
 * LC_INVALID_ARGUMENT: options or environment that contradict each other;
 * LC_UNAVAILABLE: the engine is not installed, or ranks are missing. */
LC_API lc_status_t lc_channel_open(const lc_channel_options_t *options,
                                   lc_channel_t **channel);

/* `world` channels of one process, one for each of its threads that acts as a
 * rank; all of them are filled in. Of the options only the timeout, the
 * throttle and the trace count. */
LC_API lc_status_t lc_channel_open_loopback(uint32_t world,
                                            const lc_channel_options_t *options,
                                            lc_channel_t **channels);

/* A channel over the caller's transport, which the channel owns from now on and
 * closes, also when this fails. Of the options only the timeout and the trace
 * count. */
LC_API lc_status_t lc_channel_open_custom(lc_transport_t *transport,
                                          const lc_channel_options_t *options,
                                          lc_channel_t **channel);

/* Ends a channel; collectives under way are given up, and the other ranks get
 * an error if they wait for this one. With mpi and gloo it returns when all
 * ranks close, or after the timeout. Accepts NULL. */
LC_API void lc_channel_close(lc_channel_t *channel);

/* "mpi", "gloo", "loopback", "single", or the transport's name. Valid until the
 * channel is closed. */
LC_API const char *lc_channel_engine(const lc_channel_t *channel);

/* Collects `size` bytes of every rank: rank r's are at `all` + r * size. All
 * ranks call it at the same place among their collectives and with the same
 * size. For a few bytes; counted as control, not as payload. */
LC_API lc_status_t lc_channel_exchange(lc_channel_t *channel, const void *mine,
                                       size_t size, void *all);

/* Checks that all ranks have the same digest, for example of the schedule that
 * they are about to run; `what` names it in messages ("the schedule of
 * bert.so"). All ranks call it. LC_INCOMPATIBLE, on all ranks, names the ranks
 * that differ. */
LC_API lc_status_t lc_channel_agree(lc_channel_t *channel, uint64_t digest,
                                    const char *what);

/* The digest of collectives in their order, for lc_channel_agree. */
LC_API uint64_t lc_collectives_digest(const lc_collective_t *collectives,
                                      size_t count);

/* Of collectives that are done. Bytes are those of tensors, as they go from
 * rank to rank. With P elements in all and S_r in rank r's part, rank r of N
 * sends
 *
 *   all_reduce      P - S_r + (N - 1) S_r
 *   reduce_scatter  P - S_r
 *   all_gather      (N - 1) S_r
 *   broadcast       (N - 1) P on the root
 *   reduce          P - S_r, and S_r more when r is not the root
 *   gather          S_r when r is not the root
 *   scatter         P - S_r on the root
 *   all_to_all      P - P / N
 *   send, permute   P
 */
typedef struct lc_channel_counters_s {
  uint64_t collectives;
  uint64_t messages_sent, messages_received;
  uint64_t bytes_sent, bytes_received;
  uint64_t nanoseconds_waited;    /* inside wait: communication not hidden */
  uint64_t nanoseconds_in_flight; /* from start until found done */
} lc_channel_counters_t;

typedef struct lc_channel_stats_s {
  size_t struct_size;
  lc_channel_counters_t total;
  lc_channel_counters_t kinds[16]; /* by lc_collective_kind_t */
  /* What keeps ranks in step: headers, exchanges, questions, farewells. */
  uint64_t control_messages_sent, control_messages_received;
  uint64_t control_bytes_sent, control_bytes_received;
} lc_channel_stats_t;

LC_API void lc_channel_stats(const lc_channel_t *channel,
                             lc_channel_stats_t *stats);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_COMM_H */
