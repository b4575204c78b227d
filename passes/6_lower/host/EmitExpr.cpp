// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes and offsets as i64 arithmetic of the host program.
#include "passes/6_lower/host/EmitExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile {

Value emitExpr(ImplicitLocOpBuilder &b, AffineExpr expr,
               function_ref<Value(unsigned)> symbol) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(c.getValue()));
  if (auto s = dyn_cast<AffineSymbolExpr>(expr))
    return symbol(s.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value l = emitExpr(b, binary.getLHS(), symbol);
  Value r = emitExpr(b, binary.getRHS(), symbol);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, l, r);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, l, r);
  case AffineExprKind::FloorDiv:
    return arith::FloorDivSIOp::create(b, l, r);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(b, l, r);
  default: { // Mod: the result is not negative
    Value quotient = arith::FloorDivSIOp::create(b, l, r);
    return arith::SubIOp::create(b, l, arith::MulIOp::create(b, quotient, r));
  }
  }
}

} // namespace lcompile
