// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mapping and checking `.weights` files.
#include "runtime/memory/Weights.h"

#include "runtime/base/Digest.h"
#include "runtime/base/Platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile::rt {

namespace {
/// Replaces the file name in `path` by `file`. False when it does not fit.
bool beside(char (&path)[PATH_MAX], const char *file) {
  char *slash = strrchr(path, '/');
  size_t folder = slash ? size_t(slash - path) + 1 : 0;
  if (folder + strlen(file) + 1 > sizeof path)
    return false;
  strcpy(path + folder, file);
  return true;
}

/// The weights file of an artefact that is at `artefactPath`, or that is linked
/// into this process: beside the object that holds it, else beside the program.
bool findWeights(const lc_executable_t &executable, const char *artefactPath,
                 char (&path)[PATH_MAX]) {
  Dl_info info;
  if (artefactPath && *artefactPath) {
    snprintf(path, sizeof path, "%s", artefactPath);
    return beside(path, executable.weights_file);
  }
  if (dladdr(&executable, &info) && info.dli_fname) {
    snprintf(path, sizeof path, "%s", info.dli_fname);
    if (beside(path, executable.weights_file) && !access(path, R_OK))
      return true;
  }
  programPath(path);
  return beside(path, executable.weights_file);
}

int32_t checkWeights(const lc_executable_t &executable, const Weights &weights,
                     bool verify, Error error) {
  const char *path = weights.path;
  if (weights.size < sizeof(lc_weights_header_t))
    return fail(error, LC_INCOMPATIBLE,
                "weights file '%s' is too short: %zu bytes", path,
                weights.size);
  lc_weights_header_t header;
  memcpy(&header, weights.data, sizeof header);
  if (header.magic != LC_WEIGHTS_MAGIC)
    return fail(error, LC_INCOMPATIBLE, "'%s' is not a weights file", path);
  if (header.size != weights.size || header.size != executable.weights_size)
    return fail(error, LC_INCOMPATIBLE,
                "weights file '%s' is truncated or of another model: expected "
                "%llu bytes, found %zu",
                path, static_cast<unsigned long long>(executable.weights_size),
                weights.size);
  if (strncmp(header.build_id, executable.build_id, sizeof header.build_id) ||
      (executable.weights_digest &&
       digest(&header, sizeof header) != executable.weights_digest))
    return fail(error, LC_INCOMPATIBLE,
                "weights file '%s' belongs to another build: expected %s, "
                "found %.32s",
                path, executable.build_id, header.build_id);
  if (verify && digest(weights.data + sizeof header,
                       weights.size - sizeof header) != header.digest)
    return fail(error, LC_INCOMPATIBLE,
                "weights file '%s' is corrupted: its digest does not match",
                path);
  return LC_OK;
}
} // namespace

int32_t openWeights(const lc_executable_t &executable, const char *path,
                    const char *artefactPath, bool verify, Weights &weights,
                    Error error) {
  if (executable.weights || !executable.weights_file) {
    if (path)
      return fail(error, LC_INVALID_ARGUMENT,
                  "weights file '%s' given, but the weights of '%s' are "
                  "embedded",
                  path, executable.name);
    weights.data = executable.weights;
    weights.size = executable.weights_size;
    // Memory of a just-in-time compiler belongs to no file: dropping its pages
    // would zero them.
    Dl_info info;
    weights.fileBacked =
        weights.data && dladdr(weights.data, &info) && info.dli_fname;
    return LC_OK;
  }
  char found[PATH_MAX];
  if (!path) {
    if (!findWeights(executable, artefactPath, found))
      return fail(error, LC_INVALID_ARGUMENT,
                  "path of weights file '%s' is too long",
                  executable.weights_file);
    path = found;
  }
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(error, LC_INVALID_ARGUMENT, "cannot open weights file '%s': %s",
                path, strerror(errno));
  struct stat status;
  void *data = MAP_FAILED;
  size_t size = 0;
  if (!fstat(file, &status) && S_ISREG(status.st_mode)) {
    size = size_t(status.st_size);
    if (size)
      data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  }
  close(file);
  if (data == MAP_FAILED)
    return fail(error, LC_INCOMPATIBLE, "cannot map weights file '%s'", path);
  weights.data = static_cast<const uint8_t *>(data);
  weights.size = size;
  weights.mapped = weights.fileBacked = true;
  weights.path = strdup(path);
  int32_t code = weights.path
                     ? checkWeights(executable, weights, verify, error)
                     : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  if (code != LC_OK)
    closeWeights(weights);
  return code;
}

size_t releasePages(const Weights &weights, const void *data, size_t size) {
  if (!weights.fileBacked)
    return 0;
  constexpr uintptr_t page = 4096;
  uintptr_t begin = (uintptr_t(data) + page - 1) / page * page;
  uintptr_t end = (uintptr_t(data) + size) / page * page;
  if (begin >= end)
    return 0;
  return madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED)
             ? 0
             : end - begin;
}

void closeWeights(Weights &weights) {
  if (weights.mapped)
    munmap(const_cast<uint8_t *>(weights.data), weights.size);
  free(weights.path);
  weights = {};
}

} // namespace lcompile::rt
