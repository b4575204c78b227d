// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small tools that the rules of several families share.
#ifndef LIB_IMPORT_ATEN_RULES_HELPERS_H
#define LIB_IMPORT_ATEN_RULES_HELPERS_H

#include "lib/Import/Aten/AtenCall.h"

namespace lcompile::import {

// Sizes. Expressions over the symbols have no minimum and maximum of their own;
// where the symbols' ranges do not decide, both are written with divisions.
lc::Range boundsOf(AtenCall &call, mlir::AffineExpr expr);
mlir::AffineExpr minOf(AtenCall &call, mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr maxOf(AtenCall &call, mlir::AffineExpr a, mlir::AffineExpr b);
/// A place counted from the front: `index`, or `index + size` when it is
/// negative.
mlir::AffineExpr fromFront(AtenCall &call, mlir::AffineExpr index,
                           mlir::AffineExpr size);
/// The product of `dims` over the product of `divisors`, which divides it.
mlir::AffineExpr quotient(AtenCall &call, llvm::ArrayRef<mlir::AffineExpr> dims,
                          llvm::ArrayRef<mlir::AffineExpr> divisors);
mlir::AffineExpr product(AtenCall &call, llvm::ArrayRef<mlir::AffineExpr> dims);
/// The value of an integer tensor of one element when it follows from sizes;
/// null when it comes from data. Traced models compute sizes with such tensors.
mlir::AffineExpr sizeInTensor(AtenCall &call, mlir::Value v);

/// A list of numbers for `count` dimensions; one number stands for all.
llvm::SmallVector<int64_t> integersFor(AtenCall &call, llvm::StringRef name,
                                       size_t count, int64_t otherwise);

// Tensors. All take null values after a refusal.
/// A value of its own: writes to it do not reach `v`.
mlir::Value copyOf(AtenCall &call, mlir::Value v);
mlir::Value unsqueeze(AtenCall &call, mlir::Value v, int64_t dim);
mlir::Value dropDim(AtenCall &call, mlir::Value v, int64_t dim);
mlir::Value swapDims(AtenCall &call, mlir::Value v, int64_t a, int64_t b);
mlir::Value moveDim(AtenCall &call, mlir::Value v, int64_t from, int64_t to);
mlir::Value concat(AtenCall &call, llvm::ArrayRef<mlir::Value> parts,
                   int64_t dim);
/// A tensor of rank 0 from a number or tensor.
mlir::Value scalar(AtenCall &call, const Datum &d, mlir::Type element);
/// start + step * i for i < count.
mlir::Value iota(AtenCall &call, mlir::AffineExpr count, mlir::Type element,
                 double start = 0, double step = 1);
/// The place along `dim` at every element of a tensor of these sizes.
mlir::Value placesAlong(AtenCall &call, llvm::ArrayRef<mlir::AffineExpr> dims,
                        int64_t dim);
/// `v` with a number for its second operand.
template <typename Op>
mlir::Value withNumber(AtenCall &call, mlir::Value v, double number) {
  if (call.refused())
    return {};
  return call.make<Op>(
      v, call.full(lc::getDims(v), AtenCall::elementOf(v), number));
}
/// Both operands broadcast to one shape; their element types agree already.
template <typename Op>
mlir::Value broadcasted(AtenCall &call, mlir::Value lhs, mlir::Value rhs) {
  lc::Dims dims = call.broadcastDims({lhs, rhs});
  mlir::Value l = call.broadcastTo(lhs, dims), r = call.broadcastTo(rhs, dims);
  return call.make<Op>(l, r);
}

// Random numbers; both refuse where there are none.
/// Uniform in [0, 1), f32, new ones at each call of the function.
mlir::Value uniform(AtenCall &call, llvm::ArrayRef<mlir::AffineExpr> dims);
/// `v` with elements zeroed at random, each with this probability, and the
/// others scaled so that the mean stays; where they were kept, as i1.
std::pair<mlir::Value, mlir::Value> dropElements(AtenCall &call, mlir::Value v,
                                                 double probability);

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_RULES_HELPERS_H
