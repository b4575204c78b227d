// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One Chrome trace of all ranks.
#include "lcompile-c/Training.h"
#include "runtime/base/Platform.h"
#include "runtime/base/Status.h"
#include "runtime/train/Parts.h"

#include <stdio.h>

namespace lcompile::rt {

static int32_t startProfile(Trainer &trainer, Error error) {
  Trace &trace = trainer.context->trace;
  int32_t code = agree(trainer, trace.start(error), error);
  // The clocks of all are zero where the last one has come so far.
  trace.origin = wallNanoseconds();
  return code;
}

/// The rank's events, without what is around them.
static int32_t writeEvents(Trainer &trainer, const char *path, Error error) {
  char process[32];
  snprintf(process, sizeof process, "rank %u", rankOf(trainer));
  OutputFile file;
  if (int32_t code = file.open(path, error))
    return code;
  trainer.context->trace.writeEvents(
      file, *trainer.context->instance->executable, rankOf(trainer), process);
  return file.commit(error);
}

static int32_t stopProfile(Trainer &trainer, const char *path, Error error) {
  Trace &trace = trainer.context->trace;
  if (!trace.recording())
    return fail(error, LC_INVALID_ARGUMENT,
                "the profile was not started before it was stopped");
  Parts parts(trainer, path);
  int32_t code = parts.name(rankOf(trainer), error);
  if (code == LC_OK)
    code = writeEvents(trainer, parts.current, error);
  uint64_t dropped = trace.droppedEvents();
  trace.discard();
  if (int32_t failed = agree(trainer, code, error))
    return failed;
  if (int32_t failed = sumOverRanks(trainer, dropped, error))
    return failed;
  if (rankOf(trainer) == 0) {
    OutputFile file;
    code = file.open(path, error);
    if (code == LC_OK)
      Trace::writeHead(file, *trainer.context->instance->executable, dropped);
    for (uint32_t r = 0; code == LC_OK && r < worldOf(trainer); ++r) {
      if (r)
        file.print(",");
      code = parts.appendTo(file, r, error);
    }
    Trace::writeEnd(file);
    if (code == LC_OK)
      code = file.commit(error);
  }
  return agree(trainer, code, error);
}

} // namespace lcompile::rt

using namespace lcompile::rt;

lc_status_t lc_trainer_profile_start(lc_trainer_t *trainer) {
  ErrorBuffer error;
  return toStatus(startProfile(*reinterpret_cast<Trainer *>(trainer), error),
                  error);
}

lc_status_t lc_trainer_profile_stop(lc_trainer_t *trainer, const char *path) {
  ErrorBuffer error;
  return toStatus(
      stopProfile(*reinterpret_cast<Trainer *>(trainer), path, error), error);
}
