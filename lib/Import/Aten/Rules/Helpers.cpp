// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small tools that the rules of several families share.
#include "lib/Import/Aten/Rules/Helpers.h"

#include "dialects/lc/IR/WeightStore.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile::import {

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// No size in memory reaches this; divisions by it tell the sign.
static constexpr int64_t beyond = int64_t(1) << 40;

lc::Range boundsOf(AtenCall &call, AffineExpr expr) {
  return lc::boundsOf(expr, call.symbols);
}

/// 0, or -1 when `expr` is negative.
static AffineExpr signOf(AffineExpr expr) { return expr.floorDiv(beyond); }

AffineExpr maxOf(AtenCall &call, AffineExpr a, AffineExpr b) {
  if (!a || !b)
    return {};
  AffineExpr difference = lc::simplify(a - b);
  lc::Range range = boundsOf(call, difference);
  if (range.min >= 0)
    return a;
  if (range.max <= 0)
    return b;
  return lc::simplify(b + difference * (signOf(difference) + 1));
}

AffineExpr minOf(AtenCall &call, AffineExpr a, AffineExpr b) {
  if (!a || !b)
    return {};
  AffineExpr difference = lc::simplify(a - b);
  lc::Range range = boundsOf(call, difference);
  if (range.min >= 0)
    return b;
  if (range.max <= 0)
    return a;
  return lc::simplify(a - difference * (signOf(difference) + 1));
}

AffineExpr fromFront(AtenCall &call, AffineExpr index, AffineExpr size) {
  if (!index || !size)
    return {};
  lc::Range range = boundsOf(call, index);
  if (range.min >= 0)
    return index;
  if (range.max < 0)
    return lc::simplify(index + size);
  return lc::simplify(index - signOf(index) * size);
}

AffineExpr product(AtenCall &call, ArrayRef<AffineExpr> dims) {
  return lc::numElements(dims, call.b.getContext());
}

namespace {
/// A product as a number and factors that are no products.
struct Factors {
  int64_t number = 1;
  SmallVector<AffineExpr> rest;

  void add(AffineExpr expr) {
    if (auto value = lc::getConstant(expr)) {
      number *= *value;
      return;
    }
    if (expr.getKind() == AffineExprKind::Mul) {
      auto binary = cast<AffineBinaryOpExpr>(expr);
      add(binary.getLHS());
      return add(binary.getRHS());
    }
    int64_t divisor = expr.getLargestKnownDivisor();
    if (divisor > 1) {
      number *= divisor;
      return add(lc::simplify(expr.floorDiv(divisor)));
    }
    rest.push_back(expr);
  }
  bool remove(AffineExpr factor) {
    auto it = llvm::find_if(
        rest, [&](AffineExpr e) { return lc::provablyEqual(e, factor); });
    if (it == rest.end())
      return false;
    rest.erase(it);
    return true;
  }
};
} // namespace

AffineExpr quotient(AtenCall &call, ArrayRef<AffineExpr> dims,
                    ArrayRef<AffineExpr> divisors) {
  Factors top, bottom;
  for (AffineExpr dim : dims) {
    if (!dim)
      return {};
    top.add(lc::simplify(dim));
  }
  for (AffineExpr dim : divisors) {
    if (!dim)
      return {};
    bottom.add(lc::simplify(dim));
  }
  if (bottom.number == 0)
    return {};
  AffineExpr below = call.constant(1);
  for (AffineExpr factor : bottom.rest)
    if (!top.remove(factor))
      below = below * factor;
  AffineExpr above = call.constant(top.number);
  for (AffineExpr factor : top.rest)
    above = above * factor;
  if (top.number % bottom.number == 0)
    above = lc::simplify(above.floorDiv(bottom.number));
  else
    below = below * bottom.number;
  below = lc::simplify(below);
  return lc::isConstant(below, 1) ? lc::simplify(above)
                                  : lc::simplify(above.floorDiv(below));
}

static AffineExpr sizeInParameter(AtenCall &call, StringRef key) {
  const lc::Weight *weight =
      lc::getWeightStore(call.b.getContext()).lookup(key);
  if (!weight || !weight->type.getElementType().isInteger(64) ||
      weight->data.size() != sizeof(int64_t))
    return {};
  int64_t value;
  memcpy(&value, weight->data.data(), sizeof(value));
  return call.constant(value);
}

