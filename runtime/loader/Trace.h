// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recording of dispatches and the Chrome trace made from it.
#ifndef LCOMPILE_RUNTIME_LOADER_TRACE_H
#define LCOMPILE_RUNTIME_LOADER_TRACE_H

#include "runtime/base/Error.h"
#include "runtime/base/OutputFile.h"
#include "runtime/memory/Block.h"

namespace lcompile::rt {

/// Events in memory that is taken at start; zero-initialised memory is a trace
/// that does not record. Belongs to one context.
class Trace {
public:
  static constexpr size_t capacity = size_t(1) << 20;

  bool recording() const { return block.data; }

  /// Which function the next dispatches belong to.
  void select(uint32_t index) { function = index; }

  /// The lc_profile_fn; `user` is the trace.
  static void hook(void *user, uint32_t dispatch, uint32_t phase);

  /// Starts over when it records already.
  int32_t start(Error error);

  /// Writes the file (under a temporary name, then renamed) and stops.
  int32_t write(const lc_executable_t &executable, const char *path,
                Error error);

  /// The pieces of a file of several traces: the head, the events of each as
  /// process `pid`, with commas between traces, and the end.
  static void writeHead(OutputFile &file, const lc_executable_t &executable,
                        size_t dropped);
  void writeEvents(OutputFile &file, const lc_executable_t &executable,
                   uint32_t pid, const char *process) const;
  static void writeEnd(OutputFile &file);

  /// What times are counted from; that of the first event unless it is set.
  int64_t origin;
  size_t droppedEvents() const { return dropped; }

  void discard() { release(block); }

private:
  struct Event {
    uint32_t function, dispatch;
    int64_t begin, end;
  };
  const Event *events() const {
    return reinterpret_cast<const Event *>(block.data);
  }

  Block block;
  size_t count, dropped;
  uint32_t function;
};

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_TRACE_H
