// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A transport whose messages Python carries.
#ifndef PYTHON_SRC_MAILBOX_H
#define PYTHON_SRC_MAILBOX_H

#include "lcompile-c/Transport.h"
#include "python/src/Channel.h"
#include <memory>

namespace lcompile::python {

struct Post; // what is under way, shared with the transport

/// Threads of Python take what this rank sends and deliver what others sent to
/// it; the channel meets them here and never runs Python code.
class Mailbox {
public:
  Mailbox(std::string name, uint32_t rank, uint32_t world);

  /// The next message for `peer` as (tag, bytes in a tensor of u8); waits for
  /// one. None: there will be no more.
  nb::object take(uint32_t peer);
  void deliver(uint32_t peer, uint64_t tag, nb::object bytes);
  /// No messages come from `peer` any more; `why` is empty when it has closed
  /// in good order.
  void end(uint32_t peer, const std::string &why);
  /// Nothing is sent to `peer` any more: who called take() is done.
  void leave(uint32_t peer);
  /// A channel over this mailbox; closing it ends what take() gives.
  Channel *open(double timeout);

private:
  std::shared_ptr<Post> post;
};

} // namespace lcompile::python

#endif // PYTHON_SRC_MAILBOX_H