AffineExpr sizeInTensor(AtenCall &call, Value v) {
  Operation *op = v.getDefiningOp();
  auto type = dyn_cast<RankedTensorType>(v.getType());
  if (!op || !type || !type.hasStaticShape() || type.getNumElements() != 1 ||
      !isa<IntegerType>(type.getElementType()))
    return {};
  auto operand = [&](unsigned i) {
    return sizeInTensor(call, op->getOperand(i));
  };
  auto positive = [&](AffineExpr e) { return e && boundsOf(call, e).min >= 1; };
  return TypeSwitch<Operation *, AffineExpr>(op)
      .Case([&](lc::SizeOp size) { return size.getExpr().getExprs()[0]; })
      .Case(
          [&](lc::ParameterOp p) { return sizeInParameter(call, p.getKey()); })
      .Case([&](lc::FullOp full) {
        return call.constant(cast<IntegerAttr>(full.getValue()).getInt());
      })
      .Case([&](lc::ConstantOp constant) -> AffineExpr {
        auto elements = dyn_cast<DenseIntElementsAttr>(constant.getValue());
        if (!elements)
          return {};
        return call.constant((*elements.begin()).getSExtValue());
      })
      .Case([&](lc::ScalarOp) -> AffineExpr {
        APInt value;
        if (matchPattern(op->getOperand(0), m_ConstantInt(&value)))
          return call.constant(value.getSExtValue());
        auto item = op->getOperand(0).getDefiningOp<lc::ItemOp>();
        return item ? sizeInTensor(call, item.getInput()) : AffineExpr();
      })
      .Case<lc::ConvertOp, lc::ReshapeOp, lc::ExpandOp>(
          [&](auto) { return operand(0); })
      .Case([&](lc::AddOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        return a && b ? lc::simplify(a + b) : AffineExpr();
      })
      .Case([&](lc::SubOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        return a && b ? lc::simplify(a - b) : AffineExpr();
      })
      .Case([&](lc::MulOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        return a && b ? lc::simplify(a * b) : AffineExpr();
      })
      .Case([&](lc::FloorDivOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        return a && positive(b) ? quotient(call, {a}, {b}) : AffineExpr();
      })
      .Case([&](lc::TruncDivOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        if (!a || boundsOf(call, a).min < 0 || !positive(b))
          return {};
        return quotient(call, {a}, {b});
      })
      .Case([&](lc::RemainderOp) -> AffineExpr {
        AffineExpr a = operand(0), b = operand(1);
        return a && positive(b) ? lc::simplify(a % b) : AffineExpr();
      })
      .Default([](Operation *) { return AffineExpr(); });
}

SmallVector<int64_t> integersFor(AtenCall &call, StringRef name, size_t count,
                                 int64_t otherwise) {
  SmallVector<int64_t> values = call.integers(name);
  if (values.empty())
    values.push_back(otherwise);
  if (values.size() == 1)
    values.assign(count, values[0]);
  if (values.size() != count)
    call.refuse("expected " + Twine(count) + " numbers for '" + name +
                "', found " + call.get(name).describe());
  return values;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value copyOf(AtenCall &call, Value v) {
  // A conversion to the same type: no view, so later writes stay apart.
  return call.refused() ? Value()
                        : call.makeTyped<lc::ConvertOp>(v.getType(), v);
}

Value unsqueeze(AtenCall &call, Value v, int64_t dim) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  dims.insert(dims.begin() + dim, call.constant(1));
  return call.reshape(v, dims);
}

Value dropDim(AtenCall &call, Value v, int64_t dim) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  dims.erase(dims.begin() + dim);
  return call.reshape(v, dims);
}

Value swapDims(AtenCall &call, Value v, int64_t a, int64_t b) {
  if (call.refused() || a == b)
    return call.refused() ? Value() : v;
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(v)));
  std::swap(perm[a], perm[b]);
  return call.permute(v, perm);
}

Value moveDim(AtenCall &call, Value v, int64_t from, int64_t to) {
  if (call.refused() || from == to)
    return call.refused() ? Value() : v;
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(v)));
  perm.erase(perm.begin() + from);
  perm.insert(perm.begin() + to, from);
  return call.permute(v, perm);
}

Value concat(AtenCall &call, ArrayRef<Value> parts, int64_t dim) {
  if (call.refused())
    return {};
  if (parts.size() == 1)
    return parts[0];
  return call.make<lc::ConcatOp>(ValueRange(parts), static_cast<uint64_t>(dim));
}

Value scalar(AtenCall &call, const Datum &d, Type element) {
  if (d.isTensor() && !call.refused() && call.rankOf(d.value()) != 0)
    return call.reshape(call.convert(d.value(), element), {});
  return call.materialize(d, {}, element);
}

Value iota(AtenCall &call, AffineExpr count, Type element, double start,
           double step) {
  if (call.refused())
    return {};
  auto number = [&](double value) -> TypedAttr {
    if (isa<FloatType>(element))
      return call.b.getFloatAttr(element, value);
    return call.b.getIntegerAttr(element, static_cast<int64_t>(value));
  };
  return call.makeTyped<lc::IotaOp>(lc::makeTensorType({count}, element),
                                    number(start), number(step));
}

Value placesAlong(AtenCall &call, ArrayRef<AffineExpr> dims, int64_t dim) {
  lc::Dims narrow(dims.size(), call.constant(1));
  narrow[dim] = dims[dim];
  return call.expand(call.reshape(iota(call, dims[dim], call.i64()), narrow),
                     dims);
}

} // namespace lcompile::import
