// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages by Gloo, over TCP. Gloo moves data in a thread of its own and
// throws; this side only looks whether it is done, and turns exceptions into
// codes.
#include "lcompile-c/Transport.h"
#include "runtime/base/Error.h"
#include "runtime/base/Platform.h"
#include "runtime/comm/gloo/TcpStore.h"

#include <gloo/rendezvous/context.h>
#include <gloo/transport/tcp/context.h>
#include <gloo/transport/tcp/device.h>
#include <gloo/transport/tcp/unbound_buffer.h>

#include <cstdlib>
#include <memory>
#include <sched.h>

namespace lcompile::rt::comm {
namespace {
namespace tcp = gloo::transport::tcp;

/// Gloo's buffers can be waited for, but a wait that times out breaks all
/// connections; this one can be asked.
class Buffer : public tcp::UnboundBuffer {
public:
  using UnboundBuffer::UnboundBuffer;
  /// Throws when the connection is broken.
  bool received() {
    std::lock_guard<std::mutex> lock(m_);
    if (recvCompletions_)
      return true;
    throwIfException();
    return false;
  }
  bool sent() {
    std::lock_guard<std::mutex> lock(m_);
    if (sendCompletions_)
      return true;
    throwIfException();
    return false;
  }
};
} // namespace
} // namespace lcompile::rt::comm

/// One buffer a segment; those that are done are gone.
struct lc_request_s {
  std::vector<std::unique_ptr<lcompile::rt::comm::Buffer>> buffers;
  bool receive;
};

namespace lcompile::rt::comm {
namespace {
class Group : public gloo::rendezvous::Context {
public:
  using Context::Context;
  std::shared_ptr<tcp::Context> transport() {
    return std::static_pointer_cast<tcp::Context>(transportContext_);
  }
};

struct Transport : lc_transport_s {
  std::unique_ptr<StoreServer> server;
  std::shared_ptr<gloo::transport::Device> device;
  std::unique_ptr<Group> group;
  std::shared_ptr<tcp::Context> context; // the group's
};

Transport &unwrap(lc_transport_t *transport) {
  return *static_cast<Transport *>(transport);
}

/// Runs `body`; exceptions become LC_UNAVAILABLE.
template <typename Body> int32_t guarded(Error error, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception &exception) {
    // "[/path/of/gloo/pair.cc:598] Connection closed by peer": ours is the
    // second part.
    const char *text = exception.what();
    if (const char *end = *text == '[' ? strstr(text, "] ") : nullptr)
      text = end + 2;
    return fail(error, LC_UNAVAILABLE, "%s", text);
  } catch (...) {
    return fail(error, LC_UNAVAILABLE, "unknown error of Gloo");
  }
}

int32_t post(Transport &self, bool receive, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **result, Error error) {
  return guarded(error, [&] {
    auto request = std::make_unique<lc_request_s>();
    request->receive = receive;
    // Segments of one message differ by their order, which Gloo keeps.
    for (uint64_t i = 0; i < count; ++i) {
      request->buffers.push_back(std::make_unique<Buffer>(
          self.context, segments[i].data, segments[i].size));
      Buffer &buffer = *request->buffers.back();
      if (receive)
        buffer.recv(int(peer), tag, 0, segments[i].size);
      else
        buffer.send(int(peer), tag, 0, segments[i].size);
    }
    *result = request.release();
    return int32_t(LC_OK);
  });
}

int32_t send(lc_transport_t *transport, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **request, char *error, size_t size) {
  return post(unwrap(transport), false, peer, tag, segments, count, request,
              {error, size});
}

int32_t receive(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                const lc_segment_t *segments, uint64_t count,
                lc_request_t **request, char *error, size_t size) {
  return post(unwrap(transport), true, peer, tag, segments, count, request,
              {error, size});
}

int32_t test(lc_transport_t *, lc_request_t *request, int32_t *done,
             char *error, size_t size) {
  *done = 0;
  int32_t code = guarded({error, size}, [&] {
    while (!request->buffers.empty()) {
      Buffer &last = *request->buffers.back();
      if (!(request->receive ? last.received() : last.sent()))
        return int32_t(LC_OK);
      request->buffers.pop_back();
    }
    *done = 1;
    return int32_t(LC_OK);
  });
  if (code || *done)
    delete request;
  return code;
}

/// A buffer's destructor waits until Gloo's thread has let go of its memory.
void cancel(lc_transport_t *, lc_request_t *request) { delete request; }

int32_t progress(lc_transport_t *, char *, size_t) { return LC_OK; }

void idle(lc_transport_t *, int64_t nanoseconds) {
  if (nanoseconds <= 0) {
    sched_yield();
    return;
  }
  std::this_thread::sleep_for(
      std::chrono::nanoseconds(nanoseconds < 50000 ? nanoseconds : 50000));
}

int64_t now(lc_transport_t *) { return wallNanoseconds(); }

/// Closing resets connections: who has not yet read why would only see that.
void abort(lc_transport_t *, const char *) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

void close(lc_transport_t *transport) {
  Transport *self = &unwrap(transport);
  guarded({}, [&] {
    delete self;
    return int32_t(LC_OK);
  });
}

const lc_transport_vtable_t vtable = {
    "gloo",   LC_TRANSPORT_CLOSE_TOGETHER,
    send,     receive,
    test,     cancel,
    progress, idle,
    now,      abort,
    close,
};

std::unique_ptr<Transport> open(const lc_transport_options_t &options) {
  auto self = std::make_unique<Transport>();
  self->vtable = &vtable;
  self->rank = options.rank;
  self->world = options.world;
  auto timeout =
      std::chrono::milliseconds(int64_t(options.timeout_seconds * 1000));
  std::string host, address = options.address ? options.address : "";
  int port;
  splitAddress(address, host, port);
  if (options.rank == 0)
    self->server = std::make_unique<StoreServer>(port);
  TcpStore store(address, timeout);
  tcp::attr attributes;
  // By which of its addresses the others reach this machine.
  if (const char *interface = getenv("GLOO_SOCKET_IFNAME"))
    attributes.iface = interface;
  else
    attributes.hostname = store.localHost();
  self->device = tcp::CreateDevice(attributes);
  self->group = std::make_unique<Group>(int(options.rank), int(options.world));
  self->group->setTimeout(timeout);
  self->group->connectFullMesh(store, self->device);
  self->context = self->group->transport();
  return self;
}
} // namespace
} // namespace lcompile::rt::comm

using namespace lcompile::rt;
using namespace lcompile::rt::comm;

extern "C" __attribute__((visibility("default"))) int32_t
lc_transport_open(const lc_transport_options_t *options,
                  lc_transport_t **transport, char *text, size_t size) {
  Error error = {text, size};
  if (options->version != LC_TRANSPORT_VERSION)
    return fail(error, LC_INCOMPATIBLE,
                "the gloo engine is of version %u, not %u",
                LC_TRANSPORT_VERSION, options->version);
  return guarded(error, [&] {
    *transport = open(*options).release();
    return int32_t(LC_OK);
  });
}
