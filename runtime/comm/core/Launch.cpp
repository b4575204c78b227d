// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Launcher detection.
#include "runtime/comm/core/Launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace lcompile::rt::comm {

namespace {
using Variable = const char *(*)(const char *name);

/// LC_INVALID_ARGUMENT when the variable is set, but is no number.
int32_t number(Variable variable, const char *name, uint32_t &value,
               bool &found, Error error) {
  const char *text = variable(name);
  found = text && *text;
  if (!found)
    return LC_OK;
  char *end;
  unsigned long parsed = strtoul(text, &end, 10);
  if (*end || parsed > INT32_MAX || *text == '-')
    return fail(error, LC_INVALID_ARGUMENT, "%s='%s' is not a number", name,
                text);
  value = uint32_t(parsed);
  return LC_OK;
}

int32_t rankAndWorld(Variable variable, const char *rankName,
                     const char *worldName, Launch &launch, bool &found,
                     Error error) {
  bool rank, world;
  if (int32_t code = number(variable, rankName, launch.rank, rank, error))
    return code;
  if (int32_t code = number(variable, worldName, launch.world, world, error))
    return code;
  found = rank && world;
  if (found && launch.rank >= launch.world)
    return fail(error, LC_INVALID_ARGUMENT, "%s=%u, but %s=%u", rankName,
                launch.rank, worldName, launch.world);
  return LC_OK;
}

void name(Launch &launch, const char *engine) {
  snprintf(launch.engine, sizeof launch.engine, "%s", engine);
}

/// How many processes mpirun or srun have started; 0: they have not. A batch
/// script's own process has some of these variables, so those of its steps are
/// asked for.
uint32_t mpiWorld(Variable variable) {
  static const char *const names[][2] = {
      {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
      {"PMI_SIZE", "PMI_RANK"},
      {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};
  for (auto &pair : names)
    if (const char *size = variable(pair[0]); size && variable(pair[1]))
      return uint32_t(strtoul(size, nullptr, 10));
  return 0;
}

/// MASTER_PORT itself belongs to the store of torch.distributed, which torchrun
/// starts before us: ours is the port after it.
int32_t fromTorchrun(Variable variable, Launch &launch, bool &found,
                     Error error) {
  const char *host = variable("MASTER_ADDR"), *port = variable("MASTER_PORT");
  found = host && port;
  if (!found)
    return LC_OK;
  if (int32_t code =
          rankAndWorld(variable, "RANK", "WORLD_SIZE", launch, found, error))
    return code;
  if (found && !launch.address[0])
    snprintf(launch.address, sizeof launch.address, "%.250s:%lu", host,
             strtoul(port, nullptr, 10) + 1);
  return LC_OK;
}

/// Fills in engine, rank and world, as far as they are not set.
int32_t fromLauncher(Variable variable, Launch &launch, Error error) {
  uint32_t mpi = mpiWorld(variable);
  bool any = !launch.engine[0];
  if (mpi && (any || !strcmp(launch.engine, "mpi"))) {
    name(launch, mpi > 1 || !any ? "mpi" : "single");
    return LC_OK;
  }
  bool found = false;
  if (any || !strcmp(launch.engine, "gloo"))
    if (int32_t code = fromTorchrun(variable, launch, found, error))
      return code;
  if (any)
    name(launch, found && launch.world > 1 ? "gloo" : "single");
  return LC_OK;
}
} // namespace

int32_t detectTimeout(const lc_channel_options_t &options, Variable variable,
                      double &timeout, Error error) {
  timeout = options.timeout_seconds > 0 ? options.timeout_seconds : 60;
  const char *text = variable("LCOMPILE_COMM_TIMEOUT");
  if (options.timeout_seconds > 0 || !text || !*text)
    return LC_OK;
  char *end;
  timeout = strtod(text, &end);
  return *end || !(timeout > 0)
             ? fail(error, LC_INVALID_ARGUMENT,
                    "LCOMPILE_COMM_TIMEOUT='%s' is not a number of seconds",
                    text)
             : int32_t(LC_OK);
}

int32_t detectLaunch(const lc_channel_options_t &options, Variable variable,
                     Launch &launch, Error error) {
  launch = {};
  const char *engine = options.engine, *address = options.address;
  if (!engine)
    engine = variable("LCOMPILE_COMM");
  if (!address)
    address = variable("LCOMPILE_MASTER");
  if (engine)
    name(launch, engine);
  if (address)
    snprintf(launch.address, sizeof launch.address, "%s", address);
  if (int32_t code = detectTimeout(options, variable, launch.timeout, error))
    return code;
  launch.rank = options.rank;
  launch.world = options.world;
  bool known = options.world;
  if (known && options.rank >= options.world)
    return fail(error, LC_INVALID_ARGUMENT, "rank %u of %u ranks", options.rank,
                options.world);
  if (!known)
    if (int32_t code = rankAndWorld(variable, "LCOMPILE_RANK", "LCOMPILE_WORLD",
                                    launch, known, error))
      return code;
  if (!known) {
    launch.rank = launch.world = 0;
    if (int32_t code = fromLauncher(variable, launch, error))
      return code;
  } else if (!engine) {
    name(launch, launch.world > 1 ? "gloo" : "single");
  }
  if (!strcmp(launch.engine, "single")) {
    if (launch.world > 1)
      return fail(error, LC_INVALID_ARGUMENT,
                  "the engine 'single' is for one rank, not %u", launch.world);
    launch.rank = 0, launch.world = 1;
  }
  if (!strcmp(launch.engine, "gloo")) {
    if (!launch.world)
      return fail(error, LC_INVALID_ARGUMENT,
                  "gloo needs to know rank and world: set LCOMPILE_RANK and "
                  "LCOMPILE_WORLD, or start with torchrun");
    if (!launch.address[0] && launch.world > 1)
      return fail(error, LC_INVALID_ARGUMENT,
                  "gloo needs to know where rank 0 is: set "
                  "LCOMPILE_MASTER=host:port");
  }
  return LC_OK;
}

} // namespace lcompile::rt::comm
