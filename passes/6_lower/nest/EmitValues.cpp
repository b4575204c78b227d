// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: values at places; loads, stores, elementwise
// operations.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile::nest {

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

static std::pair<void *, std::vector<const void *>>
keyOf(Value tensor, ArrayRef<AffineExpr> place) {
  std::vector<const void *> exprs;
  for (AffineExpr expr : place)
    exprs.push_back(expr.getAsOpaquePointer());
  return {tensor.getAsOpaquePointer(), std::move(exprs)};
}

Value NestEmitter::eval(Value tensor, Place place) {
  if (failed)
    return {};
  for (AffineExpr &expr : place)
    expr = simplified(expr);
  unsigned depth = scopeOf(place);
  auto key = keyOf(tensor, place);
  auto known = scopes[depth]->values.find(key);
  if (known != scopes[depth]->values.end())
    return known->second;
  Value v = inScope(depth, [&] { return evalUncached(tensor, place); });
  if (!v)
    failed = true;
  scopes[depth]->values[std::move(key)] = v;
  return v;
}

void NestEmitter::define(Value tensor, Place place, Value value) {
  for (AffineExpr &expr : place)
    expr = simplified(expr);
  scopes[scopeOf(place)]->values[keyOf(tensor, place)] = value;
}

Value NestEmitter::evalUncached(Value tensor, ArrayRef<AffineExpr> place) {
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return load(kernel.inputs[argument.getArgNumber()], typeOf(tensor), place);
  Operation *op = tensor.getDefiningOp();
  b.setLoc(op->getLoc());
  lc::BodyBuilder body(b);
  if (isa<lc::Elementwise>(op))
    return elementwise(op, place);
  if (auto view = dyn_cast<lc::View>(op)) {
    Value input = op->getOperand(0);
    if (flat)
      return eval(input, {typeOf(input).getNumElements() == 1 &&
                                  typeOf(tensor).getNumElements() != 1
                              ? lc::constant(ctx, 0)
                              : place[0]});
    Place source;
    if (succeeded(view.mapToSource(place, source)))
      return eval(input, source);
  }
  auto splat = [&](Attribute value) {
    Type compute = lc::computeType(typeOf(tensor).getElementType());
    double number = 0;
    if (auto f = dyn_cast<FloatAttr>(value)) {
      number = f.getValueAsDouble();
    } else if (auto i = dyn_cast<IntegerAttr>(value)) {
      // Wide integers do not fit into a double.
      if (compute.isInteger(64))
        return Value(arith::ConstantOp::create(
            b, b.getI64IntegerAttr(i.getValue().getSExtValue())));
      number = i.getType().isInteger(1) ? i.getValue().getBoolValue()
               : i.getType().isUnsignedInteger()
                   ? double(i.getValue().getZExtValue())
                   : double(i.getValue().getSExtValue());
    }
    return body.constantOf(compute, number);
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](lc::FullOp o) { return splat(o.getValue()); })
      .Case([&](lc::ConstantOp o) -> Value {
        if (auto elements = dyn_cast<SplatElementsAttr>(o.getValue()))
          return splat(elements.getSplatValue<Attribute>());
        o.emitError("expected constants of a kernel to be splats");
        return {};
      })
      .Case([&](lc::IotaOp o) { return iota(o, place[0]); })
      .Case([&](lc::SizeOp o) { return index(o.getExpr().getExprs()[0]); })
      .Case([&](lc::ConcatOp o) { return concat(o, place); })
      .Case([&](lc::PadOp o) { return pad(o, place); })
      .Case([&](lc::ResizeOp o) { return resize(o, place); })
      .Case([&](lc::IndexSelectOp o) { return indexSelect(o, place); })
      .Case([&](lc::GatherOp o) { return gather(o, place); })
      .Case([&](lc::DynamicSliceOp o) { return dynamicSlice(o, place); })
      .Case([&](lc::InsertSliceOp o) { return insertSlice(o, place); })
      .Case<lc::SumOp, lc::ProdOp, lc::MeanOp, lc::AmaxOp, lc::AminOp,
            lc::AnyOp, lc::AllOp>(
          [&](Operation *o) { return reduceOp(o, place); })
      .Case<lc::MaxPoolOp, lc::AvgPoolOp, lc::AdaptiveAvgPoolOp>(
          [&](Operation *o) { return pool(o, place); })
      .Case<lc::ArgmaxOp, lc::ArgminOp>(
          [&](Operation *o) { return argReduce(o, place); })
      .Default([&](Operation *o) -> Value {
        o->emitError() << "'" << o->getName() << "' has no code generation";
        return {};
      });
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

