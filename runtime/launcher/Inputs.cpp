// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From --input and --dim to the inputs of a function.
#include "runtime/launcher/Run.h"

#include "runtime/loader/Symbols.h"

#include <stdlib.h>
#include <string.h>

namespace lcompile::rt {

namespace {
using LongLong = long long;
constexpr int64_t unset = -1;

/// Sizes of symbols, while they are being found out.
struct Sizes {
  int64_t *symbols;
  int64_t *plan;
};

const char *symbolName(const void *function, int i) {
  return static_cast<const lc_function_t *>(function)->symbols[i].name;
}

int32_t applyDim(const lc_function_t &function, const char *text, Sizes &sizes,
                 Error error) {
  char name[128];
  size_t length = strcspn(text, "=");
  int64_t value;
  if (!length || length >= sizeof name || text[length] != '=' ||
      !parseInteger(text + length + 1, value) || value < 0)
    return fail(error, LC_INVALID_ARGUMENT,
                "--dim '%s': expected SYMBOL=N with N 0 or more", text);
  memcpy(name, text, length);
  name[length] = 0;
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    if (!strcmp(function.symbols[i].name, name)) {
      sizes.symbols[i] = value;
      return checkSymbol(function.symbols[i], value, "--dim", error);
    }
  if (!function.n_symbols)
    return fail(error, LC_INVALID_ARGUMENT,
                "--dim '%s': function '%s' has no dynamic sizes", text,
                function.name);
  int32_t code = fail(error, LC_INVALID_ARGUMENT,
                      "--dim '%s': no dynamic size '%s'", text, name);
  const char *near =
      nearest(name, int(function.n_symbols), symbolName, &function);
  amend(error, "; did you mean '%s'?", near ? near : function.symbols[0].name);
  return code;
}

/// Symbols take the sizes that an input has already.
int32_t learn(const lc_function_t &function, const lc_tensor_spec_t &spec,
              uint32_t rank, const int64_t *dims, Sizes &sizes, Error error) {
  for (uint32_t d = 0; d < spec.rank && d < rank; ++d) {
    int32_t symbol = spec.dims[d].symbol;
    if (spec.dims[d].value >= 0 || symbol < 0 || dims[d] < 0)
      continue;
    int64_t &value = sizes.symbols[symbol];
    if (value != unset && value != dims[d])
      return fail(error, LC_INVALID_ARGUMENT,
                  "input '%s': dimension %u: %s = %lld, but another input or "
                  "--dim says %lld",
                  spec.name, d, function.symbols[symbol].name,
                  LongLong(dims[d]), LongLong(value));
    value = dims[d];
  }
  return LC_OK;
}

/// The smallest size that a symbol may have, but not 0 when that can be helped.
int64_t smallest(const lc_symbol_t &symbol) {
  int64_t divisor = symbol.divisor > 1 ? symbol.divisor : 1;
  int64_t value = symbol.min > 1 ? symbol.min : 1;
  value = (value + divisor - 1) / divisor * divisor;
  return value <= symbol.max ? value : symbol.min;
}

int32_t loadFile(const lc_tensor_spec_t &spec, const InputSpec &wanted,
                 Array &array, Error error) {
  if (int32_t code = readNpy(wanted.path, array, error))
    return code;
  if (!wanted.hasShape)
    return LC_OK;
  bool same = wanted.rank == array.rank &&
              (wanted.dtype == LC_DTYPE_INVALID || wanted.dtype == array.dtype);
  for (uint32_t d = 0; same && d < array.rank; ++d)
    same = wanted.dims[d] < 0 || wanted.dims[d] == array.dims[d];
  return same ? int32_t(LC_OK)
              : fail(error, LC_INVALID_ARGUMENT,
                     "input '%s': '%s' does not have the shape that --input "
                     "says",
                     spec.name, wanted.path);
}

/// Reads files and learns symbols from them and from given shapes.
int32_t readGiven(Run &run, const InputSpec *specs, Sizes &sizes, Error error) {
  const lc_function_t &function = *run.function;
  for (uint32_t i = 0; i < function.n_inputs; ++i) {
    const lc_tensor_spec_t &spec = function.inputs[i];
    Array &array = run.inputs[i];
    uint32_t rank = specs[i].rank;
    const int64_t *dims = specs[i].dims;
    if (specs[i].kind == InputSpec::file) {
      if (int32_t code = loadFile(spec, specs[i], array, error))
        return code;
      rank = array.rank;
      dims = array.dims;
    } else if (!specs[i].hasShape) {
      continue;
    }
    if (int32_t code = learn(function, spec, rank, dims, sizes, error))
      return code;
  }
  return LC_OK;
}

int32_t generateInput(const lc_tensor_spec_t &spec, const InputSpec &wanted,
                      uint32_t index, const Sizes &sizes, Array &array,
                      Error error) {
  array.dtype = wanted.dtype ? wanted.dtype : spec.dtype;
  array.rank = wanted.hasShape ? wanted.rank : spec.rank;
  for (uint32_t d = 0; d < array.rank; ++d) {
    array.dims[d] =
        d < spec.rank ? dimension(spec.dims[d], sizes.symbols, sizes.plan) : 1;
    if (wanted.hasShape && wanted.dims[d] >= 0)
      array.dims[d] = wanted.dims[d];
  }
  int64_t size = byteSize(array.dtype, array.rank, array.dims);
  if (size < 0 || !reserve(array.block, size ? size_t(size) : 1))
    return fail(error, LC_RESOURCE_EXHAUSTED,
                "input '%s': no memory for %lld bytes", spec.name,
                LongLong(size));
  generate(wanted, index, array.view());
  return LC_OK;
}

int32_t parseInputs(Run &run, InputSpec *specs, bool *given, Error error) {
  const lc_function_t &function = *run.function;
  for (int k = 0; k < run.options->inputs.count; ++k) {
    InputSpec spec;
    if (int32_t code = parseInput(run.options->inputs.items[k], spec, error))
      return code;
    int32_t index = findTensor("input", spec.name, function.inputs,
                               function.n_inputs, error);
    if (index < 0)
      return LC_INVALID_ARGUMENT;
    if (given[index])
      return fail(error, LC_INVALID_ARGUMENT, "input '%s' is given twice",
                  function.inputs[index].name);
    given[index] = true;
    specs[index] = spec;
  }
  return LC_OK;
}

int32_t make(Run &run, InputSpec *specs, bool *given, Sizes &sizes,
             Error error) {
  const lc_function_t &function = *run.function;
  for (uint32_t i = 0; i < function.n_inputs; ++i)
    specs[i] = InputSpec();
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    sizes.symbols[i] = unset;
  if (int32_t code = parseInputs(run, specs, given, error))
    return code;
  for (int k = 0; k < run.options->dims.count; ++k)
    if (int32_t code =
            applyDim(function, run.options->dims.items[k], sizes, error))
      return code;
  if (int32_t code = readGiven(run, specs, sizes, error))
    return code;
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    if (sizes.symbols[i] == unset)
      sizes.symbols[i] = smallest(function.symbols[i]);
  if (function.plan)
    function.plan(sizes.symbols, sizes.plan);
  for (uint32_t i = 0; i < function.n_inputs; ++i) {
    if (isState(run, i))
      continue;
    if (specs[i].kind != InputSpec::file)
      if (int32_t code = generateInput(function.inputs[i], specs[i], i, sizes,
                                       run.inputs[i], error))
        return code;
    run.inputViews[i] = run.inputs[i].view();
  }
  return LC_OK;
}
} // namespace

bool isState(const Run &run, uint32_t input) {
  for (uint64_t i = 0; run.training && i < run.training->n_states; ++i)
    if (run.training->states[i].input == input)
      return true;
  return false;
}

int32_t makeInputs(Run &run, Error error) {
  const lc_function_t &function = *run.function;
  auto *specs = static_cast<InputSpec *>(
      calloc(size_t(function.n_inputs) + 1, sizeof(InputSpec)));
  auto *given =
      static_cast<bool *>(calloc(size_t(function.n_inputs) + 1, sizeof(bool)));
  Sizes sizes = {static_cast<int64_t *>(
                     calloc(size_t(function.n_symbols) + 1, sizeof(int64_t))),
                 static_cast<int64_t *>(
                     calloc(size_t(function.n_plan) + 1, sizeof(int64_t)))};
  int32_t code = specs && given && sizes.symbols && sizes.plan
                     ? make(run, specs, given, sizes, error)
                     : fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  free(specs);
  free(given);
  free(sizes.symbols);
  free(sizes.plan);
  return code;
}

} // namespace lcompile::rt
