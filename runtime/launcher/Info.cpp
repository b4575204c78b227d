// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --info: what an artefact is.
#include "runtime/launcher/Run.h"

#include <stdio.h>

namespace lcompile::rt {

namespace {
using LongLong = long long;

void printTensor(const char *kind, const lc_tensor_spec_t &spec,
                 const lc_function_t &function) {
  printf("    %-7s %s: ", kind, spec.name);
  for (uint32_t d = 0; d < spec.rank; ++d) {
    const lc_dim_t &dim = spec.dims[d];
    if (dim.value >= 0)
      printf("%lldx", LongLong(dim.value));
    else
      printf("%sx", dim.text          ? dim.text
                    : dim.symbol >= 0 ? function.symbols[dim.symbol].name
                                      : "?");
  }
  printf("%s", lc_dtype_name(spec.dtype));
  if (spec.alias >= 0)
    printf(" (updates '%s' in place)", function.inputs[spec.alias].name);
  printf("\n");
}

void printSymbol(const lc_symbol_t &symbol) {
  printf("    size    %s: %lld..", symbol.name, LongLong(symbol.min));
  if (symbol.max != INT64_MAX)
    printf("%lld", LongLong(symbol.max));
  if (symbol.divisor > 1)
    printf(", multiples of %lld", LongLong(symbol.divisor));
  printf("\n");
}

void printFunction(const lc_function_t &function) {
  printf("  function %s\n", function.name);
  for (uint32_t i = 0; i < function.n_inputs; ++i)
    printTensor("input", function.inputs[i], function);
  for (uint32_t i = 0; i < function.n_outputs; ++i)
    printTensor("output", function.outputs[i], function);
  for (uint32_t i = 0; i < function.n_symbols; ++i)
    printSymbol(function.symbols[i]);
  printf("    %u dispatches; arena %s bytes, at most %lld bytes live at once\n",
         function.n_dispatches, function.arena_text ? function.arena_text : "?",
         LongLong(function.arena_live_bytes));
}
} // namespace

void printInfo(lc_artefact_t *artefact) {
  const lc_executable_t &executable = *lc_artefact_executable(artefact);
  printf("%s: artefact %u.%u by %s\n", executable.name,
         executable.version >> 16, executable.version & 0xffff,
         executable.compiler ? executable.compiler : "?");
  printf("  target %s, build %s\n", executable.target, executable.build_id);
  printf("  %u kernels; library kernels: %s\n", executable.n_kernels,
         executable.library ? executable.library->name : "none");
  printf("  weights: %llu bytes in %u constants, %s%s\n",
         static_cast<unsigned long long>(executable.weights_size),
         executable.n_constants, executable.weights_file ? "in " : "embedded",
         executable.weights_file ? executable.weights_file : "");
  for (uint32_t i = 0; i < executable.n_functions; ++i)
    printFunction(executable.functions[i]);
}

} // namespace lcompile::rt