std::optional<int64_t> NestEmitter::laneStride(AffineExpr expr) {
  std::optional<int64_t> stride;
  bool opaque = false;
  for (unsigned i = 0; i < axes.size(); ++i) {
    if (!expr.isFunctionOfDim(i))
      continue;
    if (axes[i].lanes)
      stride = strideAlong(expr, i, bounds);
    opaque |= axes[i].opaque;
  }
  return opaque ? std::nullopt : stride;
}

MemoryPlace NestEmitter::memoryPlace(Value buffer, RankedTensorType type,
                                     ArrayRef<AffineExpr> place,
                                     lc::Dims &sizes) {
  sizes = lc::getDims(type);
  if (flat)
    sizes = {lc::numElements(sizes, ctx)};
  return {buffer, target.memoryType(type.getElementType()), sizes, place};
}

Value NestEmitter::load(Value buffer, RankedTensorType type,
                        ArrayRef<AffineExpr> place) {
  lc::Dims sizes;
  MemoryPlace from = memoryPlace(buffer, type, place, sizes);
  Value v = target.load(*this, from);
  if (!v) {
    kernel.function.emitError("reads a tensor in a way that has no code "
                              "generation on this target");
    failed = true;
    return {};
  }
  return toCompute(computed(v), type.getElementType());
}

void NestEmitter::store(Value value, Value buffer, RankedTensorType type,
                        ArrayRef<AffineExpr> place) {
  if (failed || !value)
    return;
  lc::Dims sizes;
  MemoryPlace to = memoryPlace(buffer, type, place, sizes);
  if (isVector(simplified(linearize(place, sizes, ctx))))
    value = broadcast(value);
  target.store(*this, toMemory(value, type.getElementType()), to);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Value NestEmitter::elementwise(Operation *op, ArrayRef<AffineExpr> place) {
  SmallVector<Value> operands;
  bool vector = false;
  for (Value operand : op->getOperands()) {
    Value v = eval(operand, Place(place));
    if (!v)
      return {};
    vector |= isa<VectorType>(v.getType());
    operands.push_back(v);
  }
  if (vector || target.computesInLanes())
    for (Value &v : operands)
      v = broadcast(v);
  b.setLoc(op->getLoc());
  Value result = cast<lc::Elementwise>(op).buildBody(b, operands);
  // Narrow types are computed in wider ones: bring the value back into range,
  // and round where the model asks for a narrower type.
  Type element = typeOf(op->getResult(0)).getElementType();
  bool isNarrowInteger = isa<IntegerType>(element) &&
                         element.getIntOrFloatBitWidth() < 32 &&
                         !element.isInteger(1);
  bool isRounding = isa<lc::ConvertOp>(op) && isa<FloatType>(element) &&
                    element.getIntOrFloatBitWidth() < 32;
  if (isNarrowInteger || isRounding)
    result = toCompute(toMemory(result, element), element);
  return result;
}

Value NestEmitter::iota(lc::IotaOp op, AffineExpr place) {
  Type compute = lc::computeType(typeOf(op.getResult()).getElementType());
  Value number = isVector(place) ? indexVector(place) : index(place);
  lc::BodyBuilder body(b);
  Type type = compute;
  if (auto vector = dyn_cast<VectorType>(number.getType()))
    type = VectorType::get(vector.getShape(), compute);
  if (isa<FloatType>(compute))
    number = arith::SIToFPOp::create(b, type, number);
  else if (compute.getIntOrFloatBitWidth() < target.indexType(ctx).getWidth())
    number = arith::TruncIOp::create(b, type, number);
  auto constant = [&](TypedAttr attr) {
    double v = isa<FloatAttr>(attr)
                   ? cast<FloatAttr>(attr).getValueAsDouble()
                   : double(cast<IntegerAttr>(attr).getValue().getSExtValue());
    return body.constantOf(type, v);
  };
  return body.add(constant(op.getStart()),
                  body.mul(number, constant(op.getStep())));
}

} // namespace lcompile::nest
