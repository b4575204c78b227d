// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs lc operations over weights while the compiler runs.
#ifndef DIALECTS_LC_IR_CONSTANTEVALUATOR_H
#define DIALECTS_LC_IR_CONSTANTEVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectInterface.h"

namespace lcompile::lc {

/// An interface of the lc dialect that a tool registers when it can run code.
/// Passes cannot: they do not know how code is made.
class ConstantEvaluator
    : public mlir::DialectInterface::Base<ConstantEvaluator> {
public:
  explicit ConstantEvaluator(mlir::Dialect *dialect) : Base(dialect) {}

  /// Runs `function`: no arguments, results of known sizes, operations of lc
  /// that are no contractions, weights from the context's store. Gives the
  /// bytes of each result; fails without a diagnostic when something in it
  /// cannot be run.
  virtual llvm::FailureOr<std::vector<std::vector<char>>>
  evaluate(mlir::func::FuncOp function) const = 0;

  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ConstantEvaluator)
};

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_CONSTANTEVALUATOR_H
