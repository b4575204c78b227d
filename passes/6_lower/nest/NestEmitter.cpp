// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: scopes and index arithmetic.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace lcompile::nest {

NestEmitter::NestEmitter(Kernel kernel, NestTarget &target, OpBuilder &builder)
    : kernel(std::move(kernel)), target(target),
      b(builder.getUnknownLoc(), builder), ctx(builder.getContext()) {
  bounds.symbols = this->kernel.symbols;
  scopes.push_back(std::make_unique<Scope>());
  scopes.back()->block = b.getInsertionBlock();
}

Value NestTarget::laneNumbers(ImplicitLocOpBuilder &b) {
  IntegerType type = indexType(b.getContext());
  auto numbers =
      llvm::map_to_vector(llvm::seq<uint64_t>(0, lanes()), [&](uint64_t i) {
        return APInt(type.getWidth(), i);
      });
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(VectorType::get({int64_t(lanes())}, type),
                                numbers));
}

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

unsigned NestEmitter::addAxis(Value value, AffineExpr size, unsigned scope,
                              bool lanes, bool opaque) {
  axes.push_back({value, scope, lanes, opaque});
  bounds.sizes.push_back(size);
  return axes.size() - 1;
}

unsigned NestEmitter::scopeOf(ArrayRef<AffineExpr> exprs) {
  unsigned depth = 0;
  for (unsigned i = scopes.size(); i-- > 0;)
    if (scopes[i]->barrier) {
      depth = i;
      break;
    }
  for (AffineExpr expr : exprs)
    expr.walk([&](AffineExpr e) {
      if (auto dim = dyn_cast<AffineDimExpr>(e))
        depth = std::max(depth, axes[dim.getPosition()].scope);
    });
  return depth;
}

bool NestEmitter::isVector(ArrayRef<AffineExpr> exprs) {
  bool vector = false;
  for (AffineExpr expr : exprs)
    expr.walk([&](AffineExpr e) {
      if (auto dim = dyn_cast<AffineDimExpr>(e))
        vector |=
            axes[dim.getPosition()].lanes || axes[dim.getPosition()].opaque;
    });
  return vector;
}

Value NestEmitter::mask() const {
  for (unsigned i = scopes.size(); i-- > 0;) {
    if (scopes[i]->mask)
      return scopes[i]->mask;
    if (scopes[i]->vectorAxis >= 0)
      return {};
  }
  return {};
}

Place NestEmitter::placeOf(AffineExpr p, ArrayRef<AffineExpr> sizes,
                           int without) {
  Place place(sizes.size(), lc::constant(ctx, 0));
  AffineExpr rest = p;
  for (int i = sizes.size() - 1; i >= 0; --i) {
    if (i == without || lc::isConstant(sizes[i], 1))
      continue;
    bool outermost = true;
    for (int k = 0; k < i; ++k)
      outermost &= k == without || lc::isConstant(sizes[k], 1);
    AffineExpr at = outermost ? rest : rest % sizes[i];
    rest = rest.floorDiv(sizes[i]);
    place[i] = isa<AffineDimExpr>(at)
                   ? at
                   : axis(addAxis(index(at), sizes[i], scopes.size() - 1));
  }
  return place;
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

VectorType NestEmitter::vectorOf(Type element) {
  return VectorType::get({static_cast<int64_t>(target.lanes())}, element);
}

Value NestEmitter::indexConstant(int64_t value) {
  return index(lc::constant(ctx, value));
}

Value NestEmitter::broadcast(Value v) {
  if (isa<VectorType>(v.getType()))
    return v;
  return vector::BroadcastOp::create(b, vectorOf(v.getType()), v);
}

Value NestEmitter::index(AffineExpr expr) {
  unsigned depth = scopeOf(expr);
  auto &cache = scopes[depth]->indices;
  if (Value known = cache.lookup(expr))
    return known;
  Value v = inScope(depth, [&] { return emitIndex(expr, /*vector=*/false); });
  return scopes[depth]->indices[expr] = v;
}

Value NestEmitter::indexVector(AffineExpr expr) {
  if (!isVector(expr))
    return broadcast(index(expr));
  unsigned depth = scopeOf(expr);
  if (Value known = scopes[depth]->indexVectors.lookup(expr))
    return known;
  Value v = inScope(depth, [&] { return emitIndex(expr, /*vector=*/true); });
  return scopes[depth]->indexVectors[expr] = v;
}

Value NestEmitter::emitIndex(AffineExpr expr, bool vector) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(target.indexType(ctx), c.getValue()));
  if (auto s = dyn_cast<AffineSymbolExpr>(expr))
    return kernel.symbolValue(s.getPosition());
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    const Axis &axis = axes[dim.getPosition()];
    if (!vector || axis.opaque)
      return axis.value;
    Value steps = target.laneNumbers(b);
    return arith::AddIOp::create(b, broadcast(axis.value), steps);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto operand = [&](AffineExpr e) {
    return vector ? indexVector(e) : index(e);
  };
  Value l = operand(binary.getLHS()), r = operand(binary.getRHS());
  bool positive = provablyNotNegative(binary.getLHS(), bounds);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, l, r);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, l, r);
  case AffineExprKind::FloorDiv:
    if (positive)
      return arith::DivUIOp::create(b, l, r);
    return arith::FloorDivSIOp::create(b, l, r);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(b, l, r);
  default: { // Mod
    if (positive)
      return arith::RemUIOp::create(b, l, r);
    Value rest = arith::RemSIOp::create(b, l, r);
    rest = arith::AddIOp::create(b, rest, r);
    return arith::RemSIOp::create(b, rest, r);
  }
  }
}

