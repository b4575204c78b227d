// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scalars of control flow that are expressions of sizes.
#include "dialects/lc/IR/Numbers.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile {

AffineExpr lc::expressionOf(Value number) {
  if (auto fixed = number.getDefiningOp<arith::ConstantOp>())
    if (auto n = dyn_cast<IntegerAttr>(fixed.getValue()))
      return constant(number.getContext(), n.getInt());
  auto item = number.getDefiningOp<ItemOp>();
  auto size = item ? item.getInput().getDefiningOp<SizeOp>() : nullptr;
  return size ? size.getExpr().getExprs()[0] : AffineExpr();
}

Value lc::makeNumber(OpBuilder &b, Location loc, AffineExpr expr) {
  if (std::optional<int64_t> n = getConstant(expr))
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(*n));
  Type i64 = b.getI64Type();
  return ItemOp::create(b, loc, i64,
                        SizeOp::create(b, loc, RankedTensorType::get({}, i64),
                                       DimsAttr::get({expr}, b.getContext())));
}

} // namespace lcompile
