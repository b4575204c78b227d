// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Saving and loading checkpoints.
#include "runtime/train/Checkpoint.h"

#include "lcompile-c/Training.h"
#include "runtime/base/OutputFile.h"
#include "runtime/base/Status.h"
#include "runtime/train/Parts.h"
#include "runtime/train/StateFile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile::rt {

namespace {
using LongLong = long long;

struct Latest {
  int64_t number = 0; // 0: there is none
  uint32_t ranks = 0;
};

/// PATH/NUMBER, or a file in it.
bool join(char (&result)[PATH_MAX], const char *path, int64_t number,
          int64_t rank, uint32_t ranks) {
  int length = rank < 0 ? snprintf(result, sizeof result, "%s/%lld", path,
                                   LongLong(number))
                        : snprintf(result, sizeof result,
                                   "%s/%lld/rank-%lld-of-%u.safetensors", path,
                                   LongLong(number), LongLong(rank), ranks);
  return length > 0 && size_t(length) < sizeof result;
}

Latest readLatest(const char *path) {
  char name[PATH_MAX], text[64] = {0};
  Latest latest;
  if (snprintf(name, sizeof name, "%s/latest", path) >= int(sizeof name))
    return latest;
  int descriptor = open(name, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return latest;
  ssize_t size = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  long long number;
  unsigned ranks;
  if (size > 0 && sscanf(text, "%lld %u", &number, &ranks) == 2 && number > 0 &&
      ranks > 0)
    latest = {number, ranks};
  return latest;
}

void removeCheckpoint(const char *path, int64_t number) {
  char folder[PATH_MAX], name[PATH_MAX];
  if (!join(folder, path, number, -1, 0))
    return;
  DIR *entries = opendir(folder);
  if (!entries)
    return;
  while (dirent *entry = readdir(entries))
    if (entry->d_name[0] != '.' && snprintf(name, sizeof name, "%s/%s", folder,
                                            entry->d_name) < int(sizeof name))
      unlink(name);
  closedir(entries);
  rmdir(folder);
}

/// Removes what does not count any more: older checkpoints, and what saves that
/// were interrupted left behind.
void removeOthers(const char *path, int64_t number) {
  DIR *entries = opendir(path);
  if (!entries)
    return;
  char name[PATH_MAX];
  while (dirent *entry = readdir(entries)) {
    char *end;
    long long found = strtoll(entry->d_name, &end, 10);
    if (found > 0 && !*end && found != number)
      removeCheckpoint(path, found);
    if (!strncmp(entry->d_name, "latest.tmp.", 11) &&
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name) <
            int(sizeof name))
      unlink(name);
  }
  closedir(entries);
}

void syncFolder(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    fsync(descriptor);
    close(descriptor);
  }
}

int32_t makeFolder(const char *path, Error error) {
  if (!mkdir(path, 0777) || errno == EEXIST)
    return LC_OK;
  return fail(error, LC_INVALID_ARGUMENT, "cannot make the folder '%s': %s",
              path, strerror(errno));
}

/// What this rank saves: what all have is saved once.
int32_t writePart(Trainer &trainer, const char *name, Error error) {
  uint64_t n = trainer.training->n_states;
  auto *states =
      static_cast<const State **>(calloc(n + 1, sizeof(const State *)));
  if (!states)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  uint32_t count = 0;
  for (uint64_t i = 0; i < n; ++i)
    if (trainer.states[i].isSharded() || rankOf(trainer) == 0)
      states[count++] = &trainer.states[i];
  int32_t code = writeStates(name, states, count, error);
  free(states);
  return code;
}

int32_t loadFiles(Trainer &trainer, const char *path, const TensorFile *files,
                  uint32_t count, Error error) {
  for (uint64_t i = 0; i < trainer.training->n_states; ++i)
    if (int32_t code = readState(trainer.states[i], path, files, count, error))
      return code;
  return LC_OK;
}
} // namespace

int32_t saveCheckpoint(Trainer &trainer, const char *path, Error error) {
  uint32_t rank = rankOf(trainer), world = worldOf(trainer);
  // All ranks must see the same number: nobody writes `latest` before all have
  // read it, which agree() makes sure of.
  Latest before = readLatest(path);
  int64_t number = before.number + 1;
  char folder[PATH_MAX], name[PATH_MAX];
  int32_t code =
      join(folder, path, number, -1, 0) && join(name, path, number, rank, world)
          ? int32_t(LC_OK)
          : fail(error, LC_INVALID_ARGUMENT, "path is too long");
  if (code == LC_OK && rank == 0) {
    code = makeFolder(path, error);
    removeCheckpoint(path, number); // left behind by one that was interrupted
    if (code == LC_OK)
      code = makeFolder(folder, error);
  }
  if (int32_t failed = agree(trainer, code, error))
    return failed;
  code = writePart(trainer, name, error);
  if (int32_t failed = agree(trainer, code, error))
    return failed;
  if (rank == 0) {
    syncFolder(folder);
    syncFolder(path);
    snprintf(name, sizeof name, "%s/latest", path);
    OutputFile file;
    code = file.open(name, error);
    if (code == LC_OK) {
      file.print("%lld %u\n", LongLong(number), world);
      code = file.commit(error, /*durable=*/true);
    }
    syncFolder(path);
    if (code == LC_OK)
      removeOthers(path, number);
  }
  return agree(trainer, code, error);
}

int32_t loadCheckpoint(Trainer &trainer, const char *path, Error error) {
  Latest latest = readLatest(path);
  if (!latest.number)
    return fail(error, LC_INVALID_ARGUMENT, "no checkpoint in '%s'", path);
  auto *files =
      static_cast<TensorFile *>(calloc(latest.ranks, sizeof(TensorFile)));
  if (!files)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int32_t code = LC_OK;
  for (uint32_t r = 0; code == LC_OK && r < latest.ranks; ++r) {
    char name[PATH_MAX];
    code = join(name, path, latest.number, r, latest.ranks)
               ? files[r].open(name, error)
               : fail(error, LC_INVALID_ARGUMENT, "path is too long");
  }
  if (code == LC_OK)
    code = loadFiles(trainer, path, files, latest.ranks, error);
  for (uint32_t r = 0; r < latest.ranks; ++r)
    files[r].close();
  free(files);
  return code;
}

} // namespace lcompile::rt

using namespace lcompile::rt;

lc_status_t lc_trainer_save(lc_trainer_t *trainer, const char *path) {
  ErrorBuffer error;
  return toStatus(
      saveCheckpoint(*reinterpret_cast<Trainer *>(trainer), path, error),
      error);
}

lc_status_t lc_trainer_load(lc_trainer_t *trainer, const char *path) {
  ErrorBuffer error;
  return toStatus(
      loadCheckpoint(*reinterpret_cast<Trainer *>(trainer), path, error),
      error);
}
