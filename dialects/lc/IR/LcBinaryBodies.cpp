// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bodies of binary and ternary elementwise operations, and their folds.
#include "dialects/lc/IR/BodyBuilder.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace lcompile::lc;

#define LC_BODY(OP, METHOD)                                                    \
  Value OP::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {              \
    return BodyBuilder(b).METHOD(args[0], args[1]);                            \
  }
LC_BODY(AddOp, add)
LC_BODY(SubOp, sub)
LC_BODY(MulOp, mul)
LC_BODY(DivOp, div)
LC_BODY(MaximumOp, max)
LC_BODY(MinimumOp, min)
LC_BODY(Atan2Op, make<math::Atan2Op>)
LC_BODY(CopysignOp, make<math::CopySignOp>)
LC_BODY(AndOp, make<arith::AndIOp>)
LC_BODY(OrOp, make<arith::OrIOp>)
LC_BODY(XorOp, make<arith::XOrIOp>)
LC_BODY(ShlOp, make<arith::ShLIOp>)
LC_BODY(ShrOp, make<arith::ShRSIOp>)
#undef LC_BODY

/// Integer division must not trap: a divisor of 0 is replaced by 1 and the
/// result by 0; INT_MIN / -1 wraps because -1 is replaced and x negated.
static Value guardedDivide(BodyBuilder &body, Value x, Value y,
                           function_ref<Value(Value, Value)> divide) {
  Value zero = body.number(0, y), one = body.number(1, y);
  Value minusOne = body.equal(y, body.number(-1, y));
  Value isZero = body.equal(y, zero);
  Value unsafe = body.make<arith::OrIOp>(minusOne, isZero);
  Value quotient = divide(x, body.select(unsafe, one, y));
  quotient = body.select(minusOne, body.neg(x), quotient);
  return body.select(isZero, zero, quotient);
}

/// Rounding the quotient down is not enough: a quotient just below an integer
/// may have been rounded up to it. The remainder, which is exact, decides.
static Value floorDivideFloats(BodyBuilder &body, Value x, Value y) {
  Value zero = body.number(0, x), one = body.number(1, x);
  Value ratio = body.div(x, y), rest = body.make<arith::RemFOp>(x, y);
  Value quotient = body.div(body.sub(x, rest), y);
  Value signsDiffer =
      body.make<arith::XOrIOp>(body.less(rest, zero), body.less(y, zero));
  Value adjust =
      body.make<arith::AndIOp>(body.notEqual(rest, zero), signsDiffer);
  quotient = body.select(adjust, body.sub(quotient, one), quotient);
  Value whole = body.make<math::FloorOp>(quotient);
  Value up = body.less(body.number(0.5, x), body.sub(quotient, whole));
  whole = body.select(up, body.add(whole, one), whole);
  whole = body.select(body.equal(quotient, zero),
                      body.make<math::CopySignOp>(zero, ratio), whole);
  return body.select(body.equal(y, zero), ratio, whole);
}

Value FloorDivOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  if (body.isFloat(args[0]))
    return floorDivideFloats(body, args[0], args[1]);
  return guardedDivide(body, args[0], args[1], [&](Value x, Value y) {
    return body.make<arith::FloorDivSIOp>(x, y);
  });
}

Value TruncDivOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  if (body.isFloat(args[0]))
    return body.make<math::TruncOp>(body.div(args[0], args[1]));
  return guardedDivide(body, args[0], args[1], [&](Value x, Value y) {
    return body.make<arith::DivSIOp>(x, y);
  });
}

/// The remainder that has the dividend's sign.
static Value truncatedRemainder(BodyBuilder &body, Value x, Value y) {
  if (body.isFloat(x))
    return body.make<arith::RemFOp>(x, y);
  Value one = body.number(1, y);
  Value unsafe = body.make<arith::OrIOp>(body.equal(y, body.number(0, y)),
                                         body.equal(y, body.number(-1, y)));
  return body.make<arith::RemSIOp>(x, body.select(unsafe, one, y));
}

Value FmodOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  return truncatedRemainder(body, args[0], args[1]);
}

Value RemainderOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  Value y = args[1], zero = body.number(0, y);
  Value rest = truncatedRemainder(body, args[0], y);
  Value signsDiffer =
      body.make<arith::XOrIOp>(body.less(rest, zero), body.less(y, zero));
  Value adjust =
      body.make<arith::AndIOp>(body.notEqual(rest, zero), signsDiffer);
  return body.select(adjust, body.add(rest, y), rest);
}

