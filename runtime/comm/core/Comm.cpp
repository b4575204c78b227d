// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lcompile-c/Comm.h.
#include "lcompile-c/Comm.h"

#include "runtime/base/Digest.h"
#include "runtime/base/Status.h"
#include "runtime/comm/core/Exchange.h"
#include "runtime/comm/core/Launch.h"
#include "runtime/comm/loopback/Loopback.h"

#include <stdlib.h>

using namespace lcompile::rt;
using namespace lcompile::rt::comm;

static lc_channel_options_t readOptions(const lc_channel_options_t *options) {
  lc_channel_options_t result = {};
  if (options)
    memcpy(&result, options,
           options->struct_size < sizeof result ? options->struct_size
                                                : sizeof result);
  return result;
}

static const char *environment(const char *name) { return getenv(name); }

lc_status_t lc_channel_open(const lc_channel_options_t *given,
                            lc_channel_t **result) {
  ErrorBuffer error;
  lc_channel_options_t options = readOptions(given);
  Launch launch;
  if (int32_t code = detectLaunch(options, environment, launch, error))
    return toStatus(code, error);
  options.timeout_seconds = launch.timeout;
  lc_transport_t *transport = nullptr;
  if (strcmp(launch.engine, "single"))
    if (int32_t code = openPlugin(launch, &transport, error))
      return toStatus(code, error);
  Channel *channel;
  if (int32_t code = openChannel(transport, options, &channel, error))
    return toStatus(code, error);
  *result = channel;
  return nullptr;
}

lc_status_t lc_channel_open_loopback(uint32_t world,
                                     const lc_channel_options_t *given,
                                     lc_channel_t **channels) {
  ErrorBuffer error;
  lc_channel_options_t options = readOptions(given);
  if (int32_t code =
          detectTimeout(options, environment, options.timeout_seconds, error))
    return toStatus(code, error);
  LoopbackOptions loopback;
  loopback.bytesPerSecond = options.bytes_per_second;
  loopback.latency = int64_t(options.latency_nanoseconds);
  Array<lc_transport_t *> transports;
  if (!world)
    return makeStatus(LC_INVALID_ARGUMENT, "a world of no ranks");
  if (!transports.reserve(world))
    return makeStatus(LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = openLoopback(world, loopback, transports.data, error);
  uint32_t opened = 0;
  for (; code == LC_OK && opened < world; ++opened) {
    Channel *channel;
    code = openChannel(transports[opened], options, &channel, error);
    if (code == LC_OK)
      channels[opened] = channel;
    else
      for (uint32_t rank = 0; rank < world; ++rank)
        if (rank < opened)
          lc_channel_close(channels[rank]);
        else if (rank > opened)
          transports[rank]->vtable->close(transports[rank]);
  }
  transports.release();
  return toStatus(code, error);
}

lc_status_t lc_channel_open_custom(lc_transport_t *transport,
                                   const lc_channel_options_t *given,
                                   lc_channel_t **result) {
  ErrorBuffer error;
  lc_channel_options_t options = readOptions(given);
  Channel *channel = nullptr;
  int32_t code =
      detectTimeout(options, environment, options.timeout_seconds, error);
  if (code != LC_OK)
    transport->vtable->close(transport);
  else
    code = openChannel(transport, options, &channel, error);
  if (code == LC_OK)
    *result = channel;
  return toStatus(code, error);
}

void lc_channel_close(lc_channel_t *channel) {
  if (channel)
    closeChannel(&unwrap(channel));
}

const char *lc_channel_engine(const lc_channel_t *handle) {
  auto *transport = static_cast<const Channel *>(handle)->transport;
  return transport ? transport->vtable->name : "single";
}

lc_status_t lc_channel_exchange(lc_channel_t *handle, const void *mine,
                                size_t size, void *all) {
  Channel &channel = unwrap(handle);
  if (channel.failure || exchange(channel, "exchange", mine, size, all))
    return makeStatus(channel.failure, channel.message);
  return nullptr;
}

lc_status_t lc_channel_agree(lc_channel_t *handle, uint64_t digest,
                             const char *what) {
  Channel &channel = unwrap(handle);
  if (channel.failure || agree(channel, digest, what))
    return makeStatus(channel.failure, channel.message);
  return nullptr;
}

uint64_t lc_collectives_digest(const lc_collective_t *collectives,
                               size_t count) {
  uint64_t result = count;
  for (size_t i = 0; i < count; ++i) {
    const lc_collective_t &what = collectives[i];
    // SEND and RECV are alike to a header, but not to a program.
    uint64_t chain[] = {result, digestOf(what), what.kind, what.ticket};
    result = digest(chain, sizeof chain);
  }
  return result;
}

void lc_channel_stats(const lc_channel_t *channel, lc_channel_stats_t *stats) {
  lc_channel_stats_t value = static_cast<const Channel *>(channel)->stats;
  value.struct_size = stats->struct_size;
  memcpy(stats, &value,
         stats->struct_size < sizeof value ? stats->struct_size : sizeof value);
}