Type memoryType(Type element) {
  if (element.isBF16())
    return IntegerType::get(element.getContext(), 16);
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

static Type like(Value v, Type element) {
  if (auto vector = dyn_cast<VectorType>(v.getType()))
    return VectorType::get(vector.getShape(), element);
  return element;
}

Value NestEmitter::toCompute(Value v, Type element) {
  Type compute = lc::computeType(element);
  if (element.isInteger(1)) {
    if (target.computesInLanes()) // comparisons are of 32 bits
      v = arith::ExtUIOp::create(b, like(v, b.getI32Type()), v);
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, v,
                                 lc::BodyBuilder(b).number(0, v));
  }
  Type type =
      like(v, isa<IntegerType>(compute)
                  ? IntegerType::get(ctx, compute.getIntOrFloatBitWidth())
                  : compute);
  if (v.getType() == type)
    return v;
  lc::BodyBuilder body(b);
  if (element.isBF16() && !body.isFloat(v)) { // the upper half of an f32
    Value bits = arith::ExtUIOp::create(b, like(v, b.getI32Type()), v);
    bits = arith::ShLIOp::create(b, bits, body.number(16, bits));
    return arith::BitcastOp::create(b, type, bits);
  }
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(b, type, v);
  if (element.isUnsignedInteger())
    return arith::ExtUIOp::create(b, type, v);
  return arith::ExtSIOp::create(b, type, v);
}

Value NestEmitter::toMemory(Value v, Type element) {
  Type type = like(v, target.memoryType(element));
  if (v.getType() == type)
    return v;
  if (element.isInteger(1)) {
    if (!target.computesInLanes())
      return arith::ExtUIOp::create(b, type, v);
    v = arith::ExtUIOp::create(b, like(v, b.getI32Type()), v);
    return arith::TruncIOp::create(b, type, v);
  }
  if (element.isBF16() && isa<IntegerType>(getElementTypeOrSelf(type))) {
    // Rounded to even with integers: few machines have an instruction, it may
    // take denormal numbers as 0, and LLVM's stand-in is a library that
    // artefacts lack.
    lc::BodyBuilder body(b);
    Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, v, v);
    Value bits = arith::BitcastOp::create(b, like(v, b.getI32Type()), v);
    auto number = [&](int64_t n) { return body.number(double(n), bits); };
    auto upper = [&](Value x) -> Value {
      return arith::ShRUIOp::create(b, x, number(16));
    };
    Value isOdd = arith::AndIOp::create(b, upper(bits), number(1));
    Value up = body.add(body.add(bits, number(0x7fff)), isOdd);
    Value rounded = body.select(isNan, number(0x7fc0), upper(up));
    return arith::TruncIOp::create(b, type, rounded);
  }
  if (isa<FloatType>(element))
    return arith::TruncFOp::create(b, type, v);
  return arith::TruncIOp::create(b, type, v);
}

} // namespace lcompile::nest
