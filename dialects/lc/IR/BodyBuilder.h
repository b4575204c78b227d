// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for the bodies of elementwise operations: the same code builds
// scalars and vectors, floating point and integers.
#ifndef DIALECTS_LC_IR_BODYBUILDER_H
#define DIALECTS_LC_IR_BODYBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile::lc {

/// The type in which elements of this type are computed: f32 for f16, bf16 and
/// f32; i32 for integers of up to 32 bits; f64, i64 and i1 themselves.
mlir::Type computeType(mlir::Type element);

class BodyBuilder {
public:
  explicit BodyBuilder(mlir::ImplicitLocOpBuilder &builder) : b(builder) {}

  static bool isFloat(mlir::Value v) {
    return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(v));
  }

  /// A constant of the type of `like`.
  mlir::Value number(double value, mlir::Value like);
  mlir::Value constantOf(mlir::Type type, double value);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  /// x * y + z, of floats with one rounding.
  mlir::Value multiplyAdd(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value neg(mlir::Value x);
  /// NaN wins.
  mlir::Value max(mlir::Value x, mlir::Value y);
  mlir::Value min(mlir::Value x, mlir::Value y);
  /// x limited by a number from below or above; NaN stays NaN.
  mlir::Value atLeast(mlir::Value x, double low);
  mlir::Value atMost(mlir::Value x, double high);
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);
  mlir::Value less(mlir::Value x, mlir::Value y);
  mlir::Value equal(mlir::Value x, mlir::Value y);
  mlir::Value notEqual(mlir::Value x, mlir::Value y);
  mlir::Value sigmoid(mlir::Value x);

  template <typename Op, typename... Args> mlir::Value make(Args &&...args) {
    return Op::create(b, std::forward<Args>(args)...);
  }

  mlir::ImplicitLocOpBuilder &b;
};

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_BODYBUILDER_H
