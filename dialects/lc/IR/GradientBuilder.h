// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What rules of differentiation work with (interface Differentiable).
#ifndef DIALECTS_LC_IR_GRADIENTBUILDER_H
#define DIALECTS_LC_IR_GRADIENTBUILDER_H

#include "dialects/lc/IR/TensorMath.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace lcompile::lc {

/// Builds gradients behind the forward program, one operation after the other,
/// last first, and keeps the sum of what each value was given.
class GradientBuilder : public TensorMath {
public:
  /// Gradients are built at `b`, and only for `wanted` values.
  GradientBuilder(mlir::ImplicitLocOpBuilder &b,
                  const llvm::DenseSet<mlir::Value> &wanted)
      : TensorMath(b), wanted(wanted) {}

  /// The gradient with respect to `v`; null: zero.
  mlir::Value of(mlir::Value v) const { return gradients.lookup(v); }
  bool wants(mlir::Value v) const { return v && wanted.contains(v); }
  /// Adds to the gradient with respect to `v`, which has its type.
  void give(mlir::Value v, mlir::Value gradient);
  /// Gives `operand` the gradient of `result` times what `factor` builds;
  /// builds nothing when it is not wanted.
  void scale(mlir::Value result, mlir::Value operand,
             llvm::function_ref<mlir::Value()> factor);

private:
  const llvm::DenseSet<mlir::Value> &wanted;
  llvm::DenseMap<mlir::Value, mlir::Value> gradients;
};

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_GRADIENTBUILDER_H
