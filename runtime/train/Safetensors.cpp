// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading and writing safetensors files. Nothing that a header says is believed
// before it is checked.
#include "runtime/train/Safetensors.h"

#include "runtime/base/OutputFile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include <jsmn.h>

namespace lcompile::rt {

namespace {
struct Dtype {
  uint32_t dtype;
  const char *name;
};
constexpr Dtype dtypes[] = {{LC_DTYPE_F32, "F32"}, {LC_DTYPE_F64, "F64"},
                            {LC_DTYPE_F16, "F16"}, {LC_DTYPE_BF16, "BF16"},
                            {LC_DTYPE_I64, "I64"}, {LC_DTYPE_I32, "I32"},
                            {LC_DTYPE_I16, "I16"}, {LC_DTYPE_I8, "I8"},
                            {LC_DTYPE_U8, "U8"},   {LC_DTYPE_BOOL, "BOOL"}};

/// The header as tokens, and a place in them.
struct Header {
  const char *text;
  jsmntok_t *tokens;
  int count;

  bool is(int i, const char *word) const {
    size_t length = size_t(tokens[i].end - tokens[i].start);
    return strlen(word) == length &&
           !strncmp(text + tokens[i].start, word, length);
  }
  int64_t number(int i) const {
    return strtoll(text + tokens[i].start, nullptr, 10);
  }
  /// The token behind the value that begins at `i`.
  int next(int i) const {
    int end = tokens[i].end;
    do
      ++i;
    while (i < count && tokens[i].start < end);
    return i;
  }
  /// A string without its escapes; the caller frees it.
  char *copy(int i) const {
    size_t length = size_t(tokens[i].end - tokens[i].start);
    auto *result = static_cast<char *>(malloc(length + 1));
    size_t used = 0;
    for (size_t k = 0; result && k < length; ++k) {
      char c = text[tokens[i].start + int(k)];
      if (c == '\\' && k + 1 < length) {
        c = text[tokens[i].start + int(++k)];
        if (c == 'u' && k + 4 < length) {
          char digits[5] = {0};
          memcpy(digits, text + tokens[i].start + k + 1, 4);
          c = char(strtol(digits, nullptr, 16)); // control characters only
          k += 4;
        } else if (c == 'n') {
          c = '\n';
        } else if (c == 't') {
          c = '\t';
        }
      }
      result[used++] = c;
    }
    if (result)
      result[used] = 0;
    return result;
  }
};

bool readEntry(const Header &header, int at, TensorEntry &entry,
               const uint8_t *data, uint64_t bytes) {
  int end = header.next(at);
  int64_t from = -1, to = -1;
  bool hasShape = false;
  for (int key = at + 1; key < end; key = header.next(key + 1)) {
    int value = key + 1;
    if (header.is(key, "dtype")) {
      for (const Dtype &d : dtypes)
        if (header.is(value, d.name))
          entry.dtype = d.dtype;
    } else if (header.is(key, "shape")) {
      if (header.tokens[value].size > LC_MAX_RANK)
        return false;
      entry.rank = uint32_t(header.tokens[value].size);
      for (uint32_t d = 0; d < entry.rank; ++d)
        entry.dims[d] = header.number(value + 1 + int(d));
      hasShape = true;
    } else if (header.is(key, "data_offsets") &&
               header.tokens[value].size == 2) {
      from = header.number(value + 1);
      to = header.number(value + 2);
    }
  }
  if (!hasShape || !entry.dtype || from < 0 || to < from ||
      uint64_t(to) > bytes)
    return false;
  uint64_t size = lc_dtype_size(entry.dtype);
  for (uint32_t d = 0; d < entry.rank; ++d)
    if (entry.dims[d] < 0 ||
        __builtin_mul_overflow(size, uint64_t(entry.dims[d]), &size))
      return false;
  entry.data = data + from;
  entry.size = size;
  return size == uint64_t(to - from);
}

/// "part:NAME": "BEGIN WHOLE" of the metadata.
void readParts(const Header &header, int at, TensorFile &file) {
  int end = header.next(at);
  for (int key = at + 1; key < end; key = header.next(key + 1)) {
    char *name = header.copy(key), *value = header.copy(key + 1);
    if (name && value && !strncmp(name, "part:", 5))
      for (uint32_t i = 0; i < file.count; ++i)
        if (!strcmp(file.entries[i].name, name + 5)) {
          char *rest;
          file.entries[i].begin = strtoll(value, &rest, 10);
          file.entries[i].whole = strtoll(rest, nullptr, 10);
        }
    free(name);
    free(value);
  }
}

bool readHeader(const Header &header, TensorFile &file, const uint8_t *data,
                uint64_t bytes) {
  if (!header.count || header.tokens[0].type != JSMN_OBJECT)
    return false;
  file.entries = static_cast<TensorEntry *>(
      calloc(size_t(header.tokens[0].size) + 1, sizeof(TensorEntry)));
  if (!file.entries)
    return false;
  int metadata = -1;
  for (int key = 1; key < header.count; key = header.next(key + 1)) {
    if (key + 1 >= header.count || header.tokens[key + 1].type != JSMN_OBJECT)
      return false;
    if (header.is(key, "__metadata__")) {
      metadata = key + 1;
      continue;
    }
    TensorEntry &entry = file.entries[file.count++];
    entry.name = header.copy(key);
    entry.whole = -1;
    if (!entry.name || !readEntry(header, key + 1, entry, data, bytes))
      return false;
  }
  if (metadata >= 0)
    readParts(header, metadata, file);
  return true;
}

bool parse(const char *text, size_t length, TensorFile &file,
           const uint8_t *data, uint64_t bytes) {
  jsmn_parser parser;
  jsmn_init(&parser);
  int count = jsmn_parse(&parser, text, length, nullptr, 0);
  if (count <= 0)
    return false;
  auto *tokens =
      static_cast<jsmntok_t *>(calloc(size_t(count), sizeof(jsmntok_t)));
  if (!tokens)
    return false;
  jsmn_init(&parser);
  jsmn_parse(&parser, text, length, tokens, unsigned(count));
  bool good = readHeader({text, tokens, count}, file, data, bytes);
  free(tokens);
  return good;
}

void printString(OutputFile &file, const char *prefix, const char *text) {
  file.print("\"%s", prefix);
  for (; *text; ++text)
    if (*text == '"' || *text == '\\')
      file.print("\\%c", *text);
    else if (uint8_t(*text) < 0x20)
      file.print("\\u%04x", unsigned(uint8_t(*text)));
    else
      file.write(text, 1);
  file.print("\"");
}

void printHeader(OutputFile &file, const TensorEntry *entries, uint32_t count) {
  file.print("{\"__metadata__\":{\"format\":\"lcompile\"");
  for (uint32_t i = 0; i < count; ++i)
    if (entries[i].whole >= 0) {
      file.print(",");
      printString(file, "part:", entries[i].name);
      file.print(":\"%lld %lld\"", static_cast<long long>(entries[i].begin),
                 static_cast<long long>(entries[i].whole));
    }
  file.print("}");
  uint64_t at = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const char *dtype = "";
    for (const Dtype &d : dtypes)
      if (d.dtype == entries[i].dtype)
        dtype = d.name;
    file.print(",");
    printString(file, "", entries[i].name);
    file.print(":{\"dtype\":\"%s\",\"shape\":[", dtype);
    for (uint32_t d = 0; d < entries[i].rank; ++d)
      file.print("%s%lld", d ? "," : "",
                 static_cast<long long>(entries[i].dims[d]));
    file.print("],\"data_offsets\":[%llu,%llu]}",
               static_cast<unsigned long long>(at),
               static_cast<unsigned long long>(at + entries[i].size));
    at += entries[i].size;
  }
  file.print("}");
}
} // namespace