/// Squares and multiplies, bit by bit of the exponent; products wrap.
static Value integerPower(BodyBuilder &body, Value x, Value y) {
  ImplicitLocOpBuilder &b = body.b;
  Value zero = body.number(0, x), one = body.number(1, x);
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  };
  int64_t bits = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  auto isOdd = [&](Value v) {
    return body.notEqual(body.make<arith::AndIOp>(v, one), zero);
  };
  auto loop = scf::ForOp::create(
      b, number(0), number(bits), number(1), ValueRange{one, x, y},
      [&](OpBuilder &, Location loc, Value, ValueRange state) {
        Value power = body.select(isOdd(state[2]), body.mul(state[0], state[1]),
                                  state[0]);
        Value rest = body.make<arith::ShRUIOp>(state[2], one);
        scf::YieldOp::create(
            b, ValueRange{power, body.mul(state[1], state[1]), rest});
      });
  // Below 0 only the powers of 1 and -1 are integers; the others are rounded to
  // 0.
  Value minusOne = body.number(-1, x);
  Value sign = body.select(isOdd(y), minusOne, one);
  Value inverse = body.select(body.equal(x, minusOne), sign, zero);
  inverse = body.select(body.equal(x, one), one, inverse);
  return body.select(body.less(y, zero), inverse, loop.getResult(0));
}

Value PowOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  BodyBuilder body(b);
  if (body.isFloat(args[0]))
    return body.make<math::PowFOp>(args[0], args[1]);
  return integerPower(body, args[0], args[1]);
}

Value CompareOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  using arith::CmpFPredicate;
  using arith::CmpIPredicate;
  static constexpr CmpFPredicate floats[] = {
      CmpFPredicate::OEQ, CmpFPredicate::UNE, CmpFPredicate::OLT,
      CmpFPredicate::OLE, CmpFPredicate::OGT, CmpFPredicate::OGE};
  static constexpr CmpIPredicate integers[] = {
      CmpIPredicate::eq,  CmpIPredicate::ne,  CmpIPredicate::slt,
      CmpIPredicate::sle, CmpIPredicate::sgt, CmpIPredicate::sge};
  static constexpr CmpIPredicate bools[] = {
      CmpIPredicate::eq,  CmpIPredicate::ne,  CmpIPredicate::ult,
      CmpIPredicate::ule, CmpIPredicate::ugt, CmpIPredicate::uge};
  auto kind = static_cast<unsigned>(getKind());
  if (BodyBuilder::isFloat(args[0]))
    return arith::CmpFOp::create(b, floats[kind], args[0], args[1]);
  bool isBool = getElementTypeOrSelf(args[0]).isInteger(1);
  return arith::CmpIOp::create(b, (isBool ? bools : integers)[kind], args[0],
                               args[1]);
}

Value WhereOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  return arith::SelectOp::create(b, args[0], args[1], args[2]);
}

//===----------------------------------------------------------------------===//
// Result types
//===----------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferBool(Value like, SmallVectorImpl<Type> &types) {
  auto type = cast<RankedTensorType>(like.getType());
  types.push_back(withElement(type, IntegerType::get(type.getContext(), 1)));
  return success();
}

LogicalResult IsNanOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                        Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  return inferBool<Adaptor>(op.getInput(), types);
}
LogicalResult IsInfOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                        Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  return inferBool<Adaptor>(op.getInput(), types);
}
LogicalResult CompareOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location>, Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  return inferBool<Adaptor>(op.getLhs(), types);
}

LogicalResult WhereOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  auto condition = cast<RankedTensorType>(op.getCondition().getType());
  auto lhs = cast<RankedTensorType>(op.getLhs().getType());
  if (op.getRhs().getType() != lhs ||
      withElement(condition, lhs.getElementType()) != lhs)
    return emitOptionalError(loc,
                             "expected condition, lhs and rhs of one shape "
                             "and lhs and rhs of one type (where_c1)");
  types.push_back(lhs);
  return success();
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

/// True when `value` is `number` everywhere.
static bool isSplat(Value value, double number) {
  Attribute attr;
  if (auto full = value.getDefiningOp<FullOp>())
    attr = full.getValue();
  else if (auto constant = value.getDefiningOp<ConstantOp>())
    if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue()))
      attr = splat.getSplatValue<Attribute>();
  if (auto f = dyn_cast_or_null<FloatAttr>(attr))
    return f.getValueAsDouble() == number;
  if (auto i = dyn_cast_or_null<IntegerAttr>(attr))
    return static_cast<double>(i.getValue().getSExtValue()) == number;
  return false;
}

static bool isInteger(Value value) {
  return isa<IntegerType>(getElementTypeOrSelf(value));
}

// x + 0 is x for integers only: -0.0 + 0.0 is 0.0. x - 0 is x for all.
OpFoldResult AddOp::fold(FoldAdaptor) {
  if (isInteger(getLhs()) && isSplat(getRhs(), 0))
    return getLhs();
  if (isInteger(getLhs()) && isSplat(getLhs(), 0))
    return getRhs();
  return {};
}
OpFoldResult SubOp::fold(FoldAdaptor) {
  return isSplat(getRhs(), 0) ? OpFoldResult(getLhs()) : OpFoldResult();
}
OpFoldResult MulOp::fold(FoldAdaptor) {
  if (isSplat(getRhs(), 1))
    return getLhs();
  if (isSplat(getLhs(), 1))
    return getRhs();
  return {};
}
OpFoldResult DivOp::fold(FoldAdaptor) {
  return isSplat(getRhs(), 1) ? OpFoldResult(getLhs()) : OpFoldResult();
}
