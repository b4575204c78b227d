// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A .pt2 file: a zip archive whose stored entries are slices of the mapped
// file.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_ARCHIVE_H
#define LIB_IMPORT_EXPORTEDPROGRAM_ARCHIVE_H

#include "lib/Import/ExportedProgram/Failure.h"
#include "lib/Import/ExportedProgram/ZipDirectory.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <optional>

struct zip;

namespace lcompile::import {

/// Contents of an entry.
struct Bytes {
  llvm::ArrayRef<char> data;
  std::shared_ptr<const void> owner; // keeps data alive

  llvm::StringRef text() const { return {data.data(), data.size()}; }
};

class Archive {
public:
  /// Maps and checks the file; null on error.
  static std::unique_ptr<Archive> open(llvm::StringRef path, Failure &failure);
  ~Archive();

  /// Names of the entries below the archive's root folder, in file order.
  const std::vector<std::string> &names() const { return list; }
  bool has(llvm::StringRef name) const { return entries.count(name); }
  /// The contents of an entry, its checksum verified.
  std::optional<Bytes> read(llvm::StringRef name, Failure &failure);
  /// The size of an entry without reading it; 0 when there is none.
  uint64_t sizeOf(llvm::StringRef name) const;

private:
  Archive() = default;
  bool openZip(Failure &failure);
  bool findRoot(Failure &failure);
  bool checkMarkers(Failure &failure);
  std::optional<Bytes> inflate(const ZipEntry &entry, Failure &failure);

  llvm::ArrayRef<char> file;
  std::shared_ptr<const void> mapping; // of the whole file
  ::zip *handle = nullptr;
  std::vector<ZipEntry> directory;
  std::vector<std::string> list;
  llvm::StringMap<size_t> entries; // by name below the root
  llvm::StringMap<Bytes> contents; // read and verified
};

/// What a file is when it is not an archive: "is a text file".
std::string describeFile(llvm::ArrayRef<char> file);
/// What a zip archive holds when it is no exported program, and what to do.
std::string describeArchive(llvm::ArrayRef<ZipEntry> entries);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_ARCHIVE_H
