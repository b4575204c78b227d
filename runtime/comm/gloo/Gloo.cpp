// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages by Gloo, over TCP. Gloo moves data in a thread of its own and
// throws; this side only looks whether it is done, and turns exceptions into
// codes.
#include "lcompile-c/Transport.h"
#include "runtime/base/Error.h"
#include "runtime/base/Platform.h"
#include "runtime/comm/core/Message.h"
#include "runtime/comm/gloo/TcpStore.h"
#include "runtime/comm/gloo/Waiters.h"

#include <gloo/rendezvous/context.h>
#include <gloo/transport/tcp/device.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace lcompile::rt::comm {
namespace {
namespace tcp = gloo::transport::tcp;

struct Transport : lc_transport_s {
  std::unique_ptr<StoreServer> server;
  std::shared_ptr<gloo::transport::Device> device;
  std::unique_ptr<gloo::rendezvous::Context> group;
  Arrivals arrivals;
  uint64_t seen = 0; // arrivals.count at the last idle
  // Apart, so that none stands before another that it depends on.
  Waiters controlSends, controlReceives, sends, receives;

  explicit Transport(uint32_t world)
      : controlSends(arrivals, world), controlReceives(arrivals, world),
        sends(arrivals, 64), receives(arrivals, 64) {}
  Waiters &waiters(const lc_request_s &request) {
    if (request.control)
      return request.receive ? controlReceives : controlSends;
    return request.receive ? receives : sends;
  }
};

Transport &unwrap(lc_transport_t *transport) {
  return *static_cast<Transport *>(transport);
}

/// "[/path/of/gloo/pair.cc:598] Connection closed by peer": the second part is
/// for users.
const char *shortened(const char *text) {
  const char *end = *text == '[' ? strstr(text, "] ") : nullptr;
  return end ? end + 2 : text;
}

/// Keeps SIGPIPE from this thread, and from those that it starts, while it
/// lives: Gloo writes into sockets of ranks that may be gone, and wants to see
/// the error.
class NoPipeSignal {
public:
  NoPipeSignal() {
    sigset_t pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    wasPending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
  }
  ~NoPipeSignal() {
    timespec none = {0, 0};
    sigset_t pending;
    sigpending(&pending);
    if (!wasPending && sigismember(&pending, SIGPIPE))
      while (sigtimedwait(&pipe, nullptr, &none) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  NoPipeSignal(const NoPipeSignal &) = delete;
  NoPipeSignal &operator=(const NoPipeSignal &) = delete;

private:
  sigset_t pipe, before;
  bool wasPending;
};

/// Runs `body`; exceptions become LC_UNAVAILABLE.
template <typename Body> int32_t guarded(Error error, Body body) {
  NoPipeSignal quiet;
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception &exception) {
    return fail(error, LC_UNAVAILABLE, "%s", shortened(exception.what()));
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
    request->control = tag == controlTag;
    // Segments of one message differ by their order, which Gloo keeps.
    for (uint64_t i = 0; i < count; ++i) {
      request->buffers.push_back(
          self.group->createUnboundBuffer(segments[i].data, segments[i].size));
      if (receive)
        request->buffers.back()->recv(int(peer), tag);
      else
        request->buffers.back()->send(int(peer), tag);
    }
    self.waiters(*request).add(request.get());
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

int32_t test(lc_transport_t *transport, lc_request_t *request, int32_t *done,
             char *error, size_t size) {
  {
    std::lock_guard<std::mutex> lock(unwrap(transport).arrivals.lock);
    *done = request->done;
  }
  if (!*done)
    return LC_OK;
  std::unique_ptr<lc_request_s> owned(request);
  return request->error.empty() ? int32_t(LC_OK)
                                : fail({error, size}, LC_UNAVAILABLE, "%s",
                                       shortened(request->error.c_str()));
}

void cancel(lc_transport_t *transport, lc_request_t *request) {
  guarded({}, [&] {
    unwrap(transport).waiters(*request).remove(request);
    // A buffer's destructor waits until Gloo has let go of its memory.
    delete request;
    return int32_t(LC_OK);
  });
}

int32_t progress(lc_transport_t *, char *, size_t) { return LC_OK; }

void idle(lc_transport_t *transport, int64_t nanoseconds) {
  Transport &self = unwrap(transport);
  std::unique_lock<std::mutex> lock(self.arrivals.lock);
  self.arrivals.changed.wait_for(
      lock, std::chrono::nanoseconds(nanoseconds),
      [&] { return self.arrivals.count != self.seen; });
  self.seen = self.arrivals.count;
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
    sizeof(lc_transport_vtable_t),
    "gloo",
    LC_TRANSPORT_CLOSE_TOGETHER,
    send,
    receive,
    test,
    cancel,
    progress,
    idle,
    now,
    abort,
    close,
};

std::unique_ptr<Transport> open(const lc_transport_options_t &options) {
  auto self = std::make_unique<Transport>(options.world);
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
  self->group = std::make_unique<gloo::rendezvous::Context>(int(options.rank),
                                                            int(options.world));
  // Gloo waits for one rank after the other: all together may not take longer
  // than one may. They have met at the store by then.
  constexpr std::chrono::milliseconds enough(5000);
  self->group->setTimeout(
      std::min(timeout, std::max(enough, timeout / int(options.world))));
  try {
    self->group->connectFullMesh(store, self->device);
  } catch (const std::exception &e) {
    throw std::runtime_error(
        std::string("a rank was gone before all had met: ") +
        shortened(e.what()));
  }
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
