// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counted bytes are those of the formulas in Comm.h; steady programs allocate
// nothing; events come in order.
#include "test/runtime/comm/World.h"

#include <gtest/gtest.h>

#include <malloc.h>

using namespace lcompile::test;

namespace {
lc_channel_stats_t statsOf(lc_channel_t *channel) {
  lc_channel_stats_t stats = {};
  stats.struct_size = sizeof stats;
  lc_channel_stats(channel, &stats);
  return stats;
}

/// What Comm.h says that rank r of N sends, in elements.
uint64_t sent(const lc_collective_t &what, uint32_t r, uint32_t n) {
  uint64_t total = 0;
  bool root = int32_t(r) == what.root;
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    uint64_t p = uint64_t(what.tensors[i].elements);
    uint64_t s = (r + 1) * p / n - r * p / n;
    switch (what.kind) {
    case LC_COLLECTIVE_ALL_REDUCE:
      total += p - s + (n - 1) * s;
      break;
    case LC_COLLECTIVE_REDUCE_SCATTER:
      total += p - s;
      break;
    case LC_COLLECTIVE_ALL_GATHER:
      total += (n - 1) * s;
      break;
    case LC_COLLECTIVE_BROADCAST:
      total += root ? (n - 1) * p : 0;
      break;
    case LC_COLLECTIVE_REDUCE:
      total += p - s + (root ? 0 : s);
      break;
    case LC_COLLECTIVE_GATHER:
      total += root ? 0 : s;
      break;
    case LC_COLLECTIVE_SCATTER:
      total += root ? p - s : 0;
      break;
    case LC_COLLECTIVE_ALL_TO_ALL:
      total += p - p / n;
      break;
    case LC_COLLECTIVE_PERMUTE:
      total += n > 1 ? p : 0;
      break;
    }
  }
  return total;
}
} // namespace

TEST(Counters, EqualTheFormulas) {
  for (uint32_t n : {1u, 2u, 3u, 4u, 5u}) {
    Collectives cases = allCases(n);
    World world(n);
    world.run([&](lc_channel_t *channel) -> std::string {
      uint64_t bytes = 0;
      for (const auto &collective : cases) {
        if (std::string error = runOnce(channel, *collective, 5);
            !error.empty())
          return error;
        bytes += sent(collective->what, channel->rank, n) *
                 lc_dtype_size(collective->what.dtype);
        if (statsOf(channel).total.bytes_sent != bytes)
          return collective->text() + ": sent " +
                 std::to_string(statsOf(channel).total.bytes_sent) + ", not " +
                 std::to_string(bytes);
      }
      lc_channel_stats_t stats = statsOf(channel);
      uint64_t kinds = 0;
      for (const lc_channel_counters_t &kind : stats.kinds)
        kinds += kind.bytes_sent;
      return kinds == bytes && stats.total.collectives == cases.size()
                 ? ""
                 : "the kinds do not add up";
    });
    uint64_t in = 0, out = 0, controlIn = 0, controlOut = 0;
    for (lc_channel_t *channel : world.channels) {
      lc_channel_stats_t stats = statsOf(channel);
      in += stats.total.bytes_received;
      out += stats.total.bytes_sent;
      controlIn += stats.control_bytes_received;
      controlOut += stats.control_bytes_sent;
    }
    EXPECT_EQ(in, out);
    EXPECT_EQ(controlIn, controlOut);
  }
}

TEST(Counters, LeaveOutExchanges) {
  World world(3);
  world.run([&](lc_channel_t *channel) {
    return textOf(lc_channel_agree(channel, 1, "it"));
  });
  lc_channel_stats_t stats = statsOf(world.channels[0]);
  EXPECT_EQ(stats.total.collectives, 0u);
  EXPECT_EQ(stats.total.bytes_sent, 0u);
  // A header and eight bytes to each of two ranks.
  EXPECT_EQ(stats.control_bytes_sent, 2 * (512 + 8u));
  EXPECT_EQ(stats.control_messages_sent, 4u);
}

TEST(Steady, ProgramsAllocateNothing) {
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {1000, 17});
  Collective gather(LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_BF16, {33, 5000});
  gather.ticket(2);
  // In one thread, rank by rank, so that memory in use can be compared.
  World world(2);
  std::vector<std::unique_ptr<Execution>> runs;
  for (uint32_t rank : {0u, 1u})
    for (Collective *collective : {&reduce, &gather})
      runs.push_back(std::make_unique<Execution>(*collective, rank, 2, 1));
  auto step = [&] {
    std::string error;
    for (size_t i = 0; i < 4; ++i)
      error += runs[i]->start(world.channels[i / 2]);
    for (int round = 0; round < 4; ++round)
      error += poll(world.channels[0]) + poll(world.channels[1]);
    for (size_t i = 0; i < 4; ++i)
      error += runs[i]->wait(world.channels[i / 2]);
    return error;
  };
  EXPECT_EQ(step() + step(), "");
  size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(step(), "");
  EXPECT_EQ(mallinfo2().uordblks, before);
}

TEST(Trace, TellsWhatHappened) {
  std::vector<uint32_t> events;
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.trace = [](void *user, const lc_collective_t *, uint32_t event,
                     int64_t) {
    static_cast<std::vector<uint32_t> *>(user)->push_back(event);
  };
  options.trace_user = &events;
  lc_channel_t *channel;
  ASSERT_EQ(textOf(lc_channel_open_loopback(1, &options, &channel)), "");
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {10});
  EXPECT_EQ(runOnce(channel, reduce, 1), "");
  EXPECT_EQ(events, (std::vector<uint32_t>{LC_CHANNEL_STARTED, LC_CHANNEL_DONE,
                                           LC_CHANNEL_WAIT_BEGIN,
                                           LC_CHANNEL_WAIT_END}));
  lc_channel_close(channel);
}
