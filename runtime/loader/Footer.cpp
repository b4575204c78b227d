// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A digest over the whole file: a flipped bit in code is found before it runs.
#include "runtime/loader/Footer.h"

#include "runtime/base/Digest.h"
#include "runtime/base/Isa.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile::rt {

int32_t checkFooter(const uint8_t *data, size_t size, const char *name,
                    lc_footer_t &footer, Error error) {
  if (size < sizeof footer)
    return fail(error, LC_INCOMPATIBLE, "'%s' is not an lcompile artefact",
                name);
  memcpy(&footer, data + size - sizeof footer, sizeof footer);
  if (footer.magic != LC_FOOTER_MAGIC)
    return fail(error, LC_INCOMPATIBLE,
                "'%s' is truncated, stripped or not an lcompile artefact",
                name);
  constexpr size_t tail = sizeof footer.digest;
  if (footer.struct_size != sizeof footer || footer.size != size ||
      digest(data, size - tail) != footer.digest)
    return fail(error, LC_INCOMPATIBLE,
                "'%s' is corrupted: its digest does not match", name);
  uint32_t major = footer.version >> 16, minor = footer.version & 0xffff;
  if (major != LC_EXECUTABLE_VERSION_MAJOR ||
      minor > LC_EXECUTABLE_VERSION_MINOR)
    return fail(error, LC_INCOMPATIBLE,
                "'%s' has artefact version %u.%u; this runtime runs %u.0 to "
                "%u.%u",
                name, major, minor, LC_EXECUTABLE_VERSION_MAJOR,
                LC_EXECUTABLE_VERSION_MAJOR, LC_EXECUTABLE_VERSION_MINOR);
  return checkIsa(footer.isa, error);
}

int32_t mapFile(const char *path, const uint8_t **data, size_t *size,
                Error error) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(error, LC_INVALID_ARGUMENT, "cannot open '%s': %s", path,
                strerror(errno));
  struct stat status;
  bool regular = !fstat(file, &status) && S_ISREG(status.st_mode);
  void *mapping = MAP_FAILED;
  if (regular && status.st_size > 0)
    mapping =
        mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (!regular)
    return fail(error, LC_INVALID_ARGUMENT, "'%s' is not a regular file", path);
  if (mapping == MAP_FAILED)
    return fail(error, LC_INCOMPATIBLE, "'%s' is empty or cannot be mapped",
                path);
  *data = static_cast<const uint8_t *>(mapping);
  *size = size_t(status.st_size);
  return LC_OK;
}

int32_t checkFooter(const char *path, lc_footer_t &footer, Error error) {
  const uint8_t *data;
  size_t size;
  if (int32_t code = mapFile(path, &data, &size, error))
    return code;
  int32_t code = checkFooter(data, size, path, footer, error);
  munmap(const_cast<uint8_t *>(data), size);
  return code;
}

} // namespace lcompile::rt
