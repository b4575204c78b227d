// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that appear whole or not at all.
#include "lib/Support/OutputFile.h"

#include "llvm/Support/Signals.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile {

llvm::Error OutputFile::failure(llvm::StringRef what) const {
  return llvm::createStringError("cannot " + what + " '" + path +
                                 "': " + std::strerror(errno));
}

llvm::Expected<OutputFile> OutputFile::create(llvm::StringRef path,
                                              bool executable) {
  OutputFile file;
  file.path = path.str();
  struct stat status;
  if (::stat(file.path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // A folder fails here; what is no file must not be replaced by one.
    file.descriptor = ::open(file.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file.descriptor < 0)
      return file.failure("write");
    return file;
  }
  std::string name = file.path + ".XXXXXX.tmp";
  file.descriptor = ::mkostemps(name.data(), 4, O_CLOEXEC);
  if (file.descriptor < 0)
    return file.failure("write");
  file.temporary = name;
  llvm::sys::RemoveFileOnSignal(name);
  // mkostemps makes private files; give it what open() would.
  mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file.descriptor, (executable ? 0777 : 0666) & ~mask);
  return file;
}

OutputFile::OutputFile(OutputFile &&other)
    : path(std::move(other.path)), temporary(std::move(other.temporary)),
      descriptor(other.descriptor) {
  other.descriptor = -1;
  other.temporary.clear();
}

OutputFile::~OutputFile() {
  if (descriptor >= 0)
    ::close(descriptor);
  discard();
}

void OutputFile::discard() {
  if (temporary.empty())
    return;
  ::unlink(temporary.c_str());
  llvm::sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
}

llvm::Error OutputFile::write(llvm::ArrayRef<char> bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return failure("write");
    bytes = bytes.drop_front(n);
  }
  return llvm::Error::success();
}

llvm::Error OutputFile::writeAt(uint64_t offset, llvm::ArrayRef<char> bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return failure("write");
    bytes = bytes.drop_front(n);
    offset += n;
  }
  return llvm::Error::success();
}

llvm::Error OutputFile::commit() {
  // Some file systems report a full disk only here.
  int closed = ::close(descriptor);
  descriptor = -1;
  if (closed)
    return failure("write");
  if (temporary.empty())
    return llvm::Error::success();
  if (::rename(temporary.c_str(), path.c_str()))
    return failure("write");
  llvm::sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  return llvm::Error::success();
}

llvm::Error writeFile(llvm::StringRef path, llvm::ArrayRef<char> bytes) {
  llvm::Expected<OutputFile> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->write(bytes))
    return error;
  return file->commit();
}

} // namespace lcompile
