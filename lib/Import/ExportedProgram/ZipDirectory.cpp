// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The central directory of a zip file, with the place of each entry's data.
#include "lib/Import/ExportedProgram/ZipDirectory.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace lcompile::import {

namespace {
constexpr uint64_t endSize = 22, end64Size = 56, locatorSize = 20;
constexpr uint64_t centralSize = 46, localSize = 30;

/// Little-endian fields at checked offsets; reads outside give 0 and fail.
class Fields {
public:
  Fields(ArrayRef<char> file, Failure &failure)
      : file(file), failure(failure) {}

  template <typename T> T get(uint64_t offset) {
    if (!inside(offset, sizeof(T)))
      return 0;
    return support::endian::read<T>(file.data() + offset, endianness::little);
  }
  StringRef text(uint64_t offset, uint64_t size) {
    return inside(offset, size) ? StringRef(file.data() + offset, size)
                                : StringRef();
  }
  bool inside(uint64_t offset, uint64_t size) {
    bool good = offset <= file.size() && size <= file.size() - offset;
    if (!good)
      failure.fail("the zip directory points outside of the file; the file is "
                   "truncated or damaged");
    return good;
  }

private:
  ArrayRef<char> file;
  Failure &failure;
};

struct End {
  uint64_t entries, size, offset; // of the central directory
};
} // namespace

/// Offset of the end record, or nothing.
static std::optional<uint64_t> findEnd(ArrayRef<char> file) {
  if (file.size() < endSize)
    return std::nullopt;
  uint64_t last = file.size() - endSize;
  uint64_t first = last > 0xffff ? last - 0xffff : 0;
  for (uint64_t at = last + 1; at-- > first;) {
    const char *p = file.data() + at;
    if (support::endian::read32le(p) == 0x06054b50 &&
        at + endSize + support::endian::read16le(p + 20) == file.size())
      return at;
  }
  return std::nullopt;
}

static End readEnd(Fields &fields, uint64_t at, Failure &failure) {
  End end = {fields.get<uint16_t>(at + 10), fields.get<uint32_t>(at + 12),
             fields.get<uint32_t>(at + 16)};
  uint64_t directoryEnd = at;
  bool zip64 =
      at >= locatorSize && fields.get<uint32_t>(at - locatorSize) == 0x07064b50;
  if (zip64) {
    uint64_t at64 = fields.get<uint64_t>(at - locatorSize + 8);
    if (!fields.inside(at64, end64Size))
      return {};
    if (fields.get<uint32_t>(at64) != 0x06064b50) {
      failure.fail("the zip64 end record is damaged");
      return {};
    }
    end = {fields.get<uint64_t>(at64 + 32), fields.get<uint64_t>(at64 + 40),
           fields.get<uint64_t>(at64 + 48)};
    directoryEnd = at64;
  }
  if (end.offset > directoryEnd || end.size > directoryEnd - end.offset ||
      end.entries > end.size / centralSize)
    failure.fail("the zip directory does not fit into the file; the file is "
                 "truncated or damaged");
  return end;
}

/// Replaces sizes that say "see the zip64 field" by that field's.
static void readZip64(Fields &fields, uint64_t at, uint64_t length,
                      MutableArrayRef<uint64_t *> values, Failure &failure) {
  uint64_t stop = at + length;
  while (stop - at >= 4) {
    uint16_t id = fields.get<uint16_t>(at), size = fields.get<uint16_t>(at + 2);
    at += 4;
    if (size > stop - at)
      break;
    if (id == 1) {
      uint64_t left = size;
      for (uint64_t *value : values) {
        if (*value != 0xffffffff)
          continue;
        if (left < 8)
          break;
        *value = fields.get<uint64_t>(at);
        at += 8;
        left -= 8;
      }
      return;
    }
    at += size;
  }
  if (any_of(values, [](uint64_t *value) { return *value == 0xffffffff; }))
    failure.fail("a zip64 field is missing");
}

