// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranks that do not do the same: every one of them gets an error, soon, and the
// message says where.
#include "test/runtime/comm/World.h"

#include "runtime/base/Platform.h"

#include <gtest/gtest.h>

using namespace lcompile::test;

namespace {
/// Three ranks with programs of their own. A timeout would take longer than the
/// test may: what is found is found by looking.
class Fault : public ::testing::Test {
protected:
  Fault() : world(3, 300) {
    gather.ticket(417).named("all_gather layer3.weight", "bert.py:88");
    scatter.ticket(418).named("reduce_scatter layer4.weight", "bert.py:90");
  }

  void run(const std::function<std::string(lc_channel_t *)> &body) {
    int64_t begin = lcompile::rt::wallNanoseconds();
    errors = onRanks(world.channels, body);
    EXPECT_LT(lcompile::rt::wallNanoseconds() - begin, 1000000000);
    for (const std::string &error : errors)
      EXPECT_EQ(error.substr(0, 3), "5: ") << error;
  }

  /// Every rank's message is one of these.
  void expectMessages(const std::vector<std::string> &allowed) {
    for (const std::string &error : errors) {
      bool found = false;
      for (const std::string &message : allowed)
        found |= error == "5: " + message;
      EXPECT_TRUE(found) << error;
    }
  }

  std::string inOrder(lc_channel_t *channel,
                      std::initializer_list<Collective *> order) {
    for (Collective *collective : order)
      if (std::string error = runOnce(channel, *collective, 1); !error.empty())
        return error;
    return "";
  }

  World world;
  Collective gather{LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_F32, {1000}};
  Collective scatter{LC_COLLECTIVE_REDUCE_SCATTER, LC_DTYPE_F32, {999}};
  std::vector<std::string> errors;
};
} // namespace

TEST_F(Fault, SwappedTicketsAreFound) {
  run([&](lc_channel_t *channel) {
    return channel->rank == 0 ? inOrder(channel, {&scatter, &gather})
                              : inOrder(channel, {&gather, &scatter});
  });
  expectMessages(
      {"rank 1 is at #417 all_gather layer3.weight (bert.py:88), but rank 0 "
       "sent #418 reduce_scatter layer4.weight: 4000 bytes of f32 here, 3996 "
       "bytes of f32 there",
       "rank 2 is at #417 all_gather layer3.weight (bert.py:88), but rank 0 "
       "sent #418 reduce_scatter layer4.weight: 4000 bytes of f32 here, 3996 "
       "bytes of f32 there",
       "rank 0 is at #418 reduce_scatter layer4.weight (bert.py:90), but rank "
       "1 sent #417 all_gather layer3.weight: 3996 bytes of f32 here, 4000 "
       "bytes of f32 there",
       "rank 0 is at #418 reduce_scatter layer4.weight (bert.py:90), but rank "
       "2 sent #417 all_gather layer3.weight: 3996 bytes of f32 here, 4000 "
       "bytes of f32 there"});
}

TEST_F(Fault, SkippedCollectivesAreFound) {
  run([&](lc_channel_t *channel) {
    return channel->rank == 2 ? inOrder(channel, {&scatter})
                              : inOrder(channel, {&gather, &scatter});
  });
  for (const std::string &error : errors) {
    EXPECT_NE(error.find("rank 2"), std::string::npos) << error;
    EXPECT_NE(error.find("#417 all_gather layer3.weight"), std::string::npos);
    EXPECT_NE(error.find("#418 reduce_scatter layer4.weight"),
              std::string::npos);
  }
}

TEST_F(Fault, AnotherSizeIsFound) {
  Collective other(LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_F32, {1001});
  other.ticket(417).named("all_gather layer3.weight", "bert.py:88");
  run([&](lc_channel_t *channel) {
    return inOrder(channel, {channel->rank == 1 ? &other : &gather});
  });
  expectMessages(
      {"rank 0 is at #417 all_gather layer3.weight (bert.py:88), but rank 1 "
       "sent #417 all_gather layer3.weight: 4000 bytes of f32 here, 4004 bytes "
       "of f32 there",
       "rank 2 is at #417 all_gather layer3.weight (bert.py:88), but rank 1 "
       "sent #417 all_gather layer3.weight: 4000 bytes of f32 here, 4004 bytes "
       "of f32 there",
       "rank 1 is at #417 all_gather layer3.weight (bert.py:88), but rank 0 "
       "sent #417 all_gather layer3.weight: 4004 bytes of f32 here, 4000 bytes "
       "of f32 there",
       "rank 1 is at #417 all_gather layer3.weight (bert.py:88), but rank 2 "
       "sent #417 all_gather layer3.weight: 4004 bytes of f32 here, 4000 bytes "
       "of f32 there"});
}

