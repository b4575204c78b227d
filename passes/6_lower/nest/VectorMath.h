// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Transcendental functions of f32 as arithmetic, within 2 ulp.
#ifndef PASSES_6_LOWER_NEST_VECTORMATH_H
#define PASSES_6_LOWER_NEST_VECTORMATH_H

#include "dialects/lc/IR/BodyBuilder.h"

namespace lcompile::nest {

/// Builds scalars or vectors. Functions that are built from others ask exp and
/// log, which a machine may have.
class VectorMath : public lc::BodyBuilder {
public:
  using BodyBuilder::BodyBuilder;
  virtual ~VectorMath() = default;

  virtual mlir::Value exp(mlir::Value x);
  virtual mlir::Value log(mlir::Value x);
  mlir::Value expm1(mlir::Value x);
  /// For types whose exp and log are calls.
  mlir::Value expm1OfCalls(mlir::Value x);
  mlir::Value log1p(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  mlir::Value erf(mlir::Value x);

private:
  /// exp(x) == (1 + tail) * 2^n.
  struct Reduced {
    mlir::Value n, r, tail; // integer, remainder, exp(r) - 1
  };
  Reduced reduceExp(mlir::Value x);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value polynomial(llvm::ArrayRef<float> coefficients, mlir::Value x);
  mlir::Value toBits(mlir::Value x);
  mlir::Value toFloat(mlir::Value bits);
  /// 2^n for an integer n in [-126, 127].
  mlir::Value powerOfTwo(mlir::Value n);
  /// value * 2^n for n in [-252, 254].
  mlir::Value scale(mlir::Value value, mlir::Value n);
};

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_VECTORMATH_H
