// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A .pt2 file: a zip archive whose stored entries are slices of the mapped
// file.
#include "lib/Import/ExportedProgram/Archive.h"

#include "llvm/Support/CRC.h"
#include "llvm/Support/FileSystem.h"
#include <zip.h>

using namespace llvm;

namespace lcompile::import {

/// Deflate cannot shrink data by more than this factor.
static constexpr uint64_t deflateLimit = 1032;

Archive::~Archive() {
  if (handle)
    zip_discard(handle);
}

std::unique_ptr<Archive> Archive::open(StringRef path, Failure &failure) {
  std::unique_ptr<Archive> archive(new Archive);
  auto refuse = [&](const Twine &why) {
    failure.fail(why);
    return nullptr;
  };
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return refuse("cannot be opened: " + error.message());
  if (sys::fs::is_directory(status))
    return refuse("is a folder, expected a .pt2 file");
  if (!sys::fs::is_regular_file(status))
    return refuse("is not a regular file");
  if (status.getSize() == 0)
    return refuse("is empty");
  Expected<sys::fs::file_t> handle = sys::fs::openNativeFileForRead(path);
  if (!handle)
    return refuse("cannot be opened: " + toString(handle.takeError()));
  std::error_code error;
  auto mapping = std::make_shared<sys::fs::mapped_file_region>(
      *handle, sys::fs::mapped_file_region::readonly, status.getSize(), 0,
      error);
  sys::fs::closeFile(*handle);
  if (error)
    return refuse("cannot be mapped: " + error.message());
  archive->file = {mapping->const_data(), mapping->size()};
  archive->mapping = std::move(mapping);
  if (!archive->openZip(failure) || !archive->findRoot(failure) ||
      !archive->checkMarkers(failure))
    return nullptr;
  return archive;
}

/// Reads the directory and has libzip check the same bytes; both must agree.
bool Archive::openZip(Failure &failure) {
  if (!StringRef(file.data(), file.size()).starts_with("PK")) {
    failure.fail(describeFile(file) +
                 ", expected a .pt2 archive (torch.export.save)");
    return false;
  }
  directory = readZipDirectory(file, failure);
  if (failure.failed())
    return false;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source =
      zip_source_buffer_create(file.data(), file.size(), /*freep=*/0, &error);
  if (source)
    handle = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (!handle) {
    failure.fail(Twine("is a damaged zip archive: ") +
                 zip_error_strerror(&error));
    if (source)
      zip_source_free(source);
    zip_error_fini(&error);
    return false;
  }
  zip_error_fini(&error);
  bool same = zip_get_num_entries(handle, 0) == (zip_int64_t)directory.size();
  for (size_t i = 0; same && i < directory.size(); ++i) {
    const ZipEntry &entry = directory[i];
    zip_stat_t stat;
    zip_stat_init(&stat);
    const zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE |
                                ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC |
                                ZIP_STAT_COMP_METHOD;
    same = zip_stat_index(handle, i, ZIP_FL_ENC_RAW, &stat) == 0 &&
           (stat.valid & needed) == needed && entry.name == stat.name &&
           entry.size == stat.size && entry.storedSize == stat.comp_size &&
           entry.crc == stat.crc && entry.method == stat.comp_method;
  }
  if (!same)
    failure.fail("is a damaged zip archive: its headers contradict each other");
  return same;
}

bool Archive::findRoot(Failure &failure) {
  std::optional<std::string> root;
  for (const ZipEntry &entry : directory) {
    StringRef name = entry.name;
    if (name.consume_back("archive_format") &&
        (name.empty() || (name.count('/') == 1 && name.ends_with("/")))) {
      if (root) {
        failure.fail("holds two programs: '" + *root + "' and '" + name + "'");
        return false;
      }
      root = name.str();
    }
  }
  if (!root) {
    failure.fail(describeArchive(directory));
    return false;
  }
  for (auto [i, entry] : enumerate(directory)) {
    StringRef name = entry.name;
    if (!name.consume_front(*root))
      continue;
    entries[name] = i;
    list.push_back(name.str());
  }
  return true;
}

bool Archive::checkMarkers(Failure &failure) {
  auto content = [&](StringRef name) -> std::string {
    if (!has(name)) {
      failure.fail("entry '" + name + "' is missing");
      return "";
    }
    std::optional<Bytes> bytes = read(name, failure);
    return bytes ? bytes->text().take_front(64).trim().str() : "";
  };
  std::string format = content("archive_format");
  if (!failure.failed() && format != "pt2")
    failure.fail("the archive's format is '" + format + "', expected 'pt2'");
  std::string version = content("archive_version");
  if (!failure.failed() && version != "0")
    failure.fail(
        "the archive's version is " + version +
        ", expected 0: save the program again with torch 2.8 to 2.13, or "
        "use a newer lcompile");
  if (has("byteorder")) {
    std::string order = content("byteorder");
    if (!failure.failed() && order != "little")
      failure.fail("the archive's byte order is '" + order +
                   "', expected 'little'");
  }
  return !failure.failed();
}

uint64_t Archive::sizeOf(StringRef name) const {
  auto it = entries.find(name);
  return it == entries.end() ? 0 : directory[it->second].size;
}

std::optional<Bytes> Archive::read(StringRef name, Failure &failure) {
  if (auto it = contents.find(name); it != contents.end())
    return it->second;
  auto it = entries.find(name);
  if (it == entries.end()) {
    failure.fail("entry '" + name + "' is missing");
    return std::nullopt;
  }
  const ZipEntry &entry = directory[it->second];
  std::optional<Bytes> bytes;
  if (entry.method == 0)
    bytes = Bytes{file.slice(entry.dataOffset, entry.size), mapping};
  else
    bytes = inflate(entry, failure);
  if (!bytes)
    return std::nullopt;
  ArrayRef<uint8_t> data(reinterpret_cast<const uint8_t *>(bytes->data.data()),
                         bytes->data.size());
  if (crc32(data) != entry.crc) {
    failure.fail(
        "entry '" + name +
        "' is damaged: its checksum differs from the archive's directory");
    return std::nullopt;
  }
  contents[name] = *bytes;
  return bytes;
}

std::optional<Bytes> Archive::inflate(const ZipEntry &entry, Failure &failure) {
  if (entry.size / deflateLimit > entry.storedSize) {
    failure.fail("entry '" + entry.name + "' states a size of " +
                 Twine(entry.size) + " for " + Twine(entry.storedSize) +
                 " compressed bytes");
    return std::nullopt;
  }
  auto buffer = std::make_shared<std::vector<char>>(entry.size);
  zip_file_t *stream = zip_fopen_index(handle, &entry - directory.data(), 0);
  zip_int64_t count = stream ? 0 : -1;
  uint64_t done = 0;
  while (stream && done < entry.size) {
    count = zip_fread(stream, buffer->data() + done, entry.size - done);
    if (count <= 0)
      break;
    done += count;
  }
  if (stream)
    zip_fclose(stream);
  if (count < 0 || done != entry.size) {
    failure.fail("entry '" + entry.name + "' cannot be decompressed");
    return std::nullopt;
  }
  ArrayRef<char> data(buffer->data(), buffer->size());
  return Bytes{data, std::move(buffer)};
}

} // namespace lcompile::import
