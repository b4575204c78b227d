// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A transport whose messages Python carries.
#include "python/src/Mailbox.h"

#include "python/src/Model.h"
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <nanobind/ndarray.h>

namespace lcompile::python {

namespace {
using Bytes = std::vector<uint8_t>;

struct Message {
  uint64_t tag;
  Bytes bytes;
};

/// A receive that waits for its message, or anything that is done.
struct Request {
  uint32_t peer = 0;
  uint64_t tag = 0;
  std::vector<lc_segment_t> segments;
  bool isDone = false;
};

uint64_t sizeOf(const std::vector<lc_segment_t> &segments) {
  uint64_t size = 0;
  for (const lc_segment_t &segment : segments)
    size += segment.size;
  return size;
}

/// False when the sizes differ.
bool fill(const std::vector<lc_segment_t> &segments, const uint8_t *data,
          size_t size) {
  if (sizeOf(segments) != size)
    return false;
  for (const lc_segment_t &segment : segments) {
    std::memcpy(segment.data, data, segment.size);
    data += segment.size;
  }
  return true;
}

int32_t fail(char *error, size_t size, const std::string &text) {
  snprintf(error, size, "%s", text.c_str());
  return LC_UNAVAILABLE;
}
} // namespace

struct Peer {
  std::deque<Message> outgoing;
  std::map<uint64_t, std::deque<Bytes>> arrived; // by tag
  std::list<Request *> waiting;
  bool hasEnded = false, hasLeft = false;
  std::string failure;
};

struct Post {
  std::string name;
  lc_transport_vtable_t vtable = {};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Peer> peers;
  uint32_t rank = 0;
  bool isClosing = false;
};

namespace {
struct Transport : lc_transport_s {
  std::shared_ptr<Post> post;
};

Post &postOf(lc_transport_t *transport) {
  return *static_cast<Transport *>(transport)->post;
}

Request *unwrap(lc_request_t *request) {
  return reinterpret_cast<Request *>(request);
}

int32_t send(lc_transport_t *transport, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **request, char *error, size_t errorSize) {
  Post &post = postOf(transport);
  Message message = {tag, {}};
  for (uint64_t i = 0; i < count; ++i) {
    auto *data = static_cast<const uint8_t *>(segments[i].data);
    message.bytes.insert(message.bytes.end(), data, data + segments[i].size);
  }
  std::lock_guard lock(post.mutex);
  if (!post.peers[peer].failure.empty())
    return fail(error, errorSize, post.peers[peer].failure);
  post.peers[peer].outgoing.push_back(std::move(message));
  post.changed.notify_all();
  // The memory was copied, so it is the caller's again.
  auto *done = new Request;
  done->isDone = true;
  *request = reinterpret_cast<lc_request_t *>(done);
  return LC_OK;
}

int32_t receive(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                const lc_segment_t *segments, uint64_t count,
                lc_request_t **request, char *error, size_t errorSize) {
  Post &post = postOf(transport);
  auto wanted = std::make_unique<Request>();
  wanted->peer = peer;
  wanted->tag = tag;
  wanted->segments.assign(segments, segments + count);
  std::lock_guard lock(post.mutex);
  Peer &from = post.peers[peer];
  if (auto found = from.arrived.find(tag); found != from.arrived.end()) {
    Bytes bytes = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty())
      from.arrived.erase(found);
    if (!fill(wanted->segments, bytes.data(), bytes.size()))
      return fail(error, errorSize, "a message has another size");
    wanted->isDone = true;
  } else {
    from.waiting.push_back(wanted.get());
  }
  *request = reinterpret_cast<lc_request_t *>(wanted.release());
  return LC_OK;
}

int32_t test(lc_transport_t *transport, lc_request_t *handle, int32_t *done,
             char *error, size_t errorSize) {
  Post &post = postOf(transport);
  Request *request = unwrap(handle);
  std::lock_guard lock(post.mutex);
  Peer &peer = post.peers[request->peer];
  *done = request->isDone;
  if (!request->isDone && peer.failure.empty())
    return LC_OK;
  bool wasDone = request->isDone;
  peer.waiting.remove(request);
  delete request;
  return wasDone ? LC_OK : fail(error, errorSize, peer.failure);
}

void cancel(lc_transport_t *transport, lc_request_t *handle) {
  Post &post = postOf(transport);
  Request *request = unwrap(handle);
  std::lock_guard lock(post.mutex);
  post.peers[request->peer].waiting.remove(request);
  delete request;
}

int32_t progress(lc_transport_t *, char *, size_t) { return LC_OK; }

void idle(lc_transport_t *transport, int64_t nanoseconds) {
  Post &post = postOf(transport);
  std::unique_lock lock(post.mutex);
  post.changed.wait_for(lock, std::chrono::nanoseconds(nanoseconds));
}

int64_t now(lc_transport_t *) {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

void abandon(lc_transport_t *, const char *) {}

void close(lc_transport_t *handle) {
  std::unique_ptr<Transport> transport(static_cast<Transport *>(handle));
  Post &post = *transport->post;
  std::unique_lock lock(post.mutex);
  post.isClosing = true;
  post.changed.notify_all();
  // Those who carry messages have to be done: when the process ends, none may
  // be inside of what it carries them with. A rank that hangs is not waited
  // for.
  post.changed.wait_for(lock, std::chrono::seconds(10), [&] {
    for (uint32_t p = 0; p < post.peers.size(); ++p)
      if (p != post.rank && !(post.peers[p].hasEnded && post.peers[p].hasLeft))
        return false;
    return true;
  });
}
} // namespace

Mailbox::Mailbox(std::string name, uint32_t rank, uint32_t world)
    : post(std::make_shared<Post>()) {
  if (rank >= world)
    raise(LC_INVALID_ARGUMENT, "expected a rank below the number of ranks");
  post->name = std::move(name);
  post->peers.resize(world);
  post->rank = rank;
  post->vtable = {sizeof post->vtable,
                  post->name.c_str(),
                  LC_TRANSPORT_CLOSE_TOGETHER,
                  python::send,
                  python::receive,
                  test,
                  cancel,
                  progress,
                  idle,
                  now,
                  abandon,
                  python::close};
}

nb::object Mailbox::take(uint32_t peer) {
  Post &post = *this->post;
  Peer &to = post.peers.at(peer);
  auto *message = new Message;
  bool isMessage;
  {
    nb::gil_scoped_release release;
    std::unique_lock lock(post.mutex);
    post.changed.wait(lock, [&] {
      return !to.outgoing.empty() || post.isClosing || !to.failure.empty();
    });
    isMessage = !to.outgoing.empty();
    if (isMessage) {
      *message = std::move(to.outgoing.front());
      to.outgoing.pop_front();
      post.changed.notify_all();
    }
  }
  nb::capsule owner(message, [](void *data) noexcept {
    delete static_cast<Message *>(data);
  });
  if (!isMessage)
    return nb::none();
  size_t shape[] = {message->bytes.size()};
  return nb::make_tuple(message->tag,
                        nb::ndarray<nb::pytorch, uint8_t>(message->bytes.data(),
                                                          1, shape, owner));
}

void Mailbox::deliver(uint32_t peer, uint64_t tag, nb::object bytes) {
  Array view;
  view.read(bytes, LC_DTYPE_INVALID, "a message");
  auto *data = static_cast<const uint8_t *>(view.tensor.data);
  size_t size = view.tensor.rank ? size_t(view.tensor.dims[0]) : 1;
  nb::gil_scoped_release release;
  std::lock_guard lock(post->mutex);
  Peer &from = post->peers.at(peer);
  for (auto it = from.waiting.begin(); it != from.waiting.end(); ++it)
    if ((*it)->tag == tag) {
      if (fill((*it)->segments, data, size))
        (*it)->isDone = true;
      else
        from.failure = "a message has another size";
      from.waiting.erase(it);
      post->changed.notify_all();
      return;
    }
  from.arrived[tag].emplace_back(data, data + size);
  post->changed.notify_all();
}

void Mailbox::end(uint32_t peer, const std::string &why) {
  std::lock_guard lock(post->mutex);
  Peer &from = post->peers.at(peer);
  from.hasEnded = true;
  if (!why.empty() && from.failure.empty())
    from.failure = "rank " + std::to_string(peer) + " is gone: " + why;
  post->changed.notify_all();
}

void Mailbox::leave(uint32_t peer) {
  std::lock_guard lock(post->mutex);
  post->peers.at(peer).hasLeft = true;
  post->changed.notify_all();
}

Channel *Mailbox::open(double timeout) {
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.timeout_seconds = timeout;
  auto *transport = new Transport;
  transport->vtable = &post->vtable;
  transport->rank = post->rank;
  transport->world = uint32_t(post->peers.size());
  transport->post = post;
  lc_channel_t *channel = nullptr;
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_channel_open_custom(transport, &options, &channel);
  }
  check(status);
  return new Channel(channel);
}

} // namespace lcompile::python
