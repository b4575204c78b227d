// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Channels (lcompile-c/Comm.h).
#include "python/src/Channel.h"

#include "python/src/Model.h"
#include <utility>
#include <vector>

namespace lcompile::python {

static lc_channel_options_t makeOptions(double timeout) {
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.timeout_seconds = timeout;
  return options;
}

Channel *Channel::open(const std::optional<std::string> &engine, uint32_t rank,
                       uint32_t world,
                       const std::optional<std::string> &address,
                       double timeout) {
  lc_channel_options_t options = makeOptions(timeout);
  options.engine = engine ? engine->c_str() : nullptr;
  options.rank = rank;
  options.world = world;
  options.address = address ? address->c_str() : nullptr;
  lc_channel_t *channel = nullptr;
  lc_status_t status;
  {
    nb::gil_scoped_release release; // waits for the other ranks
    status = lc_channel_open(&options, &channel);
  }
  check(status);
  return new Channel(channel);
}

nb::list Channel::loopback(uint32_t world, double timeout) {
  lc_channel_options_t options = makeOptions(timeout);
  std::vector<lc_channel_t *> channels(world);
  check(lc_channel_open_loopback(world, &options, channels.data()));
  nb::list result;
  for (lc_channel_t *channel : channels)
    result.append(
        nb::cast(new Channel(channel), nb::rv_policy::take_ownership));
  return result;
}

lc_channel_t *Channel::get() const {
  if (!channel)
    raise(LC_INVALID_ARGUMENT, "the channel is closed");
  return channel;
}

nb::list Channel::exchange(nb::bytes mine) {
  size_t size = mine.size();
  std::vector<char> all(size * world());
  lc_channel_t *handle = get();
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_channel_exchange(handle, mine.data(), size, all.data());
  }
  check(status);
  nb::list result;
  for (uint32_t r = 0; r < world(); ++r)
    result.append(nb::bytes(all.data() + r * size, size));
  return result;
}

void Channel::agree(uint64_t digest, const std::string &what) {
  lc_channel_t *handle = get();
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_channel_agree(handle, digest, what.c_str());
  }
  check(status);
}

void Channel::run(uint32_t kind, const lc_tensor_t &source,
                  const lc_tensor_t &result, const std::string &name) {
  title = name;
  described = {title.c_str(), 1};
  for (uint32_t d = 0; d < result.rank; ++d)
    described.elements *= result.dims[d];
  description = {};
  description.kind = kind;
  description.dtype = result.dtype;
  description.scale = 1;
  description.n_tensors = 1;
  description.tensors = &described;
  description.name = title.c_str();
  description.source = "";
  const void *sources[] = {source.data};
  void *destinations[] = {result.data};
  lc_channel_t *handle = get();
  char error[1024] = "";
  int32_t code;
  {
    nb::gil_scoped_release release;
    const lc_channel_vtable_t &table = *handle->vtable;
    code = table.start(handle, &description, sources, destinations, nullptr,
                       error, sizeof error);
    if (code == LC_OK)
      code = table.wait(handle, &description, error, sizeof error);
  }
  if (code != LC_OK)
    raise(code, error);
}

static void readMemory(Array &view, nb::handle array, const std::string &name) {
  view.read(array, LC_DTYPE_INVALID, name.c_str());
  if (view.original || view.isReadOnly)
    raise(LC_INVALID_ARGUMENT,
          ("'" + name + "': expected writable, dense memory").c_str());
}

void Channel::broadcast(nb::object array, const std::string &name) {
  Array view;
  readMemory(view, array, name);
  run(LC_COLLECTIVE_BROADCAST, view.tensor, view.tensor, "broadcast " + name);
}

void Channel::gather(nb::object part, nb::object whole,
                     const std::string &name) {
  Array mine, all;
  readMemory(mine, part, name);
  readMemory(all, whole, name);
  int64_t elements = 1;
  for (uint32_t d = 0; d < all.tensor.rank; ++d)
    elements *= all.tensor.dims[d];
  int64_t held = lc_part_begin(elements, rank() + 1, world()) -
                 lc_part_begin(elements, rank(), world());
  if (mine.tensor.dtype != all.tensor.dtype || mine.tensor.rank != 1 ||
      mine.tensor.dims[0] != held)
    raise(LC_INVALID_ARGUMENT,
          ("'" + name + "': this is not the rank's part").c_str());
  run(LC_COLLECTIVE_ALL_GATHER, mine.tensor, all.tensor, "all_gather " + name);
}

nb::dict Channel::stats() const {
  lc_channel_stats_t stats = {};
  stats.struct_size = sizeof stats;
  lc_channel_stats(get(), &stats);
  nb::dict result;
  result["engine"] = lc_channel_engine(get());
  result["collectives"] = stats.total.collectives;
  result["bytes_sent"] = stats.total.bytes_sent;
  result["bytes_received"] = stats.total.bytes_received;
  result["messages_sent"] = stats.total.messages_sent;
  result["messages_received"] = stats.total.messages_received;
  result["seconds_waited"] = double(stats.total.nanoseconds_waited) / 1e9;
  result["seconds_in_flight"] = double(stats.total.nanoseconds_in_flight) / 1e9;
  return result;
}

void Channel::close() {
  if (!channel)
    return;
  nb::gil_scoped_release release; // waits for the other ranks
  lc_channel_close(std::exchange(channel, nullptr));
}

} // namespace lcompile::python
