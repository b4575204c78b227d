// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranks as processes, by MPI and by Gloo: the bits are those of threads in one
// process, and whoever dies or stops ends the job, by name.
#include "runtime/base/Platform.h"
#include "test/runtime/comm/World.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lcompile::test;

namespace {
const std::string worker = TEST_COMM_WORKER;
const std::string folder = TEST_LIBRARY_FOLDER;

/// What a shell command printed, and its exit code.
struct Outcome {
  std::string output;
  int code;
};
Outcome shell(const std::string &command) {
  Outcome result;
  FILE *pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    result.output.append(buffer, n);
  int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

bool has(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

/// A port that nobody listens on.
int freePort() {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  socklen_t size = sizeof name;
  bind(descriptor, reinterpret_cast<sockaddr *>(&name), size);
  getsockname(descriptor, reinterpret_cast<sockaddr *>(&name), &size);
  close(descriptor);
  return ntohs(name.sin_port);
}

/// The digests that the worker prints, from loopback channels.
std::string digestsOfThreads(uint32_t ranks) {
  World world(ranks);
  Collectives all = allCases(ranks);
  std::vector<uint64_t> digests(ranks);
  world.run([&](lc_channel_t *channel) -> std::string {
    uint64_t &digest = digests[channel->rank];
    for (uint32_t seed : {7u, 8u})
      for (size_t i = 0; i < all.size(); ++i) {
        // The worker's second round is awaited from the last to the first.
        auto &one = *all[seed == 7 ? i : all.size() - 1 - i];
        Execution run(one, channel->rank, ranks, seed);
        std::string error = inSequence({run.start(channel), run.wait(channel)});
        if (!error.empty())
          return error;
        digest = digest * 31 + run.digest();
      }
    return "";
  });
  std::string result = "digests";
  char text[32];
  for (uint64_t one : digests) {
    snprintf(text, sizeof text, " %016llx",
             static_cast<unsigned long long>(one));
    result += text;
  }
  return result + "\n";
}

class Processes : public ::testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    // Not an error: these engines are built and tested where their libraries
    // are.
    if (access((folder + "/liblcompile-comm-" + GetParam() + ".so").c_str(),
               R_OK))
      GTEST_SKIP() << "the engine '" << GetParam() << "' is not built";
    if (GetParam() == "mpi" && shell("command -v mpirun").code)
      GTEST_SKIP() << "mpirun is not installed";
  }

  /// The worker on three ranks. A rank that stops itself is ended when the
  /// others are through.
  Outcome run(const std::string &mode) {
    if (GetParam() == "mpi")
      return shell("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
                   "OMPI_MCA_btl_vader_single_copy_mechanism=none "
                   "OMPI_MCA_btl=self,vader OMPI_MCA_mpi_yield_when_idle=0 "
                   "LCOMPILE_COMM_TIMEOUT=2 timeout -k 1 60 mpirun -n 3 "
                   "--oversubscribe " +
                   worker + " " + mode);
    std::string command =
        "export LCOMPILE_COMM=gloo LCOMPILE_WORLD=3 LCOMPILE_COMM_TIMEOUT=2 "
        "LCOMPILE_MASTER=127.0.0.1:" +
        std::to_string(freePort()) + "; ";
    for (int rank = 0; rank < 3; ++rank)
      command += "LCOMPILE_RANK=" + std::to_string(rank) + " " + worker + " " +
                 mode + " & p" + std::to_string(rank) + "=$!; ";
    return shell(command +
                 "wait $p0; c=$?; wait $p2; kill -9 $p1 2>/dev/null; exit $c");
  }
};
} // namespace

TEST_P(Processes, HaveTheBitsOfThreads) {
  Outcome outcome = run("cases");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(outcome.output,
            digestsOfThreads(3) + "engine " + GetParam() + ", 3 ranks\n");
}

TEST_P(Processes, FindSwappedTickets) {
  Outcome outcome = run("swap");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(has(outcome.output, "all_gather layer3.weight"));
  EXPECT_TRUE(has(outcome.output, "sent #418 all_reduce loss") ||
              has(outcome.output, "sent #417 all_gather layer3.weight"))
      << outcome.output;
}

TEST_P(Processes, EndWhenOneIsKilled) {
  Outcome outcome = run("kill");
  EXPECT_NE(outcome.code, 0);
  // mpirun itself says it and ends the others.
  EXPECT_TRUE(has(outcome.output, "process rank 1 ") ||
              has(outcome.output, "lost rank 1"))
      << outcome.output;
}

TEST_P(Processes, EndWhenOneIsStopped) {
  int64_t begin = lcompile::rt::wallNanoseconds();
  Outcome outcome = run("stop");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(has(outcome.output, "rank 1 does not answer")) << outcome.output;
  EXPECT_TRUE(has(outcome.output,
                  "waits in #417 all_reduce layer3.weight (bert.py:88)"))
      << outcome.output;
  // The timeout is 2 s; starting and ending take their time too.
  EXPECT_LT(lcompile::rt::wallNanoseconds() - begin, 20000000000);
}

INSTANTIATE_TEST_SUITE_P(Engines, Processes, ::testing::Values("mpi", "gloo"),
                         [](const auto &info) { return info.param; });
