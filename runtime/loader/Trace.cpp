// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chrome trace JSON, one complete event per dispatch.
#include "runtime/loader/Trace.h"

#include "runtime/base/OutputFile.h"
#include "runtime/base/Platform.h"

#include <string.h>

namespace lcompile::rt {

void Trace::hook(void *user, uint32_t dispatch, uint32_t phase) {
  auto *trace = static_cast<Trace *>(user);
  if (trace->count >= capacity) {
    trace->dropped += phase;
    return;
  }
  Event &event = trace->events()[trace->count];
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

int32_t Trace::write(const lc_executable_t &executable, const char *path,
                     Error error) {
  if (!recording())
    return fail(error, LC_INVALID_ARGUMENT,
                "the profile was not started before it was stopped");
  OutputFile file;
  if (int32_t code = file.open(path, error))
    return code;
  file.print("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"dropped\":%zu,"
             "\"model\":",
             dropped);
  writeString(file, executable.name);
  file.print("},\"traceEvents\":[");
  int64_t origin = count ? events()[0].begin : 0;
  for (size_t i = 0; i < count; ++i) {
    const Event &event = events()[i];
    const lc_function_t &f = executable.functions[event.function];
    const lc_dispatch_t &dispatch = f.dispatches[event.dispatch];
    const lc_kernel_t &kernel = executable.kernels[dispatch.kernel];
    // Microseconds in integers: printf's %f depends on the host's locale.
    long long begin = event.begin - origin, length = event.end - event.begin;
    file.print("%s\n{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%lld.%03lld,"
               "\"dur\":%lld.%03lld,\"name\":",
               i ? "," : "", begin / 1000, begin % 1000, length / 1000,
               length % 1000);
    writeString(file, kernel.name);
    file.print(",\"cat\":");
    writeString(file, kernel.unit);
    file.print(",\"args\":{\"function\":");
    writeString(file, f.name);
    file.print(",\"dispatch\":%u,\"source\":", event.dispatch);
    writeString(file, dispatch.source ? dispatch.source : kernel.source);
    file.print("}}");
  }
  file.print("\n]}\n");
  discard();
  return file.commit(error);
}

} // namespace lcompile::rt
