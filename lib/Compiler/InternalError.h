// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Faults of the compiler itself, as opposed to those of its input.
#ifndef LIB_COMPILER_INTERNALERROR_H
#define LIB_COMPILER_INTERNALERROR_H

#include "llvm/Support/Error.h"
#include <string>

namespace lcompile {

/// Ends lcompile with exit code 2. `details` are lines for people: the
/// reproducer and how to replay it.
class InternalError : public llvm::ErrorInfo<InternalError> {
public:
  static char ID;

  InternalError(std::string what, std::string details)
      : what(std::move(what)), details(std::move(details)) {}

  void log(llvm::raw_ostream &os) const override {
    os << what;
    if (!details.empty())
      os << "\n" << details;
  }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  std::string what, details;
};

} // namespace lcompile

#endif // LIB_COMPILER_INTERNALERROR_H