TEST_F(Fault, AnotherScaleIsFound) {
  Collective other(LC_COLLECTIVE_REDUCE_SCATTER, LC_DTYPE_F32, {999});
  other.ticket(418).named("reduce_scatter layer4.weight");
  other.reduction(LC_REDUCTION_SUM, 0.5);
  run([&](lc_channel_t *channel) {
    return inOrder(channel, {channel->rank == 1 ? &other : &scatter});
  });
  for (const std::string &error : errors)
    EXPECT_NE(error.find("with other sizes, reduction, scale or root"),
              std::string::npos)
        << error;
}

TEST_F(Fault, ASkippedStepIsFound) {
  // Rank 1 leaves one collective out whose headers never reach the others.
  Collective broadcast(LC_COLLECTIVE_BROADCAST, LC_DTYPE_F32, {10});
  run([&](lc_channel_t *channel) {
    return channel->rank == 1 ? inOrder(channel, {&gather})
                              : inOrder(channel, {&broadcast, &gather});
  });
  for (const std::string &error : errors)
    EXPECT_NE(error.find("rank 1"), std::string::npos) << error;
}

TEST_F(Fault, AClosedChannelIsFound) {
  errors = onRanks(world.channels, [&](lc_channel_t *channel) -> std::string {
    if (channel->rank != 1)
      return inOrder(channel, {&gather});
    lc_channel_close(channel);
    return "";
  });
  world.channels[1] = nullptr;
  for (uint32_t rank : {0u, 2u})
    EXPECT_TRUE(
        errors[rank] ==
            "5: rank 0 is at #417 all_gather layer3.weight (bert.py:88), but "
            "rank 1 has closed its channel" ||
        errors[rank] ==
            "5: rank 2 is at #417 all_gather layer3.weight (bert.py:88), but "
            "rank 1 has closed its channel")
        << errors[rank];
}

TEST_F(Fault, DifferentSchedulesAreRefused) {
  run([&](lc_channel_t *channel) {
    return textOf(lc_channel_agree(channel, channel->rank == 2 ? 7 : 8,
                                   "the schedule of bert.so"));
  });
  expectMessages({"the schedule of bert.so is not the same on all ranks: rank "
                  "2 differs from rank 0"});
}

TEST_F(Fault, AFailedChannelRefusesMore) {
  run([&](lc_channel_t *channel) {
    std::string first =
        textOf(lc_channel_agree(channel, channel->rank, "the schedule"));
    EXPECT_EQ(poll(channel), first);
    EXPECT_EQ(textOf(lc_channel_agree(channel, 1, "x")), first);
    return runOnce(channel, gather, 1);
  });
}

namespace {
/// What a world of `ranks` says to one wrong description; the others hear it.
std::string refused(const Collective &collective, uint32_t ranks = 1) {
  World world(ranks);
  Execution run(collective, 0, ranks, 1);
  return run.start(world.channels[0]);
}
} // namespace

TEST(Descriptions, ThatAreWrongAreRefused) {
  using C = Collective;
  EXPECT_EQ(refused(C(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_BOOL, {3})),
            "1: all_reduce t: bool values have no sum; max is true where any "
            "rank's is, min where all are");
  C scaled(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_I32, {3});
  EXPECT_EQ(refused(scaled.reduction(LC_REDUCTION_SUM, 0.5)),
            "1: all_reduce t: only sums of floating-point values can be "
            "scaled, not i32");
  C rooted(LC_COLLECTIVE_BROADCAST, LC_DTYPE_I32, {3});
  EXPECT_EQ(refused(rooted.root(1)),
            "1: broadcast t: root 1 is not among the 1 ranks");
  C uneven(LC_COLLECTIVE_ALL_TO_ALL, LC_DTYPE_I32, {3});
  EXPECT_EQ(refused(uneven, 2), "1: all_to_all t: the 3 elements of 't' cannot "
                                "be split into 2 equal blocks");
  C self(LC_COLLECTIVE_SEND, LC_DTYPE_I32, {3});
  EXPECT_EQ(refused(self.root(2), 2),
            "1: send t: a shift by 2 of 2 ranks leads back to the sender");
}

TEST(Descriptions, AreStartedOnceAtATime) {
  Collective barrier(LC_COLLECTIVE_BARRIER, 0, {});
  World world(2);
  Execution run(barrier, 0, 2, 1);
  EXPECT_EQ(run.start(world.channels[0]), "");
  EXPECT_EQ(run.start(world.channels[0]),
            "1: #1 barrier t is started again before it was waited for");
  EXPECT_EQ(runOnce(world.channels[1], barrier, 1),
            "1: #1 barrier t is started again before it was waited for");
}

TEST(Descriptions, AreWaitedForOnce) {
  Collective barrier(LC_COLLECTIVE_BARRIER, 0, {});
  World world(1);
  EXPECT_EQ(runOnce(world.channels[0], barrier, 1), "");
  Execution run(barrier, 0, 1, 1);
  EXPECT_EQ(run.wait(world.channels[0]),
            "1: #1 barrier t is waited for, but was not started");
}
