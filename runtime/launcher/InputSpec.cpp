// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing and generating inputs.
#include "runtime/launcher/InputSpec.h"

#include "runtime/launcher/Options.h"
#include "runtime/launcher/Values.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
int32_t refuse(const char *text, const char *what, Error error) {
  return fail(error, LC_INVALID_ARGUMENT,
              "--input '%s': %s; expected NAME=@FILE.npy, NAME=0, "
              "NAME=rand(SEED), or with a shape 'NAME: 4x3xf32=...'",
              text, what);
}

uint32_t dtypeNamed(const char *name, size_t length) {
  for (uint32_t dtype = LC_DTYPE_F32; dtype <= LC_DTYPE_BOOL; ++dtype)
    if (strlen(lc_dtype_name(dtype)) == length &&
        !strncmp(lc_dtype_name(dtype), name, length))
      return dtype;
  return LC_DTYPE_INVALID;
}

/// Dimensions separated by 'x', at the end perhaps a dtype.
bool parseShape(const char *text, size_t length, InputSpec &spec) {
  spec.hasShape = true;
  const char *end = text + length;
  while (text < end) {
    auto *separator =
        static_cast<const char *>(memchr(text, 'x', size_t(end - text)));
    size_t part = size_t((separator ? separator : end) - text);
    if (spec.dtype != LC_DTYPE_INVALID || spec.rank == LC_MAX_RANK)
      return false;
    if (part == 1 && *text == '?') {
      spec.dims[spec.rank++] = -1;
    } else if (*text >= '0' && *text <= '9') {
      char *stop;
      spec.dims[spec.rank++] = strtoll(text, &stop, 10);
      if (stop != text + part)
        return false;
    } else {
      spec.dtype = dtypeNamed(text, part);
      if (spec.dtype == LC_DTYPE_INVALID)
        return false;
    }
    text += part + (separator ? 1 : 0);
  }
  return true;
}

/// "rand(SEED)" or "rand(SEED,LOW,HIGH)".
bool parseRandom(const char *text, InputSpec &spec) {
  if (strncmp(text, "rand(", 5))
    return false;
  char *end;
  spec.seed = strtoll(text + 5, &end, 10);
  if (end == text + 5)
    return false;
  if (*end == ',') {
    spec.hasRange = true;
    spec.low = strtod(end + 1, &end);
    if (*end != ',')
      return false;
    spec.high = strtod(end + 1, &end);
  }
  return !strcmp(end, ")");
}
} // namespace

int32_t parseInput(const char *text, InputSpec &spec, Error error) {
  if (text[0] == '@') { // the only input, from a file
    spec.kind = InputSpec::file;
    spec.path = text + 1;
    return LC_OK;
  }
  size_t length = strcspn(text, ":=");
  if (length == 0 || length >= sizeof spec.name)
    return refuse(text, "no name", error);
  memcpy(spec.name, text, length);
  spec.name[length] = 0;
  const char *rest = text + length;
  if (*rest == ':') {
    ++rest;
    rest += strspn(rest, " ");
    size_t shape = strcspn(rest, " =");
    if (!parseShape(rest, shape, spec))
      return refuse(text, "bad shape", error);
    rest += shape;
    rest += strspn(rest, " ");
  }
  if (!*rest)
    return spec.hasShape ? int32_t(LC_OK)
                         : refuse(text, "no value and no shape", error);
  if (*rest != '=')
    return refuse(text, "'=' expected after the shape", error);
  ++rest;
  rest += strspn(rest, " ");
  if (*rest == '@') {
    spec.kind = InputSpec::file;
    spec.path = rest + 1;
    return LC_OK;
  }
  if (parseRandom(rest, spec))
    return LC_OK;
  spec.kind = InputSpec::constant;
  if (!parseNumber(rest, spec.value))
    return refuse(text, "bad value", error);
  return LC_OK;
}

void generate(const InputSpec &spec, uint64_t stream,
              const lc_tensor_t &tensor) {
  int64_t count = elementCount(tensor);
  bool real = isFloat(tensor.dtype);
  double low = spec.hasRange ? spec.low : real ? -1 : 0;
  double high = spec.hasRange ? spec.high : real ? 1 : 2;
  for (int64_t i = 0; i < count; ++i) {
    double value = spec.value;
    if (spec.kind == InputSpec::random) {
      value = low +
              (high - low) * uniform(uint64_t(spec.seed), stream, uint64_t(i));
      // Integers must round down, also below zero, to be uniform.
      if (!real && value < 0 && double(int64_t(value)) != value)
        value -= 1;
    }
    storeElement(tensor.dtype, tensor.data, i, value);
  }
}

} // namespace lcompile::rt
