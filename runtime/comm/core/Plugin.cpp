// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Engines in shared objects of their own: what they need (MPI, libstdc++) is
// needed only by those who choose them.
#include "runtime/comm/core/Launch.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

namespace lcompile::rt::comm {

namespace {
/// Beside this library first, then where the system looks.
void *load(const char *file, char (&reason)[512]) {
  Dl_info self = {};
  dladdr(reinterpret_cast<void *>(&openPlugin), &self);
  const char *slash = self.dli_fname ? strrchr(self.dli_fname, '/') : nullptr;
  char path[PATH_MAX];
  reason[0] = 0;
  if (slash) {
    int length = snprintf(path, sizeof path, "%.*s/%s",
                          int(slash - self.dli_fname), self.dli_fname, file);
    if (length > 0 && size_t(length) < sizeof path) {
      if (void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL))
        return handle;
      snprintf(reason, sizeof reason, "%s", dlerror());
    }
  }
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  // What is wrong with the one that was found says more than that there is no
  // other.
  if (!handle && (!reason[0] || strstr(reason, "No such file")))
    snprintf(reason, sizeof reason, "%s", dlerror());
  return handle;
}
} // namespace

int32_t openPlugin(const Launch &launch, lc_transport_t **transport,
                   Error error) {
  char file[128], reason[512];
  snprintf(file, sizeof file, "liblcompile-comm-%.63s.so", launch.engine);
  if (strchr(launch.engine, '/'))
    return fail(error, LC_INVALID_ARGUMENT, "'%s' is not the name of an engine",
                launch.engine);
  // Never closed: MPI and Gloo leave threads behind.
  void *handle = load(file, reason);
  if (!handle)
    return fail(error, LC_UNAVAILABLE, "the engine '%s' is not available: %s",
                launch.engine, reason);
  auto open = reinterpret_cast<lc_transport_open_fn>(
      dlsym(handle, LC_TRANSPORT_OPEN_NAME));
  if (!open)
    return fail(error, LC_INCOMPATIBLE, "%s has no function %s", file,
                LC_TRANSPORT_OPEN_NAME);
  lc_transport_options_t options = {};
  options.version = LC_TRANSPORT_VERSION;
  options.rank = launch.rank;
  options.world = launch.world;
  options.address = launch.address[0] ? launch.address : nullptr;
  options.timeout_seconds = launch.timeout;
  return open(&options, transport, error.text, error.size);
}

} // namespace lcompile::rt::comm
