// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that wait for Gloo's buffers.
#include "runtime/comm/gloo/Waiters.h"

#include <algorithm>

namespace lcompile::rt::comm {

Waiters::~Waiters() {
  {
    std::lock_guard<std::mutex> lock(arrivals.lock);
    stopping = true;
    work.notify_all();
  }
  for (std::thread &thread : threads)
    thread.join();
}

void Waiters::add(lc_request_s *request) {
  std::lock_guard<std::mutex> lock(arrivals.lock);
  request->queued = true;
  queue.push_back(request);
  if (queue.size() > idle && threads.size() < limit)
    threads.emplace_back([this] { run(); });
  work.notify_one();
}

void Waiters::remove(lc_request_s *request) {
  std::unique_lock<std::mutex> lock(arrivals.lock);
  request->cancelled = true;
  if (request->queued)
    queue.erase(std::find(queue.begin(), queue.end(), request));
  request->queued = false;
  // The thread is in one of these waits, or will come to it.
  if (request->held)
    for (auto &buffer : request->buffers)
      request->receive ? buffer->abortWaitRecv() : buffer->abortWaitSend();
  arrivals.changed.wait(lock, [&] { return !request->held; });
}

void Waiters::wait(lc_request_s &request, std::unique_lock<std::mutex> &lock) {
  // In effect for ever: whether something takes too long is the channel's to
  // say.
  constexpr auto year = std::chrono::hours(24 * 365);
  std::string error;
  lock.unlock();
  try {
    for (auto &buffer : request.buffers)
      if (!(request.receive ? buffer->waitRecv(year) : buffer->waitSend(year)))
        break; // cancelled
  } catch (const std::exception &exception) {
    error = exception.what();
    if (error.empty())
      error = "unknown error of Gloo";
  }
  lock.lock();
  request.error = std::move(error);
}

void Waiters::run() {
  std::unique_lock<std::mutex> lock(arrivals.lock);
  for (;;) {
    ++idle;
    work.wait(lock, [&] { return stopping || !queue.empty(); });
    --idle;
    if (stopping)
      return;
    lc_request_s *request = queue.front();
    queue.pop_front();
    request->queued = false;
    request->held = true;
    wait(*request, lock);
    request->held = false;
    request->done = true;
    ++arrivals.count;
    arrivals.changed.notify_all();
  }
}

} // namespace lcompile::rt::comm
