// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How ranks reach each other, as Python sees it.
#ifndef PYTHON_SRC_CHANNEL_H
#define PYTHON_SRC_CHANNEL_H

#include "lcompile-c/Comm.h"
#include "python/src/Array.h"
#include <optional>
#include <string>

namespace lcompile::python {

/// A channel that was opened here; closed at the latest when Python forgets it.
class Channel {
public:
  explicit Channel(lc_channel_t *channel) : channel(channel) {}
  ~Channel() { close(); }
  Channel(const Channel &) = delete;

  /// world 0: what the environment says; see lc_channel_open.
  static Channel *open(const std::optional<std::string> &engine, uint32_t rank,
                       uint32_t world,
                       const std::optional<std::string> &address,
                       double timeout);
  /// One for each rank; ranks are threads of this process.
  static nb::list loopback(uint32_t world, double timeout);

  std::string engine() const { return lc_channel_engine(get()); }
  uint32_t rank() const { return get()->rank; }
  uint32_t world() const { return get()->world; }
  /// The bytes of all ranks, which give equally many.
  nb::list exchange(nb::bytes mine);
  void agree(uint64_t digest, const std::string &what);
  /// Rank 0's values for all ranks, in place; `name` is for messages.
  void broadcast(nb::object array, const std::string &name);
  /// Every rank's part (lc_part_begin), flat, as the whole.
  void gather(nb::object part, nb::object whole, const std::string &name);
  nb::dict stats() const;
  void close();
  /// Throws when the channel is closed.
  lc_channel_t *get() const;

private:
  void run(uint32_t kind, const lc_tensor_t &source, const lc_tensor_t &result,
           const std::string &name);

  lc_channel_t *channel;
  // What runs: a channel remembers descriptions by their address.
  lc_collective_t description = {};
  lc_collective_tensor_t described = {};
  std::string title;
};

} // namespace lcompile::python

#endif // PYTHON_SRC_CHANNEL_H
