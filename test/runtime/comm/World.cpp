// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptions, data, ranks as threads.
#include "test/runtime/comm/World.h"

#include "runtime/base/Digest.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

namespace lcompile::test {

namespace {
constexpr size_t guard = 64;
constexpr uint8_t untouched = 0xcd;

const char *const kindNames[] = {
    "",       "all_reduce", "reduce_scatter", "all_gather", "broadcast",
    "reduce", "gather",     "scatter",        "all_to_all", "send",
    "recv",   "permute",    "barrier"};

uint64_t mix(uint64_t value) { return rt::digest(&value, sizeof value); }
} // namespace

Collective::Collective(uint32_t kind, uint32_t dtype,
                       std::vector<int64_t> sizes) {
  for (int64_t size : sizes)
    tensors.push_back({"t", size});
  what.kind = kind;
  what.dtype = dtype;
  what.scale = 1;
  what.ticket = 1;
  what.n_tensors = tensors.size();
  what.tensors = tensors.data();
  if (kind == LC_COLLECTIVE_ALL_REDUCE || kind == LC_COLLECTIVE_REDUCE ||
      kind == LC_COLLECTIVE_REDUCE_SCATTER)
    what.reduction = LC_REDUCTION_SUM;
  named(std::string(kindNames[kind]) + " t");
}
Collective &Collective::reduction(uint32_t reduction, double scale) {
  what.reduction = reduction;
  what.scale = scale;
  return *this;
}
Collective &Collective::root(int32_t root) {
  what.root = root;
  return *this;
}
Collective &Collective::ticket(uint64_t ticket) {
  what.ticket = ticket;
  return *this;
}
Collective &Collective::named(std::string name, std::string source) {
  nameText = std::move(name);
  sourceText = std::move(source);
  what.name = nameText.c_str();
  what.source = sourceText.c_str();
  return *this;
}
Collective &Collective::inPlace() {
  destinationIsSource = true;
  return *this;
}
std::string Collective::text() const {
  std::string result = std::string(kindNames[what.kind]) + " " +
                       lc_dtype_name(what.dtype) + " [";
  for (uint64_t i = 0; i < what.n_tensors; ++i)
    result += (i ? "," : "") + std::to_string(what.tensors[i].elements);
  result += "] reduction " + std::to_string(what.reduction) + " root " +
            std::to_string(what.root);
  return destinationIsSource ? result + " in place" : result;
}

Bytes valuesOf(const lc_collective_t &what, uint64_t tensor, uint32_t rank,
               uint32_t seed) {
  size_t element = lc_dtype_size(what.dtype);
  // A SEND and its RECV are two collectives with the same data.
  uint64_t state = mix(seed * 1000003ull + tensor * 131 + rank);
  Bytes result(size_t(what.tensors[tensor].elements) * element);
  for (size_t at = 0; at < result.size(); at += element) {
    state = mix(state);
    // Signs and exponents around 1; every 64th value has any bits at all.
    bool wild = state % 64 == 0;
    uint64_t bits = mix(state + 1);
    switch (what.dtype) {
    case LC_DTYPE_F32:
      if (!wild)
        bits = (bits & 0x807fffff) | (120 + (bits >> 40) % 12) << 23;
      break;
    case LC_DTYPE_F64:
      if (!wild)
        bits = (bits & 0x800fffffffffffff) | (1016 + (state >> 40) % 12) << 52;
      break;
    case LC_DTYPE_F16:
      if (!wild)
        bits = (bits & 0x83ff) | (11 + (bits >> 40) % 8) << 10;
      break;
    case LC_DTYPE_BF16:
      if (!wild)
        bits = (bits & 0x807f) | (120 + (bits >> 40) % 12) << 7;
      break;
    case LC_DTYPE_BOOL:
      bits &= 1;
      break;
    }
    memcpy(result.data() + at, &bits, element);
  }
  return result;
}

Execution::Execution(const Collective &collective, uint32_t rank,
                     uint32_t world, uint32_t seed)
    : collective(collective), rank(rank), world(world), seed(seed) {
  const lc_collective_t &what = collective.what;
  size_t element = lc_dtype_size(what.dtype);
  Extent source = sourceExtent(what, rank);
  Extent destination = destinationExtent(what, rank);
  scratch.resize(lc_channel_scratch(&what, element, rank, world) + guard,
                 untouched);
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    Bytes values = valuesOf(what, i, rank, seed);
    size_t part =
        size_t(lc_part_begin(what.tensors[i].elements, rank, world)) * element;
    size_t size = size_t(elementsOf(what, i, source, rank, world)) * element;
    size_t first = source == Extent::Part ? part : 0;
    Bytes given(values.begin() + long(first),
                values.begin() + long(first + size));
    size_t room =
        size_t(elementsOf(what, i, destination, rank, world)) * element;
    Bytes result(room + guard, untouched);
    bool shared = collective.destinationIsSource &&
                  destination != Extent::None && source != Extent::None;
    if (shared && size)
      memcpy(result.data() + first, given.data(), size);
    sources.push_back(given);
    destinations.push_back(result);
    destinationPointers.push_back(
        destination == Extent::None ? nullptr : destinations.back().data());
    sourcePointers.push_back(source == Extent::None ? nullptr
                             : shared ? destinations.back().data() + first
                                      : sources.back().data());
  }
}

std::string Execution::start(lc_channel_t *channel) {
  char error[1024] = "";
  int32_t code = channel->vtable->start(
      channel, &collective.what, sourcePointers.data(),
      destinationPointers.data(), scratch.data(), error, sizeof error);
  return code ? std::to_string(code) + ": " + error : "";
}

