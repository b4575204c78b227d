// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --steps: a training over batches, on one rank or as several.
#include "lcompile-c/Comm.h"
#include "lcompile-c/Training.h"
#include "runtime/base/Platform.h"
#include "runtime/launcher/Batches.h"
#include "runtime/launcher/Run.h"
#include "runtime/launcher/Values.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
/// One rank of a training; with --world each is a thread of this process.
struct Rank {
  const Run *run;
  const Batches *batches;
  lc_channel_t *channel; // null: the only one
  uint64_t stateBytes, arenaBytes;
  float *losses; // of all ranks, step by step; of rank 0 only
  int32_t code;
  ErrorBuffer error;
  pthread_t thread;

  uint32_t index() const { return channel ? channel->rank : 0; }
  uint32_t world() const { return channel ? channel->world : 1; }
};

/// The mean loss of all ranks, and each of them.
int32_t shareLoss(Rank &rank, const lc_tensor_t &loss, float *all,
                  double &mean) {
  float mine = float(loadElement(loss.dtype, loss.data, 0));
  all[0] = mine;
  if (rank.channel)
    if (int32_t code =
            take(lc_channel_exchange(rank.channel, &mine, sizeof mine, all),
                 rank.error))
      return code;
  mean = 0;
  for (uint32_t r = 0; r < rank.world(); ++r)
    mean += double(all[r]) / rank.world();
  return LC_OK;
}

/// The first, the last, and about twenty between.
bool isShown(int64_t step, int64_t steps) {
  int64_t every = steps / 20 > 1 ? steps / 20 : 1;
  return step == 0 || step + 1 == steps || (step + 1) % every == 0;
}

int32_t runSteps(Rank &rank, lc_trainer_t *trainer, Error error) {
  const Options &options = *rank.run->options;
  const lc_function_t &function = *rank.run->function;
  uint32_t nInputs = rank.batches->count, nOutputs = 0;
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    nOutputs += function.outputs[i].alias < 0;
  lc_tensor_t inputs[maxBatchInputs], outputs[maxBatchInputs];
  if (nOutputs > maxBatchInputs)
    return fail(error, LC_INVALID_ARGUMENT, "too many outputs: %u", nOutputs);
  auto *all = static_cast<float *>(calloc(rank.world(), sizeof(float)));
  if (!all)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = LC_OK;
  int64_t start = cpuNanoseconds(), wall = wallNanoseconds();
  double first = 0, mean = 0;
  for (int64_t step = 0; code == LC_OK && step < options.steps; ++step) {
    rank.batches->take(step, rank.index(), inputs);
    memset(outputs, 0, sizeof outputs);
    code = take(lc_trainer_step(trainer, inputs, nInputs, outputs, nOutputs),
                error);
    if (code == LC_OK)
      code = shareLoss(rank, outputs[0], all, mean);
    if (code != LC_OK)
      break;
    if (step == 0)
      first = mean;
    if (rank.losses)
      memcpy(rank.losses + step * rank.world(), all,
             rank.world() * sizeof(float));
    if (options.saveEvery && (step + 1) % options.saveEvery == 0 &&
        step + 1 < options.steps)
      code = take(lc_trainer_save(trainer, options.save), error);
    if (rank.index() == 0 && isShown(step, options.steps)) {
      printf("step %lld: loss %.9g\n", static_cast<long long>(step + 1), mean);
      fflush(stdout); // whoever reads a pipe wants to see it now
    }
  }
  if (code == LC_OK && rank.index() == 0)
    printf("%lld step%s on %u rank%s: loss %.6g -> %.6g, %.4f s of wall time "
           "a step, %.4f s of processor\n",
           static_cast<long long>(options.steps), options.steps == 1 ? "" : "s",
           rank.world(), rank.world() == 1 ? "" : "s", first, mean,
           double(wallNanoseconds() - wall) / 1e9 / double(options.steps),
           double(cpuNanoseconds() - start) / 1e9 / double(options.steps));
  free(all);
  return code;
}

/// What the rank kept and communicated, a line each.
void describeRank(const Rank &rank) {
  printf("rank %u: %llu bytes of states, arena of %llu\n", rank.index(),
         static_cast<unsigned long long>(rank.stateBytes),
         static_cast<unsigned long long>(rank.arenaBytes));
  if (!rank.channel)
    return;
  lc_channel_stats_t stats = {};
  stats.struct_size = sizeof stats;
  lc_channel_stats(rank.channel, &stats);
  printf("rank %u: %llu collectives over %s, %llu bytes sent, %llu received, "
         "%.3f s waited of %.3f s under way\n",
         rank.index(), static_cast<unsigned long long>(stats.total.collectives),
         lc_channel_engine(rank.channel),
         static_cast<unsigned long long>(stats.total.bytes_sent),
         static_cast<unsigned long long>(stats.total.bytes_received),
         double(stats.total.nanoseconds_waited) / 1e9,
         double(stats.total.nanoseconds_in_flight) / 1e9);
}

