// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What users may say about a model that is imported, whatever its format.
#ifndef LIB_IMPORT_ATEN_IMPORTOPTIONS_H
#define LIB_IMPORT_ATEN_IMPORTOPTIONS_H

#include <string>
#include <utility>
#include <vector>

namespace lcompile::import {

struct ImportOptions {
  /// Shapes of inputs, by name: "batch=1..32x3x224x224xf32" (grammar in
  /// lib/Import/InputSpec). A size given as one number is fixed; an empty name
  /// means the input at this position.
  std::vector<std::pair<std::string, std::string>> inputs;
  /// For a training step: says in the program which weights are the model's
  /// parameters, makes inputs of what it moves, and lets it draw random
  /// numbers.
  bool marksParameters = false;
};

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_IMPORTOPTIONS_H
