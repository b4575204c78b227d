// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// N ranks as threads of one process: for tests, and for running a distributed
// program on one machine without a launcher.
#ifndef LCOMPILE_RUNTIME_COMM_LOOPBACK_LOOPBACK_H
#define LCOMPILE_RUNTIME_COMM_LOOPBACK_LOOPBACK_H

#include "lcompile-c/Transport.h"
#include "runtime/base/Error.h"

namespace lcompile::rt::comm {

struct LoopbackOptions {
  /// The network that is played: what a rank sends leaves it at this rate, one
  /// message after the other (0: at once), and arrives `latency` nanoseconds
  /// later. Time passes by the clock, without work of either rank.
  uint64_t bytesPerSecond = 0;
  int64_t latency = 0;

  /// For tests: another clock, in nanoseconds; called from all ranks.
  int64_t (*clock)(void *user) = nullptr;
  /// For tests: false loses a message. Called from all ranks.
  bool (*deliver)(void *user, uint32_t from, uint32_t to, uint64_t tag,
                  uint64_t bytes) = nullptr;
  void *user = nullptr;
};

/// Fills in `world` transports. Each is closed on its own.
int32_t openLoopback(uint32_t world, const LoopbackOptions &options,
                     lc_transport_t **transports, Error error);

/// How long messages have kept the way out of a rank busy, in nanoseconds: the
/// sum over messages of bytes / rate.
int64_t loopbackBusy(const lc_transport_t *transport);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_LOOPBACK_LOOPBACK_H
