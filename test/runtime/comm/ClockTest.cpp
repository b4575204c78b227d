// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Timeouts and throttled transfers, by a clock that only the test moves.
#include "test/runtime/comm/World.h"

#include "runtime/comm/loopback/Loopback.h"

#include <gtest/gtest.h>

#include <atomic>

using namespace lcompile::test;
namespace comm = lcompile::rt::comm;

namespace {
constexpr int64_t millisecond = 1000000;

/// Loopback channels with the test's clock and network.
class Clock : public ::testing::Test {
protected:
  void open(uint32_t world, double timeout,
            comm::LoopbackOptions options = {}) {
    options.clock = [](void *user) {
      auto *self = static_cast<Clock *>(user);
      return self->time.fetch_add(self->perCall);
    };
    options.deliver = [](void *user, uint32_t from, uint32_t to, uint64_t,
                         uint64_t) {
      auto *self = static_cast<Clock *>(user);
      return int32_t(from) != self->cut && int32_t(to) != self->cut;
    };
    options.user = this;
    transports.resize(world);
    channels.resize(world);
    ASSERT_EQ(comm::openLoopback(world, options, transports.data(), {}), 0);
    lc_channel_options_t common = {};
    common.struct_size = sizeof common;
    common.timeout_seconds = timeout;
    for (uint32_t i = 0; i < world; ++i)
      ASSERT_EQ(
          textOf(lc_channel_open_custom(transports[i], &common, &channels[i])),
          "");
  }
  ~Clock() {
    for (lc_channel_t *channel : channels)
      lc_channel_close(channel);
  }

  std::atomic<int64_t> time{0};
  int64_t perCall = 0; // how far every look at the clock moves it
  int32_t cut = -1;    // a rank without network
  std::vector<lc_transport_t *> transports;
  std::vector<lc_channel_t *> channels;
};

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}
} // namespace

TEST_F(Clock, AMissingRankIsNamed) {
  Collective first(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {100});
  Collective second(LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_F32, {1000});
  first.ticket(416).named("all_reduce loss");
  second.ticket(417).named("all_gather layer3.weight", "bert.py:88");
  open(4, 60);
  // All take part in the first; then rank 3 goes away without a word.
  auto errors = onRanks(channels, [&](lc_channel_t *channel) {
    return runOnce(channel, first, 1);
  });
  perCall = 20 * millisecond;
  errors = onRanks(channels, [&](lc_channel_t *channel) {
    return channel->rank == 3 ? "" : runOnce(channel, second, 1);
  });
  for (uint32_t rank = 0; rank < 3; ++rank) {
    const std::string &error = errors[rank];
    EXPECT_TRUE(contains(
        error, " waits in #417 all_gather layer3.weight (bert.py:88); "))
        << error;
    EXPECT_TRUE(contains(error, "rank 3 does not answer")) << error;
    EXPECT_TRUE(contains(error, "wait in #417 all_gather layer3.weight"))
        << error;
    EXPECT_EQ(error.substr(0, 3), "4: ");
  }
  // When it comes back, it hears of it.
  EXPECT_TRUE(contains(poll(channels[3]), "rank 3 does not answer"));
}

TEST_F(Clock, ARankElsewhereIsNamed) {
  Collective gather(LC_COLLECTIVE_GATHER, LC_DTYPE_F32, {1000});
  Collective receive(LC_COLLECTIVE_RECV, LC_DTYPE_F32, {1000});
  gather.ticket(417).named("gather metrics", "train.py:7");
  receive.ticket(418).named("recv activations").root(1);
  open(3, 60);
  perCall = 20 * millisecond;
  // Rank 2 has given its part and waits for what nobody sends, as rank 0 does
  // with rank 1's part.
  auto errors = onRanks(channels, [&](lc_channel_t *channel) -> std::string {
    if (channel->rank == 1) {
      std::string error;
      while (error.empty())
        error = poll(channel); // alive, but not in a collective
      return error;
    }
    std::string error = runOnce(channel, gather, 1);
    return error.empty() && channel->rank == 2 ? runOnce(channel, receive, 1)
                                               : error;
  });
  for (const std::string &error : errors) {
    EXPECT_TRUE(contains(error, "rank 1 has started nothing")) << error;
    EXPECT_TRUE(contains(error, "rank 0 waits in #417 gather metrics"))
        << error;
    EXPECT_TRUE(contains(error, "rank 2 waits in #418 recv activations"))
        << error;
  }
}

TEST_F(Clock, ARankWithoutNetworkIsNamed) {
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {100000});
  open(3, 60);
  perCall = 20 * millisecond;
  cut = 1;
  auto errors = onRanks(channels, [&](lc_channel_t *channel) {
    return runOnce(channel, reduce, 1);
  });
  for (uint32_t rank : {0u, 2u})
    EXPECT_TRUE(contains(errors[rank], "rank 1 does not answer"))
        << errors[rank];
  EXPECT_TRUE(contains(errors[1], "ranks 0, 2 do not answer")) << errors[1];
}

TEST_F(Clock, TransfersTakeTheirTime) {
  comm::LoopbackOptions options;
  options.bytesPerSecond = 200000000;
  options.latency = 100000;
  open(2, 60, options);
  Collective permute(LC_COLLECTIVE_PERMUTE, LC_DTYPE_U8, {1000000});
  permute.root(1);
  Execution zero(permute, 0, 2, 1), one(permute, 1, 2, 1);
  ASSERT_EQ(zero.start(channels[0]) + one.start(channels[1]), "");
  // A megabyte takes 5 ms, its header 2560 ns, and the way 100 us.
  constexpr int64_t whole = 5000000 + 2560 + 100000;
  auto done = [&](uint32_t rank) {
    EXPECT_EQ(poll(channels[rank]), "");
    lc_channel_stats_t stats = {};
    stats.struct_size = sizeof stats;
    lc_channel_stats(channels[rank], &stats);
    return stats.total.collectives;
  };
  for (int64_t at : {int64_t(0), whole / 2, whole - 1}) {
    time = at;
    EXPECT_EQ(done(0) + done(1), 0u) << at;
  }
  time = whole;
  EXPECT_EQ(done(0) + done(1), 2u);
  EXPECT_EQ(zero.wait(channels[0]) + one.wait(channels[1]), "");
  EXPECT_EQ(zero.check() + one.check(), "");
  EXPECT_EQ(comm::loopbackBusy(transports[0]), 5000000 + 2560);
  // All of it was hidden: waiting found it done.
  lc_channel_stats_t stats = {};
  stats.struct_size = sizeof stats;
  lc_channel_stats(channels[0], &stats);
  EXPECT_EQ(stats.total.nanoseconds_waited, 0u);
  EXPECT_EQ(stats.total.nanoseconds_in_flight, uint64_t(whole));
}