std::string Execution::wait(lc_channel_t *channel) {
  char error[1024] = "";
  int32_t code =
      channel->vtable->wait(channel, &collective.what, error, sizeof error);
  return code ? std::to_string(code) + ": " + error : "";
}

std::string Execution::check() const {
  const lc_collective_t &what = collective.what;
  for (uint64_t i = 0; i < what.n_tensors; ++i) {
    Bytes right = expected(what, i, rank, world, seed);
    right.resize(right.size() + guard, untouched);
    for (size_t at = 0; at < right.size(); ++at)
      if (destinations[i][at] != right[at])
        return collective.text() + ": rank " + std::to_string(rank) + " of " +
               std::to_string(world) + ", tensor " + std::to_string(i) +
               ", byte " + std::to_string(at) + " of " +
               std::to_string(right.size() - guard) + " is " +
               std::to_string(destinations[i][at]) + ", not " +
               std::to_string(right[at]);
  }
  for (size_t at = scratch.size() - guard; at < scratch.size(); ++at)
    if (scratch[at] != untouched)
      return collective.text() + ": written behind the scratch memory";
  return "";
}

uint64_t Execution::digest() const {
  uint64_t result = collective.what.ticket;
  for (const Bytes &bytes : destinations)
    result = mix(result ^ rt::digest(bytes.data(), bytes.size()));
  return result;
}

std::string runOnce(lc_channel_t *channel, const Collective &collective,
                    uint32_t seed) {
  Execution run(collective, channel->rank, channel->world, seed);
  std::string error = run.start(channel);
  if (error.empty())
    error = run.wait(channel);
  return error.empty() ? run.check() : error;
}

std::string poll(lc_channel_t *channel) {
  char error[1024] = "";
  int32_t code = channel->vtable->poll(channel, error, sizeof error);
  return code ? std::to_string(code) + ": " + error : "";
}

std::string textOf(lc_status_t status) {
  std::string result;
  if (status)
    result = std::to_string(lc_status_code(status)) + ": " +
             lc_status_message(status);
  lc_status_free(status);
  return result;
}

std::vector<std::string>
onRanks(const std::vector<lc_channel_t *> &channels,
        const std::function<std::string(lc_channel_t *)> &body) {
  std::vector<std::string> results(channels.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < channels.size(); ++i)
    threads.emplace_back([&, i] { results[i] = body(channels[i]); });
  for (std::thread &thread : threads)
    thread.join();
  return results;
}

World::World(uint32_t world, double timeout) : channels(world) {
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.timeout_seconds = timeout;
  EXPECT_EQ(textOf(lc_channel_open_loopback(world, &options, channels.data())),
            "");
}
World::~World() {
  for (lc_channel_t *channel : channels)
    lc_channel_close(channel);
}
void World::run(const std::function<std::string(lc_channel_t *)> &body) {
  for (const std::string &error : onRanks(channels, body))
    EXPECT_EQ(error, "");
}

Collectives allCases(uint32_t world) {
  Collectives result;
  auto add = [&](uint32_t kind, uint32_t dtype,
                 std::vector<int64_t> sizes) -> Collective & {
    result.push_back(std::make_unique<Collective>(kind, dtype, sizes));
    return result.back()->ticket(result.size());
  };
  const std::vector<std::vector<int64_t>> sizes = {
      {1021}, {0}, {1, 2, 3}, {64, 0, 7, 1999}, {}};
  for (uint32_t dtype = LC_DTYPE_F32; dtype <= LC_DTYPE_BOOL; ++dtype)
    for (const std::vector<int64_t> &size : sizes) {
      bool floating = dtype <= LC_DTYPE_BF16;
      for (uint32_t op = LC_REDUCTION_SUM; op <= LC_REDUCTION_MAX; ++op) {
        if (dtype == LC_DTYPE_BOOL && op == LC_REDUCTION_SUM)
          continue;
        double scale = floating && op == LC_REDUCTION_SUM ? 1.0 / 3 : 1;
        for (uint32_t kind :
             {LC_COLLECTIVE_ALL_REDUCE, LC_COLLECTIVE_REDUCE_SCATTER,
              LC_COLLECTIVE_REDUCE})
          add(kind, dtype, size)
              .reduction(op, scale)
              .root(kind == LC_COLLECTIVE_REDUCE ? int32_t(world) - 1 : 0);
      }
      add(LC_COLLECTIVE_ALL_GATHER, dtype, size);
      int32_t middle = int32_t(world) / 2;
      add(LC_COLLECTIVE_BROADCAST, dtype, size).root(middle);
      add(LC_COLLECTIVE_GATHER, dtype, size).root(middle);
      add(LC_COLLECTIVE_SCATTER, dtype, size).root(middle);
      add(LC_COLLECTIVE_PERMUTE, dtype, size).root(1);
      add(LC_COLLECTIVE_PERMUTE, dtype, size).root(-1);
      std::vector<int64_t> blocks = size;
      for (int64_t &block : blocks)
        block *= world;
      add(LC_COLLECTIVE_ALL_TO_ALL, dtype, blocks);
    }
  for (const std::vector<int64_t> &size : sizes) {
    add(LC_COLLECTIVE_ALL_REDUCE, LC_DTYPE_F32, size).inPlace();
    add(LC_COLLECTIVE_REDUCE, LC_DTYPE_BF16, size).inPlace();
    add(LC_COLLECTIVE_BROADCAST, LC_DTYPE_F16, size).inPlace();
    add(LC_COLLECTIVE_ALL_GATHER, LC_DTYPE_F64, size).inPlace();
  }
  add(LC_COLLECTIVE_BARRIER, LC_DTYPE_INVALID, {});
  return result;
}

} // namespace lcompile::test
