// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ranks there are: options, our own variables, then launchers'.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_LAUNCH_H
#define LCOMPILE_RUNTIME_COMM_CORE_LAUNCH_H

#include "lcompile-c/Comm.h"
#include "runtime/base/Error.h"

namespace lcompile::rt::comm {

struct Launch {
  char engine[64];
  uint32_t rank, world; // world 0: the engine's launcher says
  char address[300];    // "" when not known
  double timeout;       // seconds
};

/// What Comm.h says, read from `variable` ("getenv").
int32_t detectLaunch(const lc_channel_options_t &options,
                     const char *(*variable)(const char *name), Launch &launch,
                     Error error);

/// The timeout that holds for these options, in seconds.
int32_t detectTimeout(const lc_channel_options_t &options,
                      const char *(*variable)(const char *name),
                      double &timeout, Error error);

/// Loads the plug-in of an engine and opens its transport.
int32_t openPlugin(const Launch &launch, lc_transport_t **transport,
                   Error error);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_LAUNCH_H
