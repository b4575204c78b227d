// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The central directory of a zip file, with the place of each entry's data.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_ZIPDIRECTORY_H
#define LIB_IMPORT_EXPORTEDPROGRAM_ZIPDIRECTORY_H

#include "lib/Import/ExportedProgram/Failure.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace lcompile::import {

struct ZipEntry {
  std::string name;
  uint16_t method; // 0 stored, 8 deflated
  uint32_t crc;
  uint64_t storedSize; // in the file
  uint64_t size;
  uint64_t dataOffset;
};

/// Reads the directory of a zip file in memory (APPNOTE.TXT 4.3, with zip64).
/// Everything that an entry states is checked against the file's bounds and its
/// local header. Empty on error.
std::vector<ZipEntry> readZipDirectory(llvm::ArrayRef<char> file,
                                       Failure &failure);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_ZIPDIRECTORY_H
