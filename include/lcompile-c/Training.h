/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Running compiled training steps: a trainer keeps the states of a step
 * (parameters, what the optimizer keeps for each, running statistics, counters)
 * from call to call.
 *
 * With N ranks, each has a trainer of its own over a channel of its own
 * (lcompile-c/Comm.h), and all call the functions that are marked "together" in
 * the same order.
 * Threads: one call at a time per trainer.
 *
 * Changes:
 *   1.0  first version
 *   1.1  lc_trainer_bind
 *   1.2  lc_executable_training, lc_trainer_export, lc_trainer_profile_start,
 *        lc_trainer_profile_stop
 */
#ifndef LCOMPILE_C_TRAINING_H
#define LCOMPILE_C_TRAINING_H

#include "lcompile-c/Channel.h"
#include "lcompile-c/Runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lc_trainer_s lc_trainer_t;

/* What makes a function of the executable a training step, or NULL. */
LC_API const lc_training_t *
lc_executable_training(const lc_executable_t *executable);

/* A trainer of the artefact's training step, with the states that the model
 * began with. `channel` (NULL for a step of one rank) stays the caller's and
 * must outlive the trainer; it says which part of sharded states this rank
 * holds. LC_INVALID_ARGUMENT: no training step inside, or compiled for another
 * number of ranks. */
LC_API lc_status_t lc_trainer_open(lc_instance_t *instance,
                                   lc_channel_t *channel,
                                   lc_trainer_t **trainer);
LC_API void lc_trainer_close(lc_trainer_t *trainer);

/* One step, together. `inputs` are those of the function that are no states,
 * `outputs` those that update nothing, in the function's order; see
 * lc_context_run. The first output is the loss of this rank's batch. After an
 * error the states are unspecified. */
LC_API lc_status_t lc_trainer_step(lc_trainer_t *trainer,
                                   const lc_tensor_t *inputs, uint32_t n_inputs,
                                   lc_tensor_t *outputs, uint32_t n_outputs);

/* The indices, among the function's, of the inputs that a step takes; ends with
 * UINT32_MAX. Valid as long as the trainer. */
LC_API const uint32_t *lc_trainer_inputs(const lc_trainer_t *trainer);

/* State `index` of lc_training_t as this rank holds it: whole, or its part,
 * flat. The memory is the trainer's and may be written between steps. */
LC_API void lc_trainer_state(lc_trainer_t *trainer, uint32_t index,
                             lc_tensor_t *tensor);

/* Keeps state `index` in the caller's memory from now on, with the values that
 * are there: dense, of the dtype and sizes that lc_trainer_state gives. It must
 * outlive the trainer.
 * LC_INVALID_ARGUMENT: another dtype or number of elements. */
LC_API lc_status_t lc_trainer_bind(lc_trainer_t *trainer, uint32_t index,
                                   const lc_tensor_t *tensor);

/* Saves all states under the folder `path`, together: each rank its parts, and
 * of states that all ranks have rank 0. The checkpoint counts only when all of
 * it is on the disk; until then, and when saving is interrupted, `path` holds
 * the one before. All ranks must see the same folder. */
LC_API lc_status_t lc_trainer_save(lc_trainer_t *trainer, const char *path);

/* Loads the states by name from a folder of lc_trainer_save, however many ranks
 * and whatever stage of sharding saved it.
 * LC_INVALID_ARGUMENT: no checkpoint there, or of another model, with the state
 * that is missing or differs; LC_INCOMPATIBLE: damaged. */
LC_API lc_status_t lc_trainer_load(lc_trainer_t *trainer, const char *path);

/* Writes what the model computes with, parameters and running statistics, whole
 * and under their names, into one file in the safetensors format, together.
 * What is not trained (frozen parameters, constants) is not among it. All ranks
 * must see the same folder. */
LC_API lc_status_t lc_trainer_export(lc_trainer_t *trainer, const char *path);

/* Starts to record what all ranks do, together. */
LC_API lc_status_t lc_trainer_profile_start(lc_trainer_t *trainer);
/* Stops, together, and writes one trace in Chrome's format: a process for each
 * rank, with its kernels, its starts of collectives and waits for them, and
 * each transfer from one to the other. The clocks of the ranks begin where they
 * met in lc_trainer_profile_start. All must see the same folder. */
LC_API lc_status_t lc_trainer_profile_stop(lc_trainer_t *trainer,
                                           const char *path);

/* The context that runs the steps, for lc_context_info and profiles. */
LC_API lc_context_t *lc_trainer_context(lc_trainer_t *trainer);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_TRAINING_H */
