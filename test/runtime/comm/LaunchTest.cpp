// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From options and environment to engine, rank and world.
#include "runtime/comm/core/Launch.h"
#include "test/runtime/comm/World.h"

#include <gtest/gtest.h>

#include <map>

namespace comm = lcompile::rt::comm;
using namespace lcompile::test;

namespace {
using Environment = std::map<std::string, std::string>;
const Environment *current;

/// "engine rank/world address timeout", or "code: message".
std::string detect(const Environment &environment,
                   lc_channel_options_t options = {}) {
  current = &environment;
  comm::Launch launch;
  lcompile::rt::ErrorBuffer error;
  int32_t code = comm::detectLaunch(
      options,
      [](const char *name) -> const char * {
        auto found = current->find(name);
        return found == current->end() ? nullptr : found->second.c_str();
      },
      launch, error);
  if (code)
    return std::to_string(code) + ": " + error.text;
  return std::string(launch.engine) + " " + std::to_string(launch.rank) + "/" +
         std::to_string(launch.world) + " " + launch.address + " " +
         std::to_string(int(launch.timeout));
}

const Environment torchrun = {{"RANK", "1"},
                              {"WORLD_SIZE", "4"},
                              {"MASTER_ADDR", "node0"},
                              {"MASTER_PORT", "29500"}};
const Environment mpirun = {{"OMPI_COMM_WORLD_SIZE", "4"},
                            {"OMPI_COMM_WORLD_RANK", "2"}};
} // namespace

TEST(Launch, WithoutLauncherIsSingle) {
  EXPECT_EQ(detect({}), "single 0/1  60");
}

TEST(Launch, LaunchersAreKnown) {
  // torchrun's own store has the port itself.
  EXPECT_EQ(detect(torchrun), "gloo 1/4 node0:29501 60");
  EXPECT_EQ(detect(mpirun), "mpi 0/0  60");
  EXPECT_EQ(detect({{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}}), "mpi 0/0  60");
  EXPECT_EQ(detect({{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "0"}}),
            "mpi 0/0  60");
  // A batch script's own process.
  EXPECT_EQ(detect({{"SLURM_NTASKS", "2"}, {"SLURM_PROCID", "0"}}),
            "single 0/1  60");
  EXPECT_EQ(
      detect({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}),
      "single 0/1  60");
  Environment both = torchrun;
  both.insert(mpirun.begin(), mpirun.end());
  EXPECT_EQ(detect(both), "mpi 0/0  60");
}

TEST(Launch, OurVariablesComeFirst) {
  Environment ours = torchrun;
  ours.insert({{"LCOMPILE_RANK", "2"},
               {"LCOMPILE_WORLD", "3"},
               {"LCOMPILE_MASTER", "here:1"},
               {"LCOMPILE_COMM_TIMEOUT", "5"}});
  EXPECT_EQ(detect(ours), "gloo 2/3 here:1 5");
  ours["LCOMPILE_COMM"] = "mpi";
  EXPECT_EQ(detect(ours), "mpi 2/3 here:1 5");
  Environment single = torchrun;
  single["LCOMPILE_COMM"] = "single";
  EXPECT_EQ(detect(single), "single 0/1  60");
}

TEST(Launch, OptionsComeBeforeAll) {
  lc_channel_options_t options = {};
  options.engine = "gloo";
  options.rank = 3;
  options.world = 8;
  options.address = "there:2";
  options.timeout_seconds = 7;
  EXPECT_EQ(detect(mpirun, options), "gloo 3/8 there:2 7");
}

TEST(Launch, ContradictionsAreRefused) {
  EXPECT_EQ(detect({{"LCOMPILE_RANK", "3"}, {"LCOMPILE_WORLD", "3"}}),
            "1: LCOMPILE_RANK=3, but LCOMPILE_WORLD=3");
  EXPECT_EQ(detect({{"LCOMPILE_RANK", "-1"}, {"LCOMPILE_WORLD", "3"}}),
            "1: LCOMPILE_RANK='-1' is not a number");
  EXPECT_EQ(detect({{"LCOMPILE_COMM_TIMEOUT", "soon"}}),
            "1: LCOMPILE_COMM_TIMEOUT='soon' is not a number of seconds");
  EXPECT_EQ(detect({{"LCOMPILE_COMM", "gloo"}}),
            "1: gloo needs to know rank and world: set LCOMPILE_RANK and "
            "LCOMPILE_WORLD, or start with torchrun");
  EXPECT_EQ(detect({{"LCOMPILE_RANK", "0"}, {"LCOMPILE_WORLD", "2"}}),
            "1: gloo needs to know where rank 0 is: set "
            "LCOMPILE_MASTER=host:port");
}

TEST(Launch, MissingEnginesAreNamed) {
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.engine = "pigeon";
  lc_channel_t *channel;
  EXPECT_EQ(textOf(lc_channel_open(&options, &channel)).substr(0, 40),
            "4: the engine 'pigeon' is not available:");
}
