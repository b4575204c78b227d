// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the shapes of inputs to the values of symbols.
#ifndef LCOMPILE_RUNTIME_LOADER_SYMBOLS_H
#define LCOMPILE_RUNTIME_LOADER_SYMBOLS_H

#include "lcompile-c/Types.h"
#include "runtime/base/Error.h"

namespace lcompile::rt {

/// Checks count, dtypes, ranks, strides and static sizes of the inputs and
/// binds every symbol, within its bounds. Dimensions that are expressions are
/// left to checkExpressions. Fills n_symbols values; symbol `rankSymbol`, when
/// it is not negative, is `rank`.
int32_t bindSymbols(const lc_function_t &function, const lc_tensor_t *inputs,
                    uint32_t count, int32_t rankSymbol, uint32_t rank,
                    int64_t *symbols, Error error);

/// Checks one value against the bounds of its symbol; `who` starts the message
/// ("input 'x'").
int32_t checkSymbol(const lc_symbol_t &symbol, int64_t value, const char *who,
                    Error error);

/// Checks the inputs' dimensions that are expressions of the symbols.
int32_t checkExpressions(const lc_function_t &function,
                         const lc_tensor_t *inputs, const int64_t *plan,
                         Error error);

/// The size of a dimension once symbols and plan are known.
inline int64_t dimension(const lc_dim_t &dim, const int64_t *symbols,
                         const int64_t *plan) {
  if (dim.value >= 0)
    return dim.value;
  return dim.symbol >= 0 ? symbols[dim.symbol] : plan[dim.plan];
}

/// Checks that given strides are dense row-major; `kind` is "input" or
/// "output".
int32_t checkDense(const char *kind, const char *name,
                   const lc_tensor_t &tensor, Error error);

/// The bytes of a dense tensor, or -1 when they do not fit in 63 bits.
int64_t byteSize(uint32_t dtype, uint32_t rank, const int64_t *dims);

} // namespace lcompile::rt

#endif // LCOMPILE_RUNTIME_LOADER_SYMBOLS_H
