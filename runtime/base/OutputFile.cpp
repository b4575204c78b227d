// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Buffered writing with a rename at the end.
#include "runtime/base/OutputFile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile::rt {

OutputFile::~OutputFile() {
  if (descriptor < 0)
    return;
  close(descriptor);
  if (temporary[0])
    unlink(temporary);
}

int32_t OutputFile::open(const char *path, Error error) {
  int length =
      snprintf(temporary, sizeof temporary, "%s.tmp.%d", path, int(getpid()));
  if (length < 0 || size_t(length) >= sizeof temporary)
    return fail(error, LC_INVALID_ARGUMENT, "path is too long");
  strcpy(target, path);
  struct stat status;
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
    // What is no file (a device, a pipe) must not be replaced by one.
    temporary[0] = 0;
    descriptor = ::open(path, O_WRONLY | O_CLOEXEC);
    return descriptor < 0 ? fail(error, LC_INVALID_ARGUMENT,
                                 "cannot write '%s': %s", path, strerror(errno))
                          : int32_t(LC_OK);
  }
  descriptor =
      ::open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return fail(error, LC_INVALID_ARGUMENT, "cannot write '%s': %s", path,
                strerror(errno));
  return LC_OK;
}

void OutputFile::flush() {
  const char *data = buffer;
  while (used && !failure) {
    ssize_t written = ::write(descriptor, data, used);
    if (written < 0) {
      if (errno != EINTR)
        failure = errno;
      continue;
    }
    data += written;
    used -= size_t(written);
  }
  used = 0;
}

void OutputFile::write(const void *data, size_t size) {
  auto *bytes = static_cast<const char *>(data);
  total += size;
  while (size) {
    size_t part = sizeof buffer - used;
    if (part > size)
      part = size;
    memcpy(buffer + used, bytes, part);
    used += part;
    bytes += part;
    size -= part;
    if (used == sizeof buffer)
      flush();
  }
}

void OutputFile::print(const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (length > 0)
    write(text,
          size_t(length) < sizeof text ? size_t(length) : sizeof text - 1);
}

int32_t OutputFile::commit(Error error, bool durable) {
  flush();
  if (durable && temporary[0] && !failure && fsync(descriptor))
    failure = errno;
  if (close(descriptor) && !failure)
    failure = errno;
  descriptor = -1;
  if (!failure && temporary[0] && rename(temporary, target))
    failure = errno;
  if (!failure)
    return LC_OK;
  if (temporary[0])
    unlink(temporary);
  return fail(error, LC_RESOURCE_EXHAUSTED, "cannot write '%s': %s", target,
              strerror(failure));
}

} // namespace lcompile::rt
