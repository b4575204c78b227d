// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gloo's buffers can only be waited for: a wait that times out breaks all
// connections, and there is no way to ask. So threads wait, and we ask them.
#ifndef LCOMPILE_RUNTIME_COMM_GLOO_WAITERS_H
#define LCOMPILE_RUNTIME_COMM_GLOO_WAITERS_H

#include <gloo/transport/unbound_buffer.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A message: one buffer a segment. What threads change is under
/// Arrivals::lock.
struct lc_request_s {
  std::vector<std::unique_ptr<gloo::transport::UnboundBuffer>> buffers;
  bool receive = false, control = false;
  bool queued = false, held = false; // a thread will, or does, wait for it
  bool cancelled = false;
  bool done = false;
  std::string error; // of a request that failed
};

namespace lcompile::rt::comm {

/// Wakes whoever is idle when a request is done.
struct Arrivals {
  std::mutex lock;
  std::condition_variable changed;
  uint64_t count = 0;
};

/// Threads that wait for requests in the order in which they come, each for one
/// at a time. Ranks start the same collectives in the same order, so the oldest
/// requests never depend on younger ones, and a limit does no harm.
class Waiters {
public:
  Waiters(Arrivals &arrivals, size_t limit)
      : arrivals(arrivals), limit(limit) {}
  ~Waiters();

  void add(lc_request_s *request);
  /// Returns when no thread knows the request any more.
  void remove(lc_request_s *request);

private:
  void run();
  void wait(lc_request_s &request, std::unique_lock<std::mutex> &lock);

  Arrivals &arrivals;
  size_t limit, idle = 0;
  bool stopping = false;
  std::deque<lc_request_s *> queue;
  std::condition_variable work;
  std::vector<std::thread> threads;
};

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_GLOO_WAITERS_H
