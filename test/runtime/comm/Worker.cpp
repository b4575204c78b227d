// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One rank as a process of its own, started by ProcessTest.cpp under mpirun or
// with our environment. Exit codes: 0 good, 1 wrong results, 3 a failed
// channel.
#include "test/runtime/comm/World.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace lcompile::test;

namespace {
lc_channel_t *channel;

[[noreturn]] void end(const std::string &error) {
  fprintf(stderr, "rank %u: %s\n", channel ? channel->rank : 9, error.c_str());
  lc_channel_close(channel);
  exit(error.substr(0, 1) >= "1" && error.substr(1, 2) == ": " ? 3 : 1);
}
void need(const std::string &error) {
  if (!error.empty())
    end(error);
}

/// Runs all cases one by one and all together; rank 0 prints all ranks'
/// digests.
void cases() {
  Collectives all = allCases(channel->world);
  uint64_t digest = 0;
  for (const auto &collective : all) {
    Execution run(*collective, channel->rank, channel->world, 7);
    need(run.start(channel));
    need(run.wait(channel));
    need(run.check());
    digest = digest * 31 + run.digest();
  }
  std::vector<std::unique_ptr<Execution>> runs;
  for (const auto &collective : all) {
    runs.push_back(std::make_unique<Execution>(*collective, channel->rank,
                                               channel->world, 8));
    need(runs.back()->start(channel));
  }
  for (size_t i = runs.size(); i-- > 0;) {
    need(runs[i]->wait(channel));
    need(runs[i]->check());
    digest = digest * 31 + runs[i]->digest();
  }
  // Large, and in many pieces.
  Collective large(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32,
                   {4000037, 0, 100003, 1});
  large.ticket(100000);
  for (uint32_t step = 0; step < 3; ++step)
    need(runOnce(channel, large, step));
  std::vector<uint64_t> digests(channel->world);
  need(textOf(
      lc_channel_exchange(channel, &digest, sizeof digest, digests.data())));
  if (channel->rank)
    return;
  printf("digests");
  for (uint64_t one : digests)
    printf(" %016llx", static_cast<unsigned long long>(one));
  printf("\n");
}

/// Rank 1 swaps two collectives.
void swap() {
  Collective gather(LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_F32, {1000});
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {3000});
  gather.ticket(417).named("all_gather layer3.weight", "bert.py:88");
  reduce.ticket(418).named("all_reduce loss", "bert.py:90");
  bool other = channel->rank == 1;
  need(runOnce(channel, other ? reduce : gather, 1));
  need(runOnce(channel, other ? gather : reduce, 1));
}

/// Rank 1 gets a signal between two steps.
void signalled(int number) {
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {100000});
  reduce.ticket(417).named("all_reduce layer3.weight", "bert.py:88");
  need(runOnce(channel, reduce, 1));
  if (channel->rank == 1)
    raise(number);
  for (uint32_t step = 0; step < 3; ++step)
    need(runOnce(channel, reduce, step));
}

/// Seconds for one all-reduce of 64 MiB, for people.
void bandwidth() {
  Collective reduce(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, {16 << 20});
  Execution run(reduce, channel->rank, channel->world, 1);
  lc_channel_stats_t stats = {};
  stats.struct_size = sizeof stats;
  uint64_t before = 0;
  for (int i = 0; i < 5; ++i) {
    need(run.start(channel));
    need(run.wait(channel));
    lc_channel_stats(channel, &stats);
    if (channel->rank == 0)
      printf("%.1f ms\n",
             double(stats.total.nanoseconds_in_flight - before) * 1e-6);
    before = stats.total.nanoseconds_in_flight;
  }
}
} // namespace

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "cases";
  need(textOf(lc_channel_open(nullptr, &channel)));
  if (!strcmp(mode, "cases"))
    cases();
  else if (!strcmp(mode, "swap"))
    swap();
  else if (!strcmp(mode, "kill"))
    signalled(SIGKILL);
  else if (!strcmp(mode, "stop"))
    signalled(SIGSTOP);
  else if (!strcmp(mode, "bandwidth"))
    bandwidth();
  if (channel->rank == 0)
    printf("engine %s, %u ranks\n", lc_channel_engine(channel), channel->world);
  lc_channel_close(channel);
  return 0;
}
