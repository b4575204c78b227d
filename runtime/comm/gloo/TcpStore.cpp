// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A request is one byte, 's' or 'g', then the key and (with 's') the value,
// each after its length in four bytes. An answer, to 'g' only and once the key
// is there, is the value in the same form.
#include "runtime/comm/gloo/TcpStore.h"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace lcompile::rt::comm {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock;

namespace {
constexpr uint32_t longest = 1 << 20; // of a key or value

std::runtime_error failure(const std::string &what) {
  return std::runtime_error(what + ": " + strerror(errno));
}

void append(std::vector<char> &to, const void *data, size_t size) {
  uint32_t length = uint32_t(size);
  auto *bytes = reinterpret_cast<const char *>(&length);
  to.insert(to.end(), bytes, bytes + 4);
  to.insert(to.end(), static_cast<const char *>(data),
            static_cast<const char *>(data) + size);
}

/// Takes a length and its bytes at `at`; false when not all are there.
bool take(const std::vector<char> &from, size_t &at, std::string &value) {
  uint32_t length;
  if (from.size() - at < 4)
    return false;
  memcpy(&length, from.data() + at, 4);
  if (length > longest)
    throw std::runtime_error("not a request of ours");
  if (from.size() - at - 4 < length)
    return false;
  value.assign(from.data() + at + 4, length);
  at += 4 + length;
  return true;
}

void sendAll(int descriptor, const std::vector<char> &data) {
  for (size_t sent = 0; sent < data.size();) {
    ssize_t n = ::send(descriptor, data.data() + sent, data.size() - sent,
                       MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      throw failure("the rendezvous at rank 0 is gone");
    sent += size_t(n > 0 ? n : 0);
  }
}

void receiveAll(int descriptor, char *data, size_t size, Time::time_point end,
                const std::string &late) {
  while (size) {
    auto left = std::chrono::duration_cast<milliseconds>(end - Time::now());
    pollfd wait = {descriptor, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, int(left.count())) == 0)
      throw std::runtime_error(late);
    ssize_t n = ::recv(descriptor, data, size, 0);
    if (n == 0)
      throw std::runtime_error("the rendezvous at rank 0 is gone");
    if (n < 0 && errno != EINTR)
      throw failure("the rendezvous at rank 0 is gone");
    data += n > 0 ? n : 0;
    size -= size_t(n > 0 ? n : 0);
  }
}

int connectTo(const std::string &host, int port) {
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints,
                             &found))
    throw std::runtime_error("cannot find '" + host +
                             "': " + gai_strerror(code));
  int descriptor = -1;
  for (addrinfo *one = found; one && descriptor < 0; one = one->ai_next) {
    descriptor = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        ::connect(descriptor, one->ai_addr, one->ai_addrlen) < 0) {
      ::close(descriptor);
      descriptor = -1;
    }
  }
  freeaddrinfo(found);
  return descriptor;
}
} // namespace

void splitAddress(const std::string &address, std::string &host, int &port) {
  size_t colon = address.rfind(':');
  char *end = nullptr;
  long number = colon == std::string::npos
                    ? 0
                    : strtol(address.c_str() + colon + 1, &end, 10);
  if (!end || *end || number <= 0 || number > 65535 || !colon)
    throw std::runtime_error("'" + address + "' is not host:port");
  host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  port = int(number);
}

// --- server --------------------------------------------------------------

StoreServer::StoreServer(int port) {
  int off = 0, on = 1;
  // One socket for both families, or for the one there is.
  sockaddr_in6 six = {};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(uint16_t(port));
  sockaddr_in four = {};
  four.sin_family = AF_INET;
  four.sin_port = htons(uint16_t(port));
  listener = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool both = listener >= 0;
  if (!both)
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (both)
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto *name = both ? reinterpret_cast<sockaddr *>(&six)
                    : reinterpret_cast<sockaddr *>(&four);
  if (listener < 0 || ::bind(listener, name, both ? sizeof six : sizeof four) ||
      ::listen(listener, 1024) || ::pipe(wake)) {
    auto error =
        failure("rank 0 cannot listen on port " + std::to_string(port));
    if (listener >= 0)
      ::close(listener);
    throw error;
  }
  thread = std::thread([this] { serve(); });
}

StoreServer::~StoreServer() {
  ::close(wake[1]);
  thread.join();
  ::close(wake[0]);
  ::close(listener);
  for (auto &client : clients)
    ::close(client.first);
}

