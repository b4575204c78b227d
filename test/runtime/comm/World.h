// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests of collectives share: descriptions, data, ranks as threads,
// and a reference that is written from the words of Channel.h.
#ifndef LCOMPILE_TEST_RUNTIME_COMM_WORLD_H
#define LCOMPILE_TEST_RUNTIME_COMM_WORLD_H

#include "lcompile-c/Comm.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace lcompile::test {

using Bytes = std::vector<uint8_t>;

/// A collective with the memory of its description, which must not move.
struct Collective {
  Collective(uint32_t kind, uint32_t dtype, std::vector<int64_t> sizes);
  Collective(const Collective &) = delete;

  Collective &reduction(uint32_t reduction, double scale = 1);
  Collective &root(int32_t root);
  Collective &ticket(uint64_t ticket);
  Collective &named(std::string name, std::string source = "");
  Collective &inPlace();
  /// "all_gather f16 [3,0,7] root 1 in place".
  std::string text() const;

  lc_collective_t what = {};
  bool destinationIsSource = false;

private:
  std::vector<lc_collective_tensor_t> tensors;
  std::string nameText, sourceText;
};
using Collectives = std::vector<std::unique_ptr<Collective>>;

/// How much of a tensor a rank reads or writes.
enum class Extent { None, Part, Whole };
Extent sourceExtent(const lc_collective_t &what, uint32_t rank);
Extent destinationExtent(const lc_collective_t &what, uint32_t rank);
int64_t elementsOf(const lc_collective_t &what, uint64_t tensor, Extent extent,
                   uint32_t rank, uint32_t world);

/// The whole of a tensor as rank `rank` has it: values whose sums depend on the
/// order, and now and then an infinity, a NaN, a negative zero, a subnormal.
Bytes valuesOf(const lc_collective_t &what, uint64_t tensor, uint32_t rank,
               uint32_t seed);

/// What `rank` must find in its destination; empty where it has none.
Bytes expected(const lc_collective_t &what, uint64_t tensor, uint32_t rank,
               uint32_t world, uint32_t seed);

/// One run of a collective on one rank, with its memory.
class Execution {
public:
  Execution(const Collective &collective, uint32_t rank, uint32_t world,
            uint32_t seed);
  /// "" or "code: message".
  std::string start(lc_channel_t *channel);
  std::string wait(lc_channel_t *channel);
  /// "" when the destinations are right and nothing around them is written.
  std::string check() const;
  const Bytes &destination(uint64_t tensor) const {
    return destinations[tensor];
  }
  uint64_t digest() const;

private:
  const Collective &collective;
  uint32_t rank, world, seed;
  std::vector<Bytes> sources, destinations;
  std::vector<const void *> sourcePointers;
  std::vector<void *> destinationPointers;
  Bytes scratch;
};

/// The errors of calls that are made in the order in which they are written.
inline std::string inSequence(std::initializer_list<std::string> errors) {
  std::string result;
  for (const std::string &error : errors)
    result += error;
  return result;
}

/// Starts, waits, checks.
std::string runOnce(lc_channel_t *channel, const Collective &collective,
                    uint32_t seed);

std::string poll(lc_channel_t *channel);

/// Frees the status and gives "code: message", "" when good.
std::string textOf(lc_status_t status);

/// Runs `body` for every rank on a thread of its own. The results are what the
/// bodies return, by rank.
std::vector<std::string>
onRanks(const std::vector<lc_channel_t *> &channels,
        const std::function<std::string(lc_channel_t *)> &body);

/// Loopback channels of `world` ranks, closed at the end.
class World {
public:
  explicit World(uint32_t world, double timeout = 20);
  ~World();
  /// Runs `body` on all ranks and EXPECTs that none fails.
  void run(const std::function<std::string(lc_channel_t *)> &body);
  std::vector<lc_channel_t *> channels;
};

/// Every kind, dtype and reduction with sizes that are odd, prime, smaller than
/// the world and zero; the same list on all ranks.
Collectives allCases(uint32_t world);

} // namespace lcompile::test

#endif // LCOMPILE_TEST_RUNTIME_COMM_WORLD_H
