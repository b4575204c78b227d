// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chrome trace JSON, one complete event per dispatch.
#include "runtime/loader/Trace.h"

#include "runtime/base/Platform.h"

#include <string.h>

namespace lcompile::rt {

void Trace::hook(void *user, uint32_t dispatch, uint32_t phase) {
  auto *trace = static_cast<Trace *>(user);
  if (trace->count >= capacity) {
    trace->dropped += phase;
    return;
  }
  Event &event = reinterpret_cast<Event *>(trace->block.data)[trace->count];
  int64_t now = wallNanoseconds();
  if (phase == 0) {
    event = {trace->function, dispatch, now, now};
    return;
  }
  event.end = now;
  ++trace->count;
}

int32_t Trace::start(Error error) {
  discard();
  count = dropped = 0;
  origin = 0;
  if (!reserve(block, capacity * sizeof(Event)))
    return fail(error, LC_RESOURCE_EXHAUSTED, "no memory for a profile");
  return LC_OK;
}

static void writeString(OutputFile &file, const char *text) {
  file.write("\"", 1);
  for (const char *c = text ? text : ""; *c; ++c) {
    if (*c == '"' || *c == '\\')
      file.print("\\%c", *c);
    else if (static_cast<unsigned char>(*c) < 0x20)
      file.print("\\u%04x", *c);
    else
      file.write(c, 1);
  }
  file.write("\"", 1);
}

namespace {
/// The transfers that were started and not waited for.
struct UnderWay {
  static constexpr unsigned most = 64;
  const char *names[most];
  int64_t begins[most];
  unsigned count = 0;

  void add(const char *name, int64_t begin) {
    if (count == most)
      return;
    names[count] = name;
    begins[count++] = begin;
  }
  /// When it began; negative when nobody started it.
  int64_t take(const char *name) {
    for (unsigned i = 0; i < count; ++i)
      if (!strcmp(names[i], name)) {
        int64_t begin = begins[i];
        names[i] = names[--count];
        begins[i] = begins[count];
        return begin;
      }
    return -1;
  }
};

/// How the kernel that waits for another is called.
constexpr const char *wait = "wait ";

struct EventWriter {
  OutputFile &file;
  uint32_t pid;
  bool any = false;

  // Microseconds in integers: printf's %f depends on the host's locale.
  void time(const char *key, int64_t nanoseconds) {
    long long n = nanoseconds < 0 ? 0 : nanoseconds;
    file.print("\"%s\":%lld.%03lld", key, n / 1000, n % 1000);
  }
  void begin(const char *phase, const char *name, const char *category) {
    file.print("%s\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":1,\"name\":",
               any ? "," : "", phase, pid);
    any = true;
    writeString(file, name);
    file.print(",\"cat\":");
    writeString(file, category);
    file.print(",");
  }
  /// From its start to the end of the wait for it.
  void transfer(const char *name, size_t id, int64_t from, int64_t to) {
    const char *phases[] = {"b", "e"};
    int64_t times[] = {from, to};
    for (int i = 0; i < 2; ++i) {
      begin(phases[i], name, "transfer");
      file.print("\"id\":%zu,", id);
      time("ts", times[i]);
      file.print("}");
    }
  }
};
} // namespace

void Trace::writeHead(OutputFile &file, const lc_executable_t &executable,
                      size_t dropped) {
  file.print("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"dropped\":%zu,"
             "\"model\":",
             dropped);
  writeString(file, executable.name);
  file.print("},\"traceEvents\":[");
}

void Trace::writeEvents(OutputFile &file, const lc_executable_t &executable,
                        uint32_t pid, const char *process) const {
  EventWriter writer{file, pid};
  if (process) {
    writer.begin("M", "process_name", "");
    file.print("\"args\":{\"name\":");
    writeString(file, process);
    file.print("}}");
  }
  int64_t zero = origin || !count ? origin : events()[0].begin;
  UnderWay underWay;
  for (size_t i = 0; i < count; ++i) {
    const Event &event = events()[i];
    const lc_function_t &f = executable.functions[event.function];
    const lc_dispatch_t &dispatch = f.dispatches[event.dispatch];
    const lc_kernel_t &kernel = executable.kernels[dispatch.kernel];
    writer.begin("X", kernel.name, kernel.unit);
    writer.time("ts", event.begin - zero);
    file.print(",");
    writer.time("dur", event.end - event.begin);
    file.print(",\"args\":{\"function\":");
    writeString(file, f.name);
    file.print(",\"dispatch\":%u,\"source\":", event.dispatch);
    writeString(file, dispatch.source ? dispatch.source : kernel.source);
    file.print("}}");
    if (strcmp(kernel.unit, "collective"))
      continue;
    if (strncmp(kernel.name, wait, strlen(wait))) {
      underWay.add(kernel.name, event.begin);
      continue;
    }
    const char *name = kernel.name + strlen(wait);
    if (int64_t from = underWay.take(name); from >= 0)
      writer.transfer(name, i, from - zero, event.end - zero);
  }
}

void Trace::writeEnd(OutputFile &file) { file.print("\n]}\n"); }

int32_t Trace::write(const lc_executable_t &executable, const char *path,
                     Error error) {
  if (!recording())
    return fail(error, LC_INVALID_ARGUMENT,
                "the profile was not started before it was stopped");
  OutputFile file;
  if (int32_t code = file.open(path, error))
    return code;
  writeHead(file, executable, dropped);
  writeEvents(file, executable, 1, nullptr);
  writeEnd(file);
  discard();
  return file.commit(error);
}

} // namespace lcompile::rt