void StoreServer::serve() {
  for (;;) {
    std::vector<pollfd> wait = {{wake[0], POLLIN, 0}, {listener, POLLIN, 0}};
    for (auto &client : clients)
      wait.push_back({client.first, POLLIN, 0});
    if (::poll(wait.data(), wait.size(), -1) < 0)
      continue;
    if (wait[0].revents)
      return;
    for (size_t i = 2; i < wait.size(); ++i)
      if (wait[i].revents && !read(wait[i].fd, clients[wait[i].fd])) {
        ::close(wait[i].fd);
        clients.erase(wait[i].fd);
      }
    if (wait[1].revents)
      accept();
    for (auto &client : clients)
      answer(client.first, client.second);
  }
}

void StoreServer::accept() {
  int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0)
    clients[descriptor] = {};
}

bool StoreServer::read(int descriptor, Client &client) {
  char buffer[4096];
  ssize_t n = ::recv(descriptor, buffer, sizeof buffer, 0);
  if (n <= 0)
    return n < 0 && errno == EINTR;
  client.input.insert(client.input.end(), buffer, buffer + n);
  try {
    handle(descriptor, client);
  } catch (const std::exception &) {
    return false; // somebody else has come to this port
  }
  return true;
}

void StoreServer::handle(int descriptor, Client &client) {
  while (!client.input.empty()) {
    char type = client.input[0];
    std::string key, value;
    size_t at = 1;
    if (type != 's' && type != 'g')
      throw std::runtime_error("not a request of ours");
    if (!take(client.input, at, key) ||
        (type == 's' && !take(client.input, at, value)))
      return;
    client.input.erase(client.input.begin(), client.input.begin() + long(at));
    if (type == 's')
      values[key].assign(value.begin(), value.end());
    else
      client.waitsFor = "g" + key;
  }
}

void StoreServer::answer(int descriptor, Client &client) {
  if (client.waitsFor.empty())
    return;
  auto found = values.find(client.waitsFor.substr(1));
  if (found == values.end())
    return;
  client.waitsFor.clear();
  std::vector<char> data;
  append(data, found->second.data(), found->second.size());
  try {
    sendAll(descriptor, data);
  } catch (const std::exception &) {
    // Reading finds that the client has left.
  }
}

// --- client --------------------------------------------------------------

TcpStore::TcpStore(const std::string &address, milliseconds timeout)
    : address(address), end(Time::now() + timeout) {
  std::string host;
  int port;
  splitAddress(address, host, port);
  while ((descriptor = connectTo(host, port)) < 0) {
    if (Time::now() > end)
      throw failure("rank 0 cannot be met at " + address);
    std::this_thread::sleep_for(milliseconds(20));
  }
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TcpStore::~TcpStore() { ::close(descriptor); }

void TcpStore::set(const std::string &key, const std::vector<char> &data) {
  std::vector<char> request = {'s'};
  append(request, key.data(), key.size());
  append(request, data.data(), data.size());
  sendAll(descriptor, request);
}

std::vector<char> TcpStore::get(const std::string &key) {
  std::vector<char> request = {'g'};
  append(request, key.data(), key.size());
  sendAll(descriptor, request);
  // Gloo's keys are ranks.
  bool isRank = key.find_first_not_of("0123456789") == std::string::npos;
  std::string late = isRank ? "rank " + key + " has not come in time"
                            : "not all ranks have come in time";
  uint32_t length;
  receiveAll(descriptor, reinterpret_cast<char *>(&length), 4, end, late);
  if (length > longest)
    throw std::runtime_error("who listens at " + address + " is not rank 0");
  std::vector<char> value(length);
  receiveAll(descriptor, value.data(), length, end, late);
  return value;
}

void TcpStore::wait(const std::vector<std::string> &keys) {
  for (const std::string &key : keys)
    get(key);
}

void TcpStore::wait(const std::vector<std::string> &keys,
                    const milliseconds &) {
  wait(keys);
}

std::string TcpStore::localHost() const {
  sockaddr_storage name = {};
  socklen_t size = sizeof name;
  char host[NI_MAXHOST];
  auto *address = reinterpret_cast<sockaddr *>(&name);
  if (getsockname(descriptor, address, &size) ||
      getnameinfo(address, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST))
    throw std::runtime_error("this machine has no address towards rank 0");
  return host;
}

} // namespace lcompile::rt::comm
