// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading and writing .npy files.
#include "runtime/launcher/Npy.h"

#include "runtime/base/OutputFile.h"
#include "runtime/loader/Symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <initializer_list>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lcompile::rt {

namespace {
struct Descr {
  const char *text;
  uint32_t dtype;
};
constexpr Descr descrs[] = {
    {"<f4", LC_DTYPE_F32},  {"<f8", LC_DTYPE_F64},  {"<f2", LC_DTYPE_F16},
    {"<V2", LC_DTYPE_BF16}, {"|V2", LC_DTYPE_BF16}, {"<i8", LC_DTYPE_I64},
    {"<i4", LC_DTYPE_I32},  {"<i2", LC_DTYPE_I16},  {"|i1", LC_DTYPE_I8},
    {"|u1", LC_DTYPE_U8},   {"|b1", LC_DTYPE_BOOL}, {"<i1", LC_DTYPE_I8},
    {"<u1", LC_DTYPE_U8},
};

constexpr size_t maxHeader = 65536;

int32_t malformed(const char *path, const char *what, Error error) {
  return fail(error, LC_INVALID_ARGUMENT, "'%s' is not a good .npy file: %s",
              path, what);
}

/// What follows `'key':` in the header, blanks skipped; NULL when absent.
const char *valueOf(const char *header, const char *key) {
  char quoted[32];
  for (char quote : {'\'', '"'}) {
    snprintf(quoted, sizeof quoted, "%c%s%c", quote, key, quote);
    if (const char *found = strstr(header, quoted)) {
      found += strlen(quoted);
      found += strspn(found, " \t");
      if (*found != ':')
        return nullptr;
      ++found;
      return found + strspn(found, " \t");
    }
  }
  return nullptr;
}

int32_t parseDescr(const char *path, const char *text, Array &array,
                   Error error) {
  if (!text || (*text != '\'' && *text != '"'))
    return malformed(path, "expected one element type, found a record", error);
  char name[16];
  size_t length = strcspn(text + 1, "'\"");
  if (length >= sizeof name)
    return malformed(path, "element type too long", error);
  memcpy(name, text + 1, length);
  name[length] = 0;
  for (const Descr &descr : descrs)
    if (!strcmp(descr.text, name)) {
      array.dtype = descr.dtype;
      return LC_OK;
    }
  return fail(error, LC_INVALID_ARGUMENT,
              "'%s': element type '%s' is not supported; expected one of f4 f8 "
              "f2 i8 i4 i2 i1 u1 b1 (little endian) or V2 for bf16",
              path, name);
}

int32_t parseShape(const char *path, const char *text, Array &array,
                   Error error) {
  if (!text || *text != '(')
    return malformed(path, "no shape", error);
  ++text;
  array.rank = 0;
  for (;;) {
    text += strspn(text, " ,");
    if (*text == ')')
      return LC_OK;
    if (*text < '0' || *text > '9')
      return malformed(path, "shape is not a list of numbers", error);
    if (array.rank == LC_MAX_RANK)
      return malformed(path, "more than 16 dimensions", error);
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; ++text)
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, *text - '0', &value))
        return malformed(path, "dimension too large", error);
    if (*text == 'L')
      ++text;
    array.dims[array.rank++] = value;
  }
}

int32_t parseHeader(const char *path, const char *header, Array &array,
                    Error error) {
  if (int32_t code = parseDescr(path, valueOf(header, "descr"), array, error))
    return code;
  if (int32_t code = parseShape(path, valueOf(header, "shape"), array, error))
    return code;
  const char *order = valueOf(header, "fortran_order");
  if (!order)
    return malformed(path, "no fortran_order", error);
  if (!strncmp(order, "True", 4) && array.rank > 1)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s' is in Fortran order; save it with "
                "numpy.ascontiguousarray",
                path);
  return LC_OK;
}

/// Reads exactly `size` bytes.
bool readAll(int file, void *data, size_t size) {
  auto *bytes = static_cast<char *>(data);
  while (size) {
    ssize_t count = read(file, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes += count;
    size -= size_t(count);
  }
  return true;
}

int32_t readOpen(const char *path, int file, Array &array, Error error) {
  struct stat status;
  if (fstat(file, &status) || !S_ISREG(status.st_mode))
    return malformed(path, "not a regular file", error);
  unsigned char start[12];
  if (!readAll(file, start, 10) || memcmp(start, "\x93NUMPY", 6))
    return malformed(path, "wrong magic bytes", error);
  if (start[6] < 1 || start[6] > 3)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s': .npy version %d.%d is not supported", path, start[6],
                start[7]);
  size_t prefix = 10, length = size_t(start[8]) | size_t(start[9]) << 8;
  if (start[6] > 1) {
    if (!readAll(file, start + 10, 2))
      return malformed(path, "truncated", error);
    prefix = 12;
    length |= size_t(start[10]) << 16 | size_t(start[11]) << 24;
  }
  static char header[maxHeader + 1];
  if (length > maxHeader)
    return malformed(path, "header too long", error);
  if (!readAll(file, header, length))
    return malformed(path, "truncated", error);
  header[length] = 0;
  if (int32_t code = parseHeader(path, header, array, error))
    return code;
  int64_t size = byteSize(array.dtype, array.rank, array.dims);
  int64_t present = int64_t(status.st_size) - int64_t(prefix + length);
  if (size < 0 || size != present)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s': expected %lld bytes of data, found %lld", path,
                static_cast<long long>(size), static_cast<long long>(present));
  if (!reserve(array.block, size ? size_t(size) : 1))
    return fail(error, LC_RESOURCE_EXHAUSTED, "no memory for '%s'", path);
  if (!readAll(file, array.block.data, size_t(size)))
    return malformed(path, "truncated", error);
  return LC_OK;
}
} // namespace

int32_t readNpy(const char *path, Array &array, Error error) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(error, LC_INVALID_ARGUMENT, "cannot open '%s': %s", path,
                strerror(errno));
  int32_t code = readOpen(path, file, array, error);
  close(file);
  return code;
}

int32_t writeNpy(const char *path, const lc_tensor_t &tensor, Error error) {
  const char *descr = nullptr;
  for (const Descr &entry : descrs)
    if (!descr && entry.dtype == tensor.dtype)
      descr = entry.text;
  int64_t size = byteSize(tensor.dtype, tensor.rank, tensor.dims);
  if (!descr || size < 0)
    return fail(error, LC_INTERNAL, "cannot write '%s': bad tensor", path);
  char header[640] = {0};
  Error out = {header, sizeof header};
  fail(out, LC_OK, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
  for (uint32_t i = 0; i < tensor.rank; ++i)
    amend(out, "%lld, ", static_cast<long long>(tensor.dims[i]));
  amend(out, "), }");
  // Data starts at a multiple of 64; the header ends with a line break.
  size_t length = strlen(header), total = (10 + length + 1 + 63) / 64 * 64;
  memset(header + length, ' ', total - 10 - length - 1);
  length = total - 10;
  header[length - 1] = '\n';
  unsigned char start[10] = {0x93,
                             'N',
                             'U',
                             'M',
                             'P',
                             'Y',
                             1,
                             0,
                             (unsigned char)(length & 0xff),
                             (unsigned char)(length >> 8)};
  OutputFile file;
  if (int32_t code = file.open(path, error))
    return code;
  file.write(start, sizeof start);
  file.write(header, length);
  file.write(tensor.data, size_t(size));
  return file.commit(error);
}

} // namespace lcompile::rt