int32_t TensorFile::open(const char *path, Error error) {
  int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(error, LC_INVALID_ARGUMENT, "cannot open '%s': %s", path,
                strerror(errno));
  struct stat status;
  void *data = MAP_FAILED;
  if (!fstat(descriptor, &status) && status.st_size > 8)
    data = mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE,
                descriptor, 0);
  ::close(descriptor);
  if (data == MAP_FAILED)
    return fail(error, LC_INCOMPATIBLE, "'%s' is not a safetensors file", path);
  mapping = data;
  size = size_t(status.st_size);
  auto *bytes = static_cast<const uint8_t *>(data);
  uint64_t length;
  memcpy(&length, bytes, sizeof length);
  if (length > size - 8 ||
      !parse(reinterpret_cast<const char *>(bytes) + 8, size_t(length), *this,
             bytes + 8 + length, size - 8 - length))
    return fail(error, LC_INCOMPATIBLE,
                "'%s' is not a safetensors file, or damaged", path);
  return LC_OK;
}

void TensorFile::close() {
  for (uint32_t i = 0; i < count; ++i)
    free(entries[i].name);
  free(entries);
  if (mapping)
    munmap(mapping, size);
  *this = {};
}

int32_t writeTensors(const char *path, const TensorEntry *entries,
                     uint32_t count, Error error) {
  // The header's length comes first: print it twice, once to count.
  OutputFile counted, file;
  if (int32_t code = counted.open("/dev/null", error))
    return code;
  printHeader(counted, entries, count);
  uint64_t length = counted.written(), padded = (length + 7) / 8 * 8;
  if (int32_t code = file.open(path, error))
    return code;
  file.write(&padded, sizeof padded);
  printHeader(file, entries, count);
  for (uint64_t i = length; i < padded; ++i)
    file.write(" ", 1);
  for (uint32_t i = 0; i < count; ++i)
    file.write(entries[i].data, size_t(entries[i].size));
  return file.commit(error, /*durable=*/true);
}

} // namespace lcompile::rt
