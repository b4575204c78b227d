// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of collective, bit for bit.
#include "test/runtime/comm/World.h"

#include <gtest/gtest.h>

using namespace lcompile::test;

namespace {
class Kinds : public ::testing::TestWithParam<uint32_t> {};
} // namespace

TEST_P(Kinds, AreBitwiseTheReference) {
  Collectives cases = allCases(GetParam());
  World world(GetParam());
  world.run([&](lc_channel_t *channel) -> std::string {
    for (const auto &collective : cases)
      if (std::string error = runOnce(channel, *collective, 7); !error.empty())
        return error;
    return "";
  });
}

TEST_P(Kinds, MayBeUnderWayTogether) {
  Collectives cases = allCases(GetParam());
  World world(GetParam());
  world.run([&](lc_channel_t *channel) -> std::string {
    std::vector<std::unique_ptr<Execution>> runs;
    for (const auto &collective : cases) {
      runs.push_back(std::make_unique<Execution>(*collective, channel->rank,
                                                 channel->world, 11));
      if (std::string error = runs.back()->start(channel); !error.empty())
        return error;
    }
    // The last one first.
    for (size_t i = runs.size(); i-- > 0;) {
      if (std::string error = runs[i]->wait(channel); !error.empty())
        return error;
      if (std::string error = runs[i]->check(); !error.empty())
        return error;
    }
    return "";
  });
}

TEST_P(Kinds, ReduceScatterIsASliceOfAllReduce) {
  Collective whole(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_BF16, {4099, 5});
  Collective part(LC_COLLECTIVE_REDUCE_SCATTER, LC_DTYPE_BF16, {4099, 5});
  whole.reduction(LC_REDUCTION_SUM, 0.25);
  part.reduction(LC_REDUCTION_SUM, 0.25).ticket(2);
  World world(GetParam());
  world.run([&](lc_channel_t *channel) -> std::string {
    Execution first(whole, channel->rank, channel->world, 3);
    Execution second(part, channel->rank, channel->world, 3);
    for (Execution *run : {&first, &second}) {
      std::string error = inSequence({run->start(channel), run->wait(channel)});
      if (!error.empty())
        return error;
    }
    for (uint64_t i = 0; i < 2; ++i) {
      int64_t elements = whole.what.tensors[i].elements;
      auto begin = lc_part_begin(elements, channel->rank, channel->world);
      auto end = lc_part_begin(elements, channel->rank + 1, channel->world);
      if (!std::equal(first.destination(i).begin() + begin * 2,
                      first.destination(i).begin() + end * 2,
                      second.destination(i).begin()))
        return "not the same bits";
    }
    return "";
  });
}

INSTANTIATE_TEST_SUITE_P(Ranks, Kinds, ::testing::Values(1, 2, 3, 4, 5));

TEST(Pairs, SendsMeetReceivesInAnyOrder) {
  World world(3);
  Collective send(LC_COLLECTIVE_SEND, LC_DTYPE_I32, {513});
  Collective between(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {1000});
  Collective receive(LC_COLLECTIVE_RECV, LC_DTYPE_I32, {513});
  send.root(1).ticket(1);
  between.ticket(2);
  receive.root(1).ticket(3);
  world.run([&](lc_channel_t *channel) -> std::string {
    for (uint32_t step = 0; step < 4; ++step) {
      Execution a(send, channel->rank, 3, step),
          b(between, channel->rank, 3, step),
          c(receive, channel->rank, 3, step);
      std::string error =
          inSequence({a.start(channel), b.start(channel), c.start(channel),
                      c.wait(channel), a.wait(channel), b.wait(channel),
                      b.check(), c.check()});
      if (!error.empty())
        return error;
    }
    return "";
  });
}

TEST(Exchange, CollectsEveryRanksBytes) {
  World world(4);
  world.run([&](lc_channel_t *channel) -> std::string {
    for (uint32_t size : {1u, 12u, 5000u}) {
      std::vector<uint8_t> mine(size, uint8_t(channel->rank + size)),
          all(size * 4);
      std::string error =
          textOf(lc_channel_exchange(channel, mine.data(), size, all.data()));
      if (!error.empty())
        return error;
      for (uint32_t i = 0; i < all.size(); ++i)
        if (all[i] != uint8_t(i / size + size))
          return "wrong byte " + std::to_string(i);
    }
    return textOf(lc_channel_agree(channel, 42, "the schedule"));
  });
}
