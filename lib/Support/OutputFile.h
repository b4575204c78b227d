// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that appear whole or not at all.
#ifndef LIB_SUPPORT_OUTPUTFILE_H
#define LIB_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace lcompile {

/// Written under a temporary name beside `path` and renamed by commit().
/// Without commit(), also when a signal ends the process, nothing stays.
/// Devices and pipes are written directly. Errors name the path and the
/// system's reason.
class OutputFile {
public:
  static llvm::Expected<OutputFile> create(llvm::StringRef path,
                                           bool executable = false);
  OutputFile(OutputFile &&other);
  OutputFile &operator=(OutputFile &&) = delete;
  ~OutputFile();

  llvm::Error write(llvm::ArrayRef<char> bytes);
  /// Replaces bytes that were written already.
  llvm::Error writeAt(uint64_t offset, llvm::ArrayRef<char> bytes);
  llvm::Error commit();
  /// The temporary name, for tools that write by themselves.
  const std::string &temporaryPath() const { return temporary; }

private:
  OutputFile() = default;
  llvm::Error failure(llvm::StringRef what) const;
  void discard();

  std::string path, temporary;
  int descriptor = -1;
};

/// Writes a whole file.
llvm::Error writeFile(llvm::StringRef path, llvm::ArrayRef<char> bytes);

} // namespace lcompile

#endif // LIB_SUPPORT_OUTPUTFILE_H
