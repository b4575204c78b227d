// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks of inputs. Every message names the input, what was expected and what
// was found.
#include "runtime/loader/Symbols.h"

namespace lcompile::rt {

namespace {
using LongLong = long long;

constexpr int64_t unbound = INT64_MIN;

int32_t checkForm(const lc_tensor_spec_t &spec, const lc_tensor_t &input,
                  Error error) {
  if (input.dtype != spec.dtype)
    return fail(error, LC_INVALID_ARGUMENT,
                "input '%s': expected dtype %s, found %s", spec.name,
                lc_dtype_name(spec.dtype), lc_dtype_name(input.dtype));
  if (input.rank != spec.rank)
    return fail(error, LC_INVALID_ARGUMENT,
                "input '%s': expected rank %u, found %u", spec.name, spec.rank,
                input.rank);
  if (spec.rank && !input.dims)
    return fail(error, LC_INVALID_ARGUMENT, "input '%s': no dimensions given",
                spec.name);
  for (uint32_t i = 0; i < spec.rank; ++i)
    if (input.dims[i] < 0)
      return fail(error, LC_INVALID_ARGUMENT,
                  "input '%s': dimension %u is negative: %lld", spec.name, i,
                  LongLong(input.dims[i]));
  return checkDense("input", spec.name, input, error);
}

/// The input that bound `symbol`: the first one that has it as a dimension.
const char *binder(const lc_function_t &function, int32_t symbol) {
  for (uint32_t i = 0; i < function.n_inputs; ++i)
    for (uint32_t d = 0; d < function.inputs[i].rank; ++d) {
      const lc_dim_t &dim = function.inputs[i].dims[d];
      if (dim.value < 0 && dim.symbol == symbol)
        return function.inputs[i].name;
    }
  return "?";
}

int32_t bindDimension(const lc_function_t &function,
                      const lc_tensor_spec_t &spec, uint32_t index,
                      int64_t size, int64_t *symbols, Error error) {
  const lc_dim_t &dim = spec.dims[index];
  if (dim.value >= 0) {
    if (size == dim.value)
      return LC_OK;
    return fail(error, LC_INVALID_ARGUMENT,
                "input '%s': expected dimension %u to be %lld, found %lld",
                spec.name, index, LongLong(dim.value), LongLong(size));
  }
  if (dim.symbol < 0)
    return LC_OK;
  int64_t &value = symbols[dim.symbol];
  const lc_symbol_t &symbol = function.symbols[dim.symbol];
  if (value == unbound) {
    value = size;
    char who[320];
    fail({who, sizeof who}, LC_OK, "input '%s': dimension %u", spec.name,
         index);
    return checkSymbol(symbol, size, who, error);
  }
  if (value == size)
    return LC_OK;
  return fail(error, LC_INVALID_ARGUMENT,
              "input '%s': dimension %u: %s = %lld differs from %s = %lld of "
              "input '%s'",
              spec.name, index, symbol.name, LongLong(size), symbol.name,
              LongLong(value), binder(function, dim.symbol));
}
} // namespace

int32_t checkSymbol(const lc_symbol_t &symbol, int64_t value, const char *who,
                    Error error) {
  if (value < symbol.min || value > symbol.max) {
    if (symbol.max == INT64_MAX)
      return fail(error, LC_INVALID_ARGUMENT, "%s: %s = %lld is less than %lld",
                  who, symbol.name, LongLong(value), LongLong(symbol.min));
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: %s = %lld is outside %lld..%lld", who, symbol.name,
                LongLong(value), LongLong(symbol.min), LongLong(symbol.max));
  }
  if (symbol.divisor > 1 && value % symbol.divisor)
    return fail(error, LC_INVALID_ARGUMENT,
                "%s: %s = %lld is not a multiple of %lld", who, symbol.name,
                LongLong(value), LongLong(symbol.divisor));
  return LC_OK;
}

int32_t bindSymbols(const lc_function_t &function, const lc_tensor_t *inputs,
                    uint32_t count, int32_t rankSymbol, uint32_t rank,
                    int64_t *symbols, Error error) {
  if (count != function.n_inputs)
    return fail(error, LC_INVALID_ARGUMENT,
                "function '%s': expected %u inputs, found %u", function.name,
                function.n_inputs, count);
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    symbols[i] = unbound;
  if (rankSymbol >= 0)
    symbols[rankSymbol] = rank;
  for (uint32_t i = 0; i < count; ++i) {
    const lc_tensor_spec_t &spec = function.inputs[i];
    if (int32_t code = checkForm(spec, inputs[i], error))
      return code;
    for (uint32_t d = 0; d < spec.rank; ++d)
      if (int32_t code = bindDimension(function, spec, d, inputs[i].dims[d],
                                       symbols, error))
        return code;
  }
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    if (symbols[i] == unbound)
      return fail(error, LC_INTERNAL, "function '%s': no input binds '%s'",
                  function.name, function.symbols[i].name);
  return LC_OK;
}

int32_t checkExpressions(const lc_function_t &function,
                         const lc_tensor_t *inputs, const int64_t *plan,
                         Error error) {
  for (uint32_t i = 0; i < function.n_inputs; ++i) {
    const lc_tensor_spec_t &spec = function.inputs[i];
    for (uint32_t d = 0; d < spec.rank; ++d) {
      const lc_dim_t &dim = spec.dims[d];
      if (dim.value >= 0 || dim.symbol >= 0 ||
          plan[dim.plan] == inputs[i].dims[d])
        continue;
      return fail(error, LC_INVALID_ARGUMENT,
                  "input '%s': expected dimension %u to be %s = %lld, found "
                  "%lld",
                  spec.name, d, dim.text ? dim.text : "?",
                  LongLong(plan[dim.plan]), LongLong(inputs[i].dims[d]));
    }
  }
  return LC_OK;
}

int32_t checkDense(const char *kind, const char *name,
                   const lc_tensor_t &tensor, Error error) {
  if (!tensor.strides)
    return LC_OK;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    if (tensor.dims[i] == 0)
      return LC_OK;
  int64_t expected = 1;
  for (uint32_t i = tensor.rank; i-- > 0;) {
    if (tensor.dims[i] != 1 && tensor.strides[i] != expected)
      return fail(error, LC_INVALID_ARGUMENT,
                  "%s '%s': not dense row-major: expected stride of dimension "
                  "%u to be %lld, found %lld",
                  kind, name, i, LongLong(expected),
                  LongLong(tensor.strides[i]));
    if (__builtin_mul_overflow(expected, tensor.dims[i], &expected))
      return fail(error, LC_INVALID_ARGUMENT, "%s '%s': too large", kind, name);
  }
  return LC_OK;
}

int64_t byteSize(uint32_t dtype, uint32_t rank, const int64_t *dims) {
  int64_t size = int64_t(lc_dtype_size(dtype));
  for (uint32_t i = 0; i < rank; ++i)
    if (dims[i] == 0)
      return 0;
  for (uint32_t i = 0; i < rank; ++i)
    if (dims[i] < 0 || __builtin_mul_overflow(size, dims[i], &size))
      return -1;
  return size;
}

} // namespace lcompile::rt
