// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The batches of a training: samples from files, or the inputs of --input.
#include "runtime/launcher/Batches.h"

#include "runtime/loader/Symbols.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace lcompile::rt {

namespace {
using LongLong = long long;

/// Sizes of one batch: those of the program; where it takes any, those of the
/// samples, and for the batch itself that of --dim or the smallest.
int32_t chooseDims(const Run &run, const lc_tensor_spec_t &spec,
                   const Array &samples, int64_t *dims, Error error) {
  for (uint32_t d = 0; d < spec.rank; ++d) {
    dims[d] = spec.dims[d].value;
    if (dims[d] >= 0)
      continue;
    dims[d] = d ? samples.dims[d] : 1;
    if (d || spec.dims[d].symbol < 0)
      continue;
    const lc_symbol_t &symbol = run.function->symbols[spec.dims[d].symbol];
    dims[d] = symbol.min;
    size_t length = strlen(symbol.name);
    for (int k = 0; k < run.options->dims.count; ++k) {
      const char *text = run.options->dims.items[k];
      if (!strncmp(text, symbol.name, length) && text[length] == '=' &&
          !parseInteger(text + length + 1, dims[d]))
        return fail(error, LC_INVALID_ARGUMENT, "--dim '%s': expected a number",
                    text);
    }
  }
  return LC_OK;
}

int32_t checkSamples(const char *path, const lc_tensor_spec_t &spec,
                     const Array &samples, const int64_t *dims, Error error) {
  if (samples.dtype != spec.dtype)
    return fail(error, LC_INVALID_ARGUMENT, "'%s': expected dtype %s, found %s",
                path, lc_dtype_name(spec.dtype), lc_dtype_name(samples.dtype));
  uint32_t rank = spec.rank ? spec.rank : 1;
  if (samples.rank != rank)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s': expected rank %u, samples first, found %u", path, rank,
                samples.rank);
  for (uint32_t d = 1; d < spec.rank; ++d)
    if (samples.dims[d] != dims[d])
      return fail(error, LC_INVALID_ARGUMENT,
                  "'%s': expected dimension %u to be %lld, found %lld", path, d,
                  LongLong(dims[d]), LongLong(samples.dims[d]));
  return LC_OK;
}
} // namespace

int32_t Batches::openSource(Run &run, uint32_t input, Source &source,
                            Error error) {
  const lc_tensor_spec_t &spec = run.function->inputs[input];
  source.spec = &spec;
  char path[PATH_MAX];
  const char *folder = run.options->data;
  if (folder && snprintf(path, sizeof path, "%s/%s.npy", folder, spec.name) <
                    int(sizeof path))
    source.isFile = access(path, F_OK) == 0;
  if (!source.isFile) {
    // Made by makeInputs: the same for every step.
    source.array = run.inputs[input];
    run.inputs[input] = {};
    memcpy(source.dims, source.array.dims, sizeof source.dims);
    return LC_OK;
  }
  if (int32_t code = readNpy(path, source.array, error))
    return code;
  if (int32_t code = chooseDims(run, spec, source.array, source.dims, error))
    return code;
  if (int32_t code = checkSamples(path, spec, source.array, source.dims, error))
    return code;
  int64_t each = spec.rank ? source.dims[0] : 1;
  source.bytes = size_t(byteSize(spec.dtype, spec.rank, source.dims));
  int64_t perStep = spec.rank ? each * world : 1;
  source.batches = perStep ? source.array.dims[0] / perStep : 1;
  if (source.batches < 1)
    return fail(error, LC_INVALID_ARGUMENT,
                "'%s': expected at least %lld samples, %lld for each of %u "
                "rank%s, found %lld",
                path, LongLong(perStep), LongLong(each), world,
                world == 1 ? "" : "s", LongLong(source.array.dims[0]));
  return LC_OK;
}

int32_t Batches::open(Run &run, uint32_t ranks, Error error) {
  world = ranks;
  if (run.options->data && access(run.options->data, R_OK | X_OK))
    return fail(error, LC_INVALID_ARGUMENT, "--data: no folder '%s'",
                run.options->data);
  int64_t longest = 0;
  for (uint32_t i = 0; i < run.function->n_inputs; ++i) {
    if (isState(run, i))
      continue;
    if (count == maxBatchInputs)
      return fail(error, LC_INVALID_ARGUMENT, "too many inputs: more than %u",
                  maxBatchInputs);
    if (int32_t code = openSource(run, i, sources[count++], error))
      return code;
    if (sources[count - 1].isFile && sources[count - 1].batches > longest)
      longest = sources[count - 1].batches;
  }
  if (!run.options->steps)
    run.options->steps = longest ? longest : 1;
  return LC_OK;
}

void Batches::take(int64_t step, uint32_t rank, lc_tensor_t *inputs) const {
  for (uint32_t i = 0; i < count; ++i) {
    const Source &source = sources[i];
    const lc_tensor_spec_t &spec = *source.spec;
    size_t at = 0;
    if (source.isFile) {
      int64_t batch = step % source.batches;
      at = size_t(spec.rank ? batch * world + rank : batch) * source.bytes;
    }
    inputs[i] = {source.array.block.data + at, spec.dtype, spec.rank,
                 source.dims, nullptr};
  }
}

void Batches::close() {
  for (Source &source : sources)
    release(source.array.block);
}

} // namespace lcompile::rt
