/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who carries messages between ranks: what a channel asks of MPI, Gloo, or an
 * engine of the caller's own.
 *
 * A transport moves bytes from one rank to another and knows nothing else: the
 * algorithms, their order and their arithmetic are the channel's
 * (runtime/comm/core), so results are the same on every transport.
 *
 * A message goes to the receive with the same peer and tag; messages with the
 * same peer and tag arrive in the order in which they were sent. A message and
 * its receive have the same number of segments with the same sizes, none empty.
 *
 * Threads: one call at a time per transport, from any thread.
 * Errors: entries that can fail return an lc_code_t and write a message to
 * `error` (error_size bytes), lower case and without a final period.
 */
#ifndef LCOMPILE_C_TRANSPORT_H
#define LCOMPILE_C_TRANSPORT_H

#include "lcompile-c/Executable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A piece of memory that a message is read from or written to. */
typedef struct lc_segment_s {
  void *data;
  uint64_t size; /* in bytes, not 0 */
} lc_segment_t;

typedef struct lc_transport_s lc_transport_t;

/* A send or receive that was posted; the transport's own. */
typedef struct lc_request_s lc_request_t;

/* Closing is for all ranks together: a rank must not leave while another may
 * still send to it. */
#define LC_TRANSPORT_CLOSE_TOGETHER 1u

/* Every entry must be set. */
typedef struct lc_transport_vtable_s {
  size_t struct_size; /* sizeof; entries are only ever appended */
  const char *name;   /* "mpi" */
  uint64_t flags;     /* LC_TRANSPORT_* */

  /* Posts a message, without waiting. The segments and the array of them stay
   * valid until the request is done or cancelled. */
  int32_t (*send)(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                  const lc_segment_t *segments, uint64_t n_segments,
                  lc_request_t **request, char *error, size_t error_size);
  int32_t (*receive)(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                     const lc_segment_t *segments, uint64_t n_segments,
                     lc_request_t **request, char *error, size_t error_size);

  /* Sets `*done` to 1 when the request's memory is the caller's again, else to
   * 0; never waits. A request that is done, or failed, no longer exists. */
  int32_t (*test)(lc_transport_t *transport, lc_request_t *request,
                  int32_t *done, char *error, size_t error_size);

  /* Gives a request up: once this returns, its memory is no longer touched and
   * it no longer exists. Called after a failure and when closing. */
  void (*cancel)(lc_transport_t *transport, lc_request_t *request);

  /* Lets whatever was posted move on; never waits. */
  int32_t (*progress)(lc_transport_t *transport, char *error,
                      size_t error_size);

  /* Sleeps until something may have changed, at most for `nanoseconds`. */
  void (*idle)(lc_transport_t *transport, int64_t nanoseconds);

  /* Monotonic time in nanoseconds. */
  int64_t (*now)(lc_transport_t *transport);

  /* The channel has failed: no message will come from here any more. The other
   * ranks have been told, as far as they could be reached. */
  void (*abort)(lc_transport_t *transport, const char *message);

  /* Ends the transport and frees it. Nothing is posted any more. */
  void (*close)(lc_transport_t *transport);
} lc_transport_vtable_t;

struct lc_transport_s {
  const lc_transport_vtable_t *vtable;
  uint32_t rank, world; /* rank < world */
};

/* --- plug-ins ------------------------------------------------------------
 *
 * liblcompile-comm-NAME.so, beside liblcompile-runtime, exports one function of
 * this type as LC_TRANSPORT_OPEN_NAME. */

#define LC_TRANSPORT_VERSION 1u
#define LC_TRANSPORT_OPEN_NAME "lc_transport_open"

typedef struct lc_transport_options_s {
  uint32_t version;     /* LC_TRANSPORT_VERSION of who calls */
  uint32_t rank, world; /* world 0: the engine's own launcher says */
  uint32_t reserved;
  const char *address;    /* "host:port" where rank 0 can be met, or NULL */
  double timeout_seconds; /* for getting to know the other ranks */
} lc_transport_options_t;

/* LC_INCOMPATIBLE: another version; LC_UNAVAILABLE: ranks are missing. */
typedef int32_t (*lc_transport_open_fn)(const lc_transport_options_t *options,
                                        lc_transport_t **transport, char *error,
                                        size_t error_size);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_TRANSPORT_H */