int32_t runRank(Rank &rank) {
  const Run &run = *rank.run;
  lc_trainer_t *trainer;
  if (int32_t code = take(lc_trainer_open(run.instance, rank.channel, &trainer),
                          rank.error))
    return code;
  int32_t code = LC_OK;
  if (rank.channel) {
    const char *name = lc_artefact_executable(run.artefact)->name;
    code = take(lc_channel_agree(rank.channel, run.training->digest, name),
                rank.error);
  }
  if (code == LC_OK && run.options->load)
    code = take(lc_trainer_load(trainer, run.options->load), rank.error);
  if (code == LC_OK && run.options->profile)
    code = take(lc_trainer_profile_start(trainer), rank.error);
  if (code == LC_OK && run.options->steps)
    code = runSteps(rank, trainer, rank.error);
  if (code == LC_OK && run.options->profile)
    code = take(lc_trainer_profile_stop(trainer, run.options->profile),
                rank.error);
  for (uint64_t i = 0; i < run.training->n_states; ++i) {
    lc_tensor_t state;
    lc_trainer_state(trainer, uint32_t(i), &state);
    rank.stateBytes +=
        uint64_t(elementCount(state)) * lc_dtype_size(state.dtype);
  }
  lc_context_info_t info = {};
  info.struct_size = sizeof info;
  lc_context_info(lc_trainer_context(trainer), &info);
  rank.arenaBytes = info.arena_bytes;
  if (code == LC_OK && run.options->save)
    code = take(lc_trainer_save(trainer, run.options->save), rank.error);
  if (code == LC_OK && run.options->exported)
    code = take(lc_trainer_export(trainer, run.options->exported), rank.error);
  lc_trainer_close(trainer);
  return code;
}

void *rankMain(void *data) {
  auto &rank = *static_cast<Rank *>(data);
  rank.code = runRank(rank);
  // The others must not wait for a rank that failed.
  if (rank.code != LC_OK && rank.channel) {
    lc_channel_close(rank.channel);
    rank.channel = nullptr;
  }
  return nullptr;
}

/// Writes --output loss=FILE: one row a step, one column a rank.
int32_t writeLosses(const Run &run, const float *losses, uint32_t world,
                    Error error) {
  for (int k = 0; k < run.options->outputs.count; ++k) {
    const char *file = strchr(run.options->outputs.items[k], '=');
    file = file ? file + 1 : run.options->outputs.items[k];
    int64_t dims[2] = {run.options->steps, world};
    lc_tensor_t tensor = {const_cast<float *>(losses), LC_DTYPE_F32, 2, dims,
                          nullptr};
    if (int32_t code = writeNpy(file + (*file == '@'), tensor, error))
      return code;
  }
  return LC_OK;
}

int32_t runThreads(Rank *ranks, uint32_t world, Error error) {
  uint32_t started = 0;
  for (; started < world; ++started)
    if (pthread_create(&ranks[started].thread, nullptr, rankMain,
                       &ranks[started]))
      break;
  for (uint32_t r = 0; r < started; ++r)
    pthread_join(ranks[r].thread, nullptr);
  if (started < world)
    return fail(error, LC_RESOURCE_EXHAUSTED, "cannot start %u threads", world);
  return LC_OK;
}

/// The first rank's error, or that of the one which others only heard of.
int32_t firstError(Rank *ranks, uint32_t world, Error error) {
  for (uint32_t r = 0; r < world; ++r)
    if (ranks[r].code != LC_OK)
      return fail(error, lc_code_t(ranks[r].code), "%s%s",
                  world > 1 && strncmp(ranks[r].error.text, "rank ", 5)
                      ? "one rank failed: "
                      : "",
                  ranks[r].error.text);
  return LC_OK;
}

int32_t openChannels(const Run &run, uint32_t wanted, Rank *ranks,
                     uint32_t &count, Error error) {
  lc_channel_options_t options = {};
  options.struct_size = sizeof options;
  options.bytes_per_second = uint64_t(run.options->linkBytes);
  options.latency_nanoseconds = uint64_t(run.options->linkLatency * 1e3);
  options.timeout_seconds = run.options->timeout;
  count = 1;
  if (wanted == 1)
    return LC_OK;
  if (!run.options->world)
    return take(lc_channel_open(&options, &ranks[0].channel), error);
  lc_channel_t *channels[maxRanks];
  if (run.options->world > maxRanks)
    return fail(error, LC_INVALID_ARGUMENT, "--world: at most %u ranks",
                maxRanks);
  count = uint32_t(run.options->world);
  if (int32_t code =
          take(lc_channel_open_loopback(count, &options, channels), error))
    return code;
  for (uint32_t r = 0; r < count; ++r)
    ranks[r].channel = channels[r];
  return LC_OK;
}
} // namespace

int32_t runTraining(Run &run, Error error) {
  if (!run.training)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s' is no training step: compile it with lcompile train",
                lc_artefact_executable(run.artefact)->name);
  Rank ranks[maxRanks];
  memset(ranks, 0, sizeof ranks);
  uint32_t count = 0;
  int32_t code = openChannels(run, run.training->world, ranks, count, error);
  uint32_t world = ranks[0].world();
  Batches batches;
  if (code == LC_OK && (run.options->steps || run.options->data))
    code = batches.open(run, world, error);
  float *losses = nullptr;
  if (code == LC_OK && run.options->outputs.count) {
    losses = static_cast<float *>(
        calloc(size_t(run.options->steps) * world + 1, sizeof(float)));
    if (!losses)
      code = fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  if (code == LC_OK) {
    for (uint32_t r = 0; r < count; ++r) {
      ranks[r].run = &run;
      ranks[r].batches = &batches;
      ranks[r].losses = ranks[r].index() == 0 ? losses : nullptr;
    }
    if (count == 1)
      rankMain(&ranks[0]);
    else
      code = runThreads(ranks, count, error);
  }
  bool isFirst = ranks[0].index() == 0;
  if (code == LC_OK)
    code = firstError(ranks, count, error);
  for (uint32_t r = 0; code == LC_OK && run.options->steps && r < count; ++r)
    describeRank(ranks[r]);
  for (uint32_t r = 0; r < count; ++r)
    lc_channel_close(ranks[r].channel);
  if (code == LC_OK && isFirst)
    code = writeLosses(run, losses, world, error);
  free(losses);
  batches.close();
  return code;
}

} // namespace lcompile::rt
