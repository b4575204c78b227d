// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The first thing that is wrong with a file, and where.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_FAILURE_H
#define LIB_IMPORT_EXPORTEDPROGRAM_FAILURE_H

#include "llvm/ADT/Twine.h"
#include <string>
#include <vector>

namespace lcompile::import {

/// Readers carry on after an error with harmless values and stop at the next
/// occasion; only the first error is kept.
class Failure {
public:
  void fail(const llvm::Twine &what) {
    if (failed())
      return;
    for (const std::string &place : places)
      text += place + ": ";
    text += what.str();
  }
  bool failed() const { return !text.empty(); }
  const std::string &message() const { return text; }

  /// A place that errors name as long as it lives: "node 17 (aten.add.Tensor)".
  class Scope {
  public:
    Scope(Failure &failure, const llvm::Twine &place) : failure(failure) {
      failure.places.push_back(place.str());
    }
    ~Scope() { failure.places.pop_back(); }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

  private:
    Failure &failure;
  };

private:
  std::vector<std::string> places;
  std::string text;
};

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_FAILURE_H
