// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lc_artefact_open: from a path to an artefact in this process.
#include "runtime/api/Api.h"
#include "runtime/base/Status.h"
#include "runtime/loader/Elf.h"
#include "runtime/loader/Footer.h"
#include "runtime/loader/Instance.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

using namespace lcompile::rt;

namespace {
/// Loads FOLDER/LIBRARY. Once loaded, the artefact's need for LIBRARY is met.
bool loadFrom(const char *folder, size_t length, const char *library) {
  char path[PATH_MAX];
  int written =
      snprintf(path, sizeof path, "%.*s/%s", int(length), folder, library);
  return written > 0 && size_t(written) < sizeof path &&
         dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

/// Loads the needed libraries that are in a folder.
void loadFolder(const ElfNeeds &needs, const char *folder, size_t length) {
  for (int i = 0; i < needs.count; ++i)
    loadFrom(folder, length, needs.libraries[i]);
}

/// After dlopen failed: names the library that is missing, if one is.
int32_t explainFailure(const ElfNeeds &needs, const char *name,
                       const char *message, Error error) {
  for (int i = 0; i < needs.count; ++i)
    if (strstr(message, needs.libraries[i]) &&
        !dlopen(needs.libraries[i], RTLD_NOW | RTLD_LOCAL))
      return fail(error, LC_UNAVAILABLE,
                  "'%s' needs the library %s, which is not found; add its "
                  "folder to LD_LIBRARY_PATH",
                  name, needs.libraries[i]);
  return fail(error, LC_UNAVAILABLE, "cannot load '%s': %s", name, message);
}

/// Keeps the needed libraries loaded for good: the threads that OpenMP keeps
/// would run in unmapped code when the last artefact is closed.
void pin(const ElfNeeds &needs) {
  for (int i = 0; i < needs.count; ++i)
    dlopen(needs.libraries[i], RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/// The artefact's own search path and the system's come first, then the folder
/// of this library.
int32_t load(const char *path, const char *libraryPath, const ElfNeeds &needs,
             void **handle, Error error) {
  if (libraryPath)
    loadFolder(needs, libraryPath, strlen(libraryPath));
  *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (*handle)
    return LC_OK;
  char message[512];
  snprintf(message, sizeof message, "%s", dlerror());
  Dl_info self = {};
  dladdr(reinterpret_cast<void *>(&lc_artefact_open), &self);
  if (const char *slash =
          self.dli_fname ? strrchr(self.dli_fname, '/') : nullptr) {
    loadFolder(needs, self.dli_fname, size_t(slash - self.dli_fname));
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  }
  return *handle ? int32_t(LC_OK) : explainFailure(needs, path, message, error);
}

/// Checks the file, then loads it. It is mapped meanwhile, since `needs` points
/// into it.
int32_t checkAndLoad(const char *path, const char *libraryPath, void **handle,
                     Error error) {
  const uint8_t *data;
  size_t size;
  if (int32_t code = mapFile(path, &data, &size, error))
    return code;
  lc_footer_t footer;
  ElfNeeds needs;
  int32_t code = LC_OK;
  if (size < 4 || memcmp(data, "\177ELF", 4))
    code = fail(error, LC_INCOMPATIBLE, "'%s' is not a shared object", path);
  // The digest first: nothing else in a damaged file can be believed.
  if (code == LC_OK)
    code = checkFooter(data, size, path, footer, error);
  if (code == LC_OK)
    code = checkElf(data, size, path, needs, error);
  if (code == LC_OK)
    code = load(path, libraryPath, needs, handle, error);
  if (code == LC_OK)
    pin(needs);
  munmap(const_cast<uint8_t *>(data), size);
  return code;
}

int32_t openFile(const char *path, const char *libraryPath,
                 lc_artefact_t **artefact, Error error) {
  char absolute[PATH_MAX];
  // dlopen searches for names without a slash; we never do.
  if (!realpath(path, absolute))
    return fail(error, LC_INVALID_ARGUMENT, "cannot open '%s': no such file",
                path);
  void *handle = nullptr;
  if (int32_t code = checkAndLoad(absolute, libraryPath, &handle, error))
    return code;
  auto query = reinterpret_cast<lc_executable_query_fn>(
      dlsym(handle, LC_EXECUTABLE_QUERY_NAME));
  int32_t code = query ? checkExecutable(query(LC_EXECUTABLE_VERSION), error)
                       : fail(error, LC_INCOMPATIBLE,
                              "'%s' is not an lcompile artefact", path);
  if (code == LC_OK) {
    *artefact = makeArtefact(query(LC_EXECUTABLE_VERSION), absolute, handle,
                             [](void *handle) { dlclose(handle); });
    if (!*artefact)
      code = fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  }
  if (code != LC_OK)
    dlclose(handle);
  return code;
}
} // namespace

lc_status_t lc_artefact_open(const char *path,
                             const lc_artefact_options_t *options,
                             lc_artefact_t **artefact) {
  const char *libraryPath =
      options && options->struct_size >= sizeof(lc_artefact_options_t)
          ? options->library_path
          : nullptr;
  ErrorBuffer error;
  return toStatus(openFile(path, libraryPath, artefact, error), error);
}