/// Names that would leave the folder they are unpacked into, or hide.
static bool isUnsafe(StringRef name) {
  if (name.empty() || name.starts_with("/") || name.contains('\\') ||
      name.contains(':'))
    return true;
  if (any_of(name, [](char c) { return (unsigned char)c < 32 || c == 127; }))
    return true;
  SmallVector<StringRef> parts;
  name.split(parts, '/');
  return any_of(parts, [](StringRef part) { return part == ".."; });
}

static std::string printable(StringRef name) {
  std::string text = json::fixUTF8(name.take_front(100));
  for (char &c : text)
    c = (unsigned char)c < 32 || c == 127 ? '?' : c;
  return text;
}

std::vector<ZipEntry> readZipDirectory(ArrayRef<char> file, Failure &failure) {
  Fields fields(file, failure);
  std::optional<uint64_t> at = findEnd(file);
  if (!at) {
    failure.fail(
        "the zip directory at the end of the file is missing; the file "
        "is truncated or damaged");
    return {};
  }
  End end = readEnd(fields, *at, failure);
  std::vector<ZipEntry> entries;
  StringSet<> seen;
  uint64_t next = end.offset, stop = end.offset + end.size;
  for (uint64_t i = 0; i < end.entries && !failure.failed(); ++i) {
    if (stop - next < centralSize || fields.get<uint32_t>(next) != 0x02014b50) {
      failure.fail("entry " + Twine(i) + " of the zip directory is damaged");
      break;
    }
    uint16_t flags = fields.get<uint16_t>(next + 8);
    uint64_t nameLength = fields.get<uint16_t>(next + 28);
    uint64_t extraLength = fields.get<uint16_t>(next + 30);
    uint64_t commentLength = fields.get<uint16_t>(next + 32);
    if (nameLength + extraLength + commentLength > stop - next - centralSize) {
      failure.fail("entry " + Twine(i) + " of the zip directory is damaged");
      break;
    }
    ZipEntry entry;
    StringRef name = fields.text(next + centralSize, nameLength);
    entry.name = name.str();
    entry.method = fields.get<uint16_t>(next + 10);
    entry.crc = fields.get<uint32_t>(next + 16);
    entry.storedSize = fields.get<uint32_t>(next + 20);
    entry.size = fields.get<uint32_t>(next + 24);
    uint64_t offset = fields.get<uint32_t>(next + 42);
    Failure::Scope scope(failure, "entry '" + printable(name) + "'");
    uint64_t *wide[] = {&entry.size, &entry.storedSize, &offset};
    readZip64(fields, next + centralSize + nameLength, extraLength, wide,
              failure);
    next += centralSize + nameLength + extraLength + commentLength;

    if (isUnsafe(name))
      failure.fail("the name would leave the archive's folder");
    else if (!seen.insert(name).second)
      failure.fail("the archive holds this name twice");
    else if (flags & 1)
      failure.fail("encrypted entries are not supported");
    else if (entry.method != 0 && entry.method != 8)
      failure.fail("compression method " + Twine(entry.method) +
                   " is not supported, expected stored or deflated");
    else if (entry.method == 0 && entry.size != entry.storedSize)
      failure.fail("stored with " + Twine(entry.storedSize) +
                   " bytes, but its size is " + Twine(entry.size));

    // The local header repeats the name and has extra fields of its own.
    if (!fields.inside(offset, localSize))
      break;
    uint64_t localName = fields.get<uint16_t>(offset + 26);
    uint64_t localExtra = fields.get<uint16_t>(offset + 28);
    if (fields.get<uint32_t>(offset) != 0x04034b50 ||
        fields.text(offset + localSize, localName) != name)
      failure.fail("the local header differs from the directory");
    entry.dataOffset = offset + localSize + localName + localExtra;
    if (entry.dataOffset > end.offset ||
        entry.storedSize > end.offset - entry.dataOffset)
      failure.fail("its data reaches into the zip directory; the file is "
                   "truncated or damaged");
    entries.push_back(std::move(entry));
  }
  if (failure.failed())
    return {};
  return entries;
}

} // namespace lcompile::import
