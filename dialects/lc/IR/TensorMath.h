// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shorthand for arithmetic of tensors that have one type.
#ifndef DIALECTS_LC_IR_TENSORMATH_H
#define DIALECTS_LC_IR_TENSORMATH_H

#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile::lc {

class TensorMath {
public:
  explicit TensorMath(mlir::ImplicitLocOpBuilder &b) : b(b) {}

  template <typename Op, typename... Args> mlir::Value make(Args &&...args) {
    return Op::create(b, std::forward<Args>(args)...);
  }

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  mlir::Value add(mlir::Value x, double y) { return add(x, full(y, x)); }
  mlir::Value mul(mlir::Value x, double y) { return mul(x, full(y, x)); }
  mlir::Value square(mlir::Value x) { return mul(x, x); }
  /// 1 - x
  mlir::Value complement(mlir::Value x);
  mlir::Value less(mlir::Value x, mlir::Value y);
  mlir::Value equal(mlir::Value x, mlir::Value y);
  mlir::Value less(mlir::Value x, double y) { return less(x, full(y, x)); }
  mlir::Value equal(mlir::Value x, double y) { return equal(x, full(y, x)); }
  mlir::Value where(mlir::Value condition, mlir::Value x, mlir::Value y);
  /// A number everywhere, with the type of `like`, or one of its own.
  mlir::Value full(double value, mlir::Value like);
  mlir::Value full(double value, mlir::RankedTensorType type);
  mlir::Value zeros(mlir::Value like) { return full(0, like); }

  /// A tensor of rank 0 at every place of a tensor with the shape of `like`.
  mlir::Value spread(mlir::Value number, mlir::Value like);
  mlir::Value convert(mlir::Value x, mlir::Type element);

  /// Sum over these dimensions.
  mlir::Value sum(mlir::Value x, llvm::ArrayRef<int64_t> dims, bool keepdim);
  /// What a reduction of `like` over `dims` gave, repeated to the shape of
  /// `like`.
  mlir::Value repeat(mlir::Value reduced, llvm::ArrayRef<int64_t> dims,
                     mlir::Value like);
  /// How many elements these dimensions have, everywhere in a tensor of `type`.
  mlir::Value count(mlir::Value of, llvm::ArrayRef<int64_t> dims,
                    mlir::RankedTensorType type);

  mlir::ImplicitLocOpBuilder &b;
};

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_TENSORMATH_H
